import { z } from "zod";
import { urlsOf } from "../../../model/member/hosts";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import { loadStackFile } from "../../ground/stackFile/stacks";
import type { FederationMember } from "../../../model/federation/federationMember";
import { loadProxy } from "./change";

/** Where to look for the peak, and how far back. */
export interface PeakQuestion {
  /** URL of the Prometheus that scrapes the federation proxy. */
  readonly prometheus: string;
  readonly days: number;
  readonly timeoutMs: number;
}

/** The Prometheus of a stack, as its stack file has it. */
export function prometheusOf(stack: string): string {
  return urlsOf(loadStackFile(stack).stack.config).prometheus;
}

/**
 * The most launches that ran at the same time in the whole federation, as the members told the agents. Throws Failure
 * when Prometheus does not answer, or knows nothing of it.
 */
export async function recentPeak({ prometheus, days, timeoutMs }: PeakQuestion): Promise<number> {
  // every replica tells of every member: one of them is enough
  const query = `max_over_time(sum(max by (member) (federation_member_used))[${String(days)}d:5m])`;
  const url = `${prometheus}/api/v1/query?${new URLSearchParams({ query }).toString()}`;
  const value = valueOf(await ask(url, timeoutMs));
  if (value === undefined) {
    throw new Failure(
      `${prometheus} has no federation_member_used of the last ${String(days)} days; does it scrape the federation proxy?`,
    );
  }
  return Math.ceil(value);
}

/**
 * Launches that must remain possible: what the operator says, else the recent peak, and no less than the stack's floor.
 * A Prometheus that is out of reach, as in an outage, holds nothing up: then the floor alone holds, and it is said.
 */
export async function launchesToKeep(
  options: {
    readonly stack: string;
    readonly peak?: number;
    readonly prometheus?: string;
    readonly days: number;
  },
  report: Report,
): Promise<number | undefined> {
  const { stack, peak, days } = options;
  if (peak !== undefined) return peak;
  const floor = loadProxy(stack).config.federation.capacityFloor;
  try {
    const prometheus = options.prometheus ?? prometheusOf(stack);
    const recent = await recentPeak({ prometheus, days, timeoutMs: 3000 });
    const most = total(loadProxy(stack).members);
    if (recent > most) {
      throw new Failure(
        `${prometheus} reports ${String(recent)} concurrent launches, more than all members' quotas together (${String(most)})`,
      );
    }
    report(`The peak of the last ${String(days)} days was ${String(recent)} concurrent launches.`);
    return Math.max(recent, floor ?? 0);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const held =
      floor === undefined ? "no floor is configured" : `federation.capacityFloor (${String(floor)}) holds`;
    report(`The recent peak is unknown: ${error.message}; ${held}.`);
    return floor;
  }
}

/** The quotas of all members together; without a bound when one of them states none. */
function total(members: readonly FederationMember[]): number {
  return members.reduce((sum, { launchQuota = Infinity }) => sum + launchQuota, 0);
}

async function ask(url: string, timeoutMs: number): Promise<unknown> {
  const host = new URL(url).host;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Failure(`${host} answered ${String(response.status)}`);
    return JSON.parse(await bounded(response)) as unknown;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new Failure(`${host} does not answer (${cause?.code ?? message})`);
  }
}

/** More than the answer to one number has. */
const MAX_BYTES = 64 * 1024;

async function bounded(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MAX_BYTES) throw new Error("its answer is longer than 64 KiB");
  }
  return text;
}

const answerSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

function valueOf(answer: unknown): number | undefined {
  const value = Number(answerSchema.safeParse(answer).data?.data.result[0]?.value[1] ?? NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
