import type { AgentConfig, LaunchResults } from "./config";
import type { Observation } from "./observe";

/** What the agent makes of one member. */
export interface Verdict {
  /** Every check by name, for its metric: present while it is made, 1 while it is good. */
  readonly checks: Readonly<Record<string, boolean>>;
  readonly healthy: boolean;
  /** It did not answer at all, which HAProxy finds out by itself. */
  readonly unreachable: boolean;
  /** What its free capacity leaves of its weight, in quarters: 0 to 1. */
  readonly factor: number;
  /** Part of its quota that is free; undefined when it has none. */
  readonly free: number | undefined;
  /** What it says of its quota; undefined when it has none, or did not say. */
  readonly load: Observation["load"];
  /** Why it is not healthy, for the log. */
  readonly reason: string;
}

/** What the agent remembers of a member between two rounds. */
export interface MemberState {
  readonly healthy: boolean;
  readonly factor: number;
  /** Rounds in a row that say the opposite of `healthy`. */
  readonly against: number;
  /** Since when its versions are not the expected ones, in ms. */
  readonly skewedSince: number | undefined;
}

const STEPS = 4;
/** Part of a step by which a factor must be inside the next one, or each pod would move repositories. */
const MARGIN = 0.5;

/** Judges one member by one round, without memory but for the factor's last step. */
export function judge(
  observation: Observation,
  context: {
    readonly config: AgentConfig;
    readonly versionsOk: boolean;
    readonly launchOk: boolean | undefined;
    readonly lastFactor: number | undefined;
  },
): Verdict {
  const { problem, load } = observation;
  const { config, versionsOk, launchOk, lastFactor } = context;
  if (problem) {
    const checks = { [problem.kind === "unreachable" ? "reachable" : "answers"]: false };
    const unreachable = problem.kind === "unreachable";
    return { checks, healthy: false, unreachable, factor: 0, free: undefined, load, reason: problem.text };
  }
  const free = load && (load.quota > 0 ? Math.max(0, 1 - load.used / load.quota) : 0);
  const factor = free === undefined ? 1 : factorOf(free, config, lastFactor);
  const checks = {
    reachable: true,
    answers: true,
    versions: versionsOk,
    ...observation.checks,
    ...(free !== undefined && { "Pod quota": factor > 0 }),
    ...(launchOk !== undefined && { launch: launchOk }),
  };
  const failed = Object.entries(checks).flatMap(([name, ok]) => (ok || name === "Pod quota" ? [] : [name]));
  return {
    checks,
    healthy: failed.length === 0,
    unreachable: false,
    factor,
    free,
    load,
    reason: failed.join(", "),
  };
}

/** What is left of a weight when `free` of the quota is free: all above head room + taper, nothing below head room. */
export function factorOf(
  free: number,
  { headroom, taper }: Pick<AgentConfig, "headroom" | "taper">,
  last: number | undefined,
): number {
  if (free <= headroom) return 0;
  const exact = taper === 0 ? 1 : Math.min(1, (free - headroom) / taper);
  const step = Math.ceil(exact * STEPS) / STEPS;
  if (last === undefined || step === last) return step;
  // up or down by one step: only well inside the new one
  const edge = step > last ? last : step;
  return Math.abs(exact - edge) < MARGIN / STEPS && Math.abs(step - last) <= 1 / STEPS ? last : step;
}

/** Takes a verdict into account: a change of mind needs `fall` or `rise` rounds, but for the first round ever. */
export function remember(
  last: MemberState | undefined,
  verdict: Verdict,
  skewedSince: number | undefined,
  { fall, rise }: Pick<AgentConfig, "fall" | "rise">,
): MemberState {
  const { healthy, factor } = verdict;
  if (!last) return { healthy, factor, against: 0, skewedSince };
  // while it is not left out yet, its weight stays as it was
  const kept = verdict.healthy ? factor : last.factor;
  if (healthy === last.healthy) return { healthy, factor: kept, against: 0, skewedSince };
  const against = last.against + 1;
  if (against < (healthy ? rise : fall)) return { ...last, factor: kept, against, skewedSince };
  return { healthy, factor: kept, against: 0, skewedSince };
}

/** Whether the last synthetic launch at a member was good; undefined when there is none that counts. */
export function launchResult(
  launches: LaunchResults,
  member: string,
  { launchMaxAgeMinutes }: AgentConfig,
  now: number,
): boolean | undefined {
  const result = launches[member];
  if (!result) return undefined;
  const age = now - Date.parse(result.at);
  return age < launchMaxAgeMinutes * 60_000 ? result.ok : undefined;
}
