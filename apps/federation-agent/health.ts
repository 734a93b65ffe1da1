import type { AgentConfig, LaunchResults } from "./config";
import type { Observation } from "./observe";
import { factorOf } from "./room";
import type { Load } from "./said";

/** What the agent makes of one member. */
export interface Verdict {
  /** Every check by name, for its metric: present while it is made, 1 while it is good. */
  readonly checks: Readonly<Record<string, boolean>>;
  /** undefined: this round says nothing of it. */
  readonly healthy: boolean | undefined;
  /** Whether /versions said what it should: it may take a launch. */
  readonly answers: boolean;
  /** /health failed, or kept silent for too long: what it says of its quota next may be old. */
  readonly lookFailed: boolean;
  /** What its free capacity leaves of its weight, in quarters: 0 to 1; undefined when that is not known. */
  readonly factor: number | undefined;
  /** What it says of its quota; undefined when it has none, or did not say. */
  readonly load: Load | undefined;
  /** The checks that make it ill. */
  readonly failed: readonly string[];
  /** Why it is ill, for the log. */
  readonly reason: string;
}

/** What the agent remembers of a member between two rounds. Times are seconds of the clock that only goes forward. */
export interface MemberState {
  readonly healthy: boolean;
  readonly factor: number;
  /** Rounds that say the opposite of `healthy`, without one in between that agrees. */
  readonly against: number;
  /** Since when its versions are not the expected ones. */
  readonly skewedSince: number | undefined;
  /** When /health failed last. */
  readonly failedLook: number | undefined;
}

/** Judges one member by one round, without memory but for the factor's last step. */
export function judge(
  observation: Observation,
  context: {
    readonly config: AgentConfig;
    readonly versionsOk: boolean;
    readonly launchOk: boolean | undefined;
    readonly arrivals: number;
    readonly lastFactor: number | undefined;
  },
): Verdict {
  const { problem, unknown, load } = observation;
  const { config, versionsOk, launchOk, arrivals, lastFactor } = context;
  if (problem) {
    const check = problem.kind === "unreachable" ? "reachable" : "answers";
    const checks = { ...(check === "answers" && { reachable: true }), [check]: false };
    const nothing = { healthy: false, answers: false, lookFailed: false, factor: undefined, load: undefined };
    return { ...nothing, checks, failed: [check], reason: `${check}: ${problem.text}` };
  }
  const factor = load ? factorOf(load, config, arrivals, lastFactor) : unknown ? undefined : 1;
  const checks = {
    ...observation.checks,
    // ours last: a member has no say in them
    reachable: true,
    answers: unknown?.kind !== "malformed",
    health: !unknown || unknown.kind === "malformed",
    versions: versionsOk,
    ...(load && { "Pod quota": (factor ?? 0) > 0 }),
    ...(launchOk !== undefined && { launch: launchOk }),
  };
  const slow = unknown?.kind === "slow";
  const failed = Object.entries(checks).flatMap(([name, ok]) =>
    ok || name === "Pod quota" || (slow && name === "health") ? [] : [name],
  );
  return {
    checks,
    healthy: failed.length > 0 ? false : slow ? undefined : true,
    answers: true,
    lookFailed: unknown?.kind === "failed",
    factor,
    load,
    failed,
    reason: `${failed.join(", ")}${unknown ? ` (${unknown.text})` : ""}`,
  };
}

/** Takes a verdict into account: a change of mind needs `fall` or `rise` rounds, but for the first round ever. */
export function remember(
  last: MemberState | undefined,
  { healthy, factor, lookFailed }: Verdict,
  context: {
    readonly skewedSince: number | undefined;
    readonly config: Pick<AgentConfig, "fall" | "rise" | "periodSeconds" | "quotaSeconds">;
    /** Now, in seconds. */
    readonly time: number;
  },
): MemberState {
  const { skewedSince, config, time } = context;
  const failedLook = lookFailed ? time : last?.failedLook;
  const memory = { skewedSince, failedLook };
  // a page that is slow is no reason to leave a member that answers
  if (!last) return { ...memory, healthy: healthy ?? true, factor: factor ?? 1, against: 0 };
  // while it is not left out yet, its weight stays as it was
  const kept = { ...last, ...memory, factor: healthy === true ? (factor ?? last.factor) : last.factor };
  if (healthy === undefined) return { ...kept, against: last.healthy ? last.against : 0 };
  if (healthy === last.healthy) return { ...kept, against: 0 };
  const against = last.against + 1;
  const enough = healthy
    ? against >= config.rise && !mayBeOld(failedLook, config, time)
    : against >= config.fall;
  return enough ? { ...kept, healthy, against: 0 } : { ...kept, against };
}

/**
 * Whether a good /health may be an old one. After BinderHub failed to count its pods it repeats its last count, as a good one,
 * until it counts again; and two replicas of it take turns.
 */
function mayBeOld(
  failedLook: number | undefined,
  { periodSeconds, quotaSeconds }: Pick<AgentConfig, "periodSeconds" | "quotaSeconds">,
  time: number,
): boolean {
  return failedLook !== undefined && time - failedLook < 2 * quotaSeconds + periodSeconds;
}

/** Whether the last synthetic launch at a member was good; undefined when there is none that counts. */
export function launchResult(
  launches: LaunchResults,
  member: string,
  { launchMaxAgeMinutes }: AgentConfig,
  now: Date,
): boolean | undefined {
  const result = Object.hasOwn(launches, member) ? launches[member] : undefined;
  if (!result) return undefined;
  // one from the future would count for ever
  const age = Math.abs(now.getTime() - Date.parse(result.at));
  return age < launchMaxAgeMinutes * 60_000 ? result.ok : undefined;
}
