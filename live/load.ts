import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../apps/clock";
import type { LaunchMember } from "../apps/synthetic-launcher/config";
import { launch } from "../apps/synthetic-launcher/launch";
import { type JupyterServer, shutDown } from "../apps/synthetic-launcher/server";
import { specOf } from "../apps/synthetic-launcher/spelling";
import { openPage } from "./openPage";
import { runInKernel } from "./kernel";
import type { LaunchPlan } from "./launchPlan";

/** How hard members are tried. */
export interface LoadPlan extends Omit<LaunchPlan, "kind"> {
  /** Launches at each member. */
  readonly launches: number;
  /** Seconds within which all launches begin, each at a random moment. */
  readonly spreadSeconds: number;
}

/** One launch under load. */
export interface LoadResult {
  readonly member: string;
  /** From 1, at each member. */
  readonly launch: number;
  /** Seconds from the beginning of the test to that of the launch. */
  readonly startedAt: number;
  /** Seconds that each part took: the phases of a launch, then `notebook`, `kernel` and `stopping`. Those that it reached. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Part in which it failed, and how. Without it, all parts went well. */
  readonly failure?: { readonly part: string; readonly reason: string };
}

/** A launch that is done, and its server, which still runs. */
interface Running {
  readonly result: LoadResult;
  readonly server: JupyterServer | undefined;
}

/**
 * Launches at all members at once, opens the notebook page of each server and lets a kernel calculate. No server is shut down
 * before the last launch has ended, so the members carry all of them; then all are, whatever failed. Never rejects.
 * `plan.signal` ends it early. `random` gives numbers from 0 to 1.
 */
export async function loadTest(
  members: readonly LaunchMember[],
  plan: LoadPlan,
  random: () => number = Math.random,
): Promise<LoadResult[]> {
  // every launch listens for the end of the test; Node takes more than ten listeners for a leak
  setMaxListeners(0, plan.signal);
  const begin = seconds();
  const numbers = Array.from({ length: plan.launches }, (_, index) => index + 1);
  const running = await Promise.all(
    members.flatMap((member) =>
      numbers.map(async (number) => {
        await sleep(random() * plan.spreadSeconds * 1000, undefined, { signal: plan.signal }).catch(
          () => undefined,
        );
        return oneLaunch(member, plan, number, seconds() - begin);
      }),
    ),
  );
  return Promise.all(running.map((one) => stop(one, plan.limits.stopping)));
}

async function oneLaunch(
  member: LaunchMember,
  plan: LoadPlan,
  number: number,
  startedAt: number,
): Promise<Running> {
  const { limits, silenceSeconds, signal, kernelSeconds } = plan;
  const begun = { member: member.name, launch: number, startedAt };
  if (signal.aborted) {
    const failure = { part: "page", reason: "ended: the test was told to end before this launch began" };
    return { result: { ...begun, seconds: {}, failure }, server: undefined };
  }
  const { phases, server, failure } = await launch(
    member,
    specOf("cached", plan, 0),
    { limits, silenceSeconds },
    { signal, got: () => undefined },
  );
  const taken: Record<string, number> = Object.fromEntries(phases);
  const result = { ...begun, seconds: taken };
  if (failure || !server) {
    const { phase: part, reason, message } = failure ?? { phase: "ready", reason: "server", message: "none" };
    return { result: { ...result, failure: { part, reason: `${reason}: ${message}` } }, server };
  }
  const work = {
    notebook: () => openPage(server, limits.ready),
    kernel: async () => {
      const printed = await runInKernel(server, "print(6 * 7)", kernelSeconds);
      if (printed !== "42") throw new Error(`6 * 7 gave ${JSON.stringify(printed.slice(0, 60))}`);
    },
  };
  for (const [part, run] of Object.entries(work)) {
    const since = seconds();
    try {
      await run();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { result: { ...result, failure: { part, reason } }, server };
    } finally {
      taken[part] = seconds() - since;
    }
  }
  return { result, server };
}

async function stop({ result, server }: Running, limit: number): Promise<LoadResult> {
  if (!server) return result;
  const since = seconds();
  const gone = await shutDown(server, limit);
  const stopped = { ...result, seconds: { ...result.seconds, stopping: seconds() - since } };
  if (gone || result.failure) return stopped;
  const reason = `it still answers ${String(limit)} s after its shutdown; the hub's culler stops it`;
  return { ...stopped, failure: { part: "stopping", reason } };
}
