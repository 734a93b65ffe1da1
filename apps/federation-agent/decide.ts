import { trafficShare, type TrafficTable } from "../../model/trafficShare";
import type { AgentConfig, LaunchResults, MemberConfig } from "./config";
import { judge, launchResult, type MemberState, remember, type Verdict } from "./health";
import type { Candidate } from "./table";
import { expectedVersions, isSkewed, leftOutForVersions, type Observations } from "./versions";

/** A member as the agent sees it after a round. */
export interface MemberView {
  readonly member: MemberConfig;
  readonly verdict: Verdict;
  readonly state: MemberState;
}

/** What the members were asked, and what was known before. */
export interface Round {
  readonly config: AgentConfig;
  readonly observations: Observations;
  readonly launches: LaunchResults;
  readonly last: ReadonlyMap<string, MemberState>;
  readonly now: Date;
}

/** Judges every member after a round of requests. */
export function judgeRound({ config, observations, launches, last, now }: Round): MemberView[] {
  const time = now.getTime();
  const expected = expectedVersions(config, observations);
  const skewedSince = new Map<string, number>();
  for (const { name } of config.members) {
    const observation = observations.get(name);
    const since = last.get(name)?.skewedSince;
    if (observation?.problem ? since !== undefined : observation && isSkewed(observation, expected)) {
      skewedSince.set(name, since ?? time);
    }
  }
  const leftOut = leftOutForVersions(config, observations, skewedSince, time);
  return config.members.flatMap((member) => {
    const observation = observations.get(member.name);
    if (!observation) return [];
    const before = last.get(member.name);
    const verdict = judge(observation, {
      config,
      versionsOk: !leftOut.has(member.name),
      launchOk: launchResult(launches, member.name, config, time),
      lastFactor: before?.factor,
    });
    return [{ member, verdict, state: remember(before, verdict, skewedSince.get(member.name), config) }];
  });
}

/** What a table is made of: the same plan gives the same table. */
export interface Plan {
  readonly candidates: readonly Candidate[];
  /** Host of the member that serves pages; undefined leaves that to HAProxy. */
  readonly pages: string | undefined;
}

/**
 * The plan for what is known of the members; undefined means that the present table stays: when none of them answers,
 * it is more likely us than all of them, and HAProxy finds out by itself which of them is up.
 */
export function decide(views: readonly MemberView[], traffic: TrafficTable, now: Date): Plan | undefined {
  if (views.every(({ verdict, state }) => verdict.unreachable && !state.healthy)) return undefined;
  const candidates = views.map(({ member: { name, url, weight: configured }, state }) => {
    const { weight, drained } = trafficShare(configured, traffic[name], now);
    const part = state.healthy ? state.factor : 0;
    return { name, url, weight: weight * part, sticky: part > 0 && !drained };
  });
  const pages = candidates.find(({ sticky }) => sticky);
  return { candidates, pages: pages && hostOf(pages) };
}

/** The plan while nothing is known: every member is believed to be well. */
export function firstPlan(config: AgentConfig, traffic: TrafficTable, now: Date): Plan {
  const candidates = config.members.map(({ name, url, weight: configured }) => {
    const { weight, drained } = trafficShare(configured, traffic[name], now);
    return { name, url, weight, sticky: !drained };
  });
  return { candidates, pages: undefined };
}

/** A member's host and port as in its URL: the name of its server among those that serve pages. */
function hostOf({ url }: Candidate): string {
  return url.replace(/^https?:\/\//, "");
}
