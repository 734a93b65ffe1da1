import { z } from "zod";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import { sendJson } from "./http";

const answerSchema = z.looseObject({
  status: z.literal("success"),
  data: z.looseObject({ result: z.array(z.looseObject({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** Launches of a while. */
export interface Launches {
  readonly succeeded: number;
  readonly failed: number;
}

export interface Gate {
  /** "https://prometheus.example.org" */
  readonly prometheus: string;
  /** Minutes to watch. With too few launches, as many again. */
  readonly minutes: number;
  /** Fewest launches to judge by. */
  readonly leastLaunches: number;
  /** By how much the share of launches that succeed may be below that of the day before. */
  readonly tolerance: number;
}

const DAY_MINUTES = 24 * 60;

/**
 * Watches a member after its deploy, and throws Failure when too many launches fail, or too few were made to say. Passes with a
 * line that says what it saw.
 */
export async function soak(
  gate: Gate,
  report: Report,
  wait: (minutes: number) => Promise<void>,
): Promise<string> {
  const { minutes, leastLaunches, tolerance } = gate;
  const before = await launches(gate, DAY_MINUTES);
  const wanted = Math.max(0, shareOf(before) - tolerance);
  report(`the day before: ${inWords(before)}; at least ${percent(wanted)} must succeed now`);
  let now: Launches = { succeeded: 0, failed: 0 };
  for (let minute = 1; minute <= 2 * minutes; minute++) {
    await wait(1);
    now = await launches(gate, minute);
    report(`minute ${String(minute)}: ${inWords(now)}`);
    const many = total(now) >= leastLaunches;
    if (many && shareOf(now) < wanted) {
      throw new Failure(
        `launches fail: ${inWords(now)} since the deploy, but ${percent(wanted)} must succeed`,
      );
    }
    if (many && minute >= minutes) return `${inWords(now)} in ${String(minute)} minutes`;
  }
  throw new Failure(
    `too few launches to judge by: ${inWords(now)} in ${String(2 * minutes)} minutes, but ${String(leastLaunches)} are needed. ` +
      "Give it traffic, or judge by hand and deploy the other stacks alone",
  );
}

async function launches({ prometheus }: Gate, minutes: number): Promise<Launches> {
  const count = async (status: string): Promise<number> => {
    const query = `sum(increase(binderhub_launch_count_total{status="${status}"}[${String(minutes)}m]))`;
    const url = `${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
    const parsed = answerSchema.safeParse(await sendJson({ method: "GET", url, headers: {} }));
    if (!parsed.success) throw new Failure(`${prometheus} answers what Prometheus would not`);
    return Number(parsed.data.data.result[0]?.value[1] ?? 0);
  };
  return { succeeded: await count("success"), failed: await count("failure") };
}

const total = ({ succeeded, failed }: Launches): number => succeeded + failed;
/** Of no launches, all succeeded. */
const shareOf = (one: Launches): number => (total(one) === 0 ? 1 : one.succeeded / total(one));
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const inWords = (one: Launches): string =>
  `${percent(shareOf(one))} of ${total(one).toFixed(0)} launches succeeded`;
