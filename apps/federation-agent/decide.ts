import { trafficShare, type TrafficTable } from "../../model/federation/trafficShare";
import { expectedArrivals } from "./arrivals";
import type { AgentConfig, LaunchResults, MemberConfig } from "./config";
import { judge, launchResult, type MemberState, remember, type Verdict } from "./health";
import { type Candidate, RANK, type Rank } from "./table";
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
  /** The time of day, for what operators and others say of it. */
  readonly now: Date;
  /** Seconds of the clock that only goes forward, for everything that lasts. */
  readonly time: number;
  /** Launches that may arrive in the federation before counts of pods show them. */
  readonly arrivals?: number;
}

/** Judges every member after a round of requests. */
export function judgeRound(round: Round): MemberView[] {
  const { config, observations, launches, last, now, time, arrivals = 0 } = round;
  const expected = expectedVersions(config, observations);
  const skewedSince = new Map<string, number>();
  for (const { name } of config.members) {
    const observation = observations.get(name);
    const since = last.get(name)?.skewedSince;
    if (observation?.problem ? since !== undefined : observation && isSkewed(observation, expected)) {
      skewedSince.set(name, since ?? time);
    }
  }
  const asked = config.members.flatMap((member) => {
    const observation = observations.get(member.name);
    return observation ? [{ member, observation }] : [];
  });
  const weights = new Map(
    asked.flatMap(({ member: { name, weight } }): [string, number][] =>
      (last.get(name)?.healthy ?? true) ? [[name, weight]] : [],
    ),
  );
  const expectedAt = expectedArrivals(arrivals, weights);
  const judged = ({ member: { name }, observation }: (typeof asked)[number], versionsOk: boolean): Verdict =>
    judge(observation, {
      config,
      versionsOk,
      launchOk: launchResult(launches, name, config, now),
      arrivals: expectedAt.get(name) ?? 0,
      lastFactor: last.get(name)?.factor,
    });
  const well = new Set(
    asked.flatMap((each) => {
      const { healthy, factor } = judged(each, true);
      return healthy !== false && factor !== 0 ? [each.member.name] : [];
    }),
  );
  const leftOut = leftOutForVersions(config, observations, well, skewedSince, time);
  return asked.map((each) => {
    const { name } = each.member;
    const verdict = judged(each, !leftOut.has(name));
    const state = remember(last.get(name), verdict, { skewedSince: skewedSince.get(name), config, time });
    return { member: each.member, verdict, state };
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
 *
 * Every member that is not drained is in the table, in ranks: those of the best rank share the launches, and the others stand
 * in for them when HAProxy sees them down. So as long as any member answers, launches go to one that does.
 */
export function decide(views: readonly MemberView[], traffic: TrafficTable, now: Date): Plan | undefined {
  if (!views.some(({ verdict }) => verdict.answers)) return undefined;
  const places = views.flatMap((view): Place[] => {
    const { name, url, weight: configured } = view.member;
    const { weight, drained } = trafficShare(configured, entryOf(traffic, name), now);
    return drained ? [] : [{ name, url, usual: weight || 1, ...placeOf(view, weight) }];
  });
  return planOf(places);
}

interface Place extends Omit<Candidate, "sticky"> {
  /** Its weight when nothing is known of its room. */
  readonly usual: number;
}

/** In which rank a member is, and with what weight among those of the same one. */
function placeOf({ verdict, state }: MemberView, weight: number): Pick<Place, "rank" | "weight"> {
  const { answers, failed, load } = verdict;
  // well but for its versions counts as one that returns
  const nearly =
    verdict.healthy === true || (failed.length > 0 && failed.every((check) => check === "versions"));
  if (!state.healthy && !(answers && nearly)) {
    return { rank: answers ? RANK.ill : RANK.silent, weight: weight || 1 };
  }
  const factor = state.healthy ? state.factor : (verdict.factor ?? 1);
  const someFree = load ? load.used < load.quota : factor > 0;
  if (factor === 0 && !someFree) return { rank: RANK.full, weight: weight || 1 };
  if (weight === 0) return { rank: RANK.resting, weight: 1 };
  if (factor === 0) return { rank: RANK.reserve, weight };
  return { rank: state.healthy ? RANK.serving : RANK.returning, weight: weight * factor };
}

/** The plan while nothing is known: every member is believed to be well. */
export function firstPlan(config: AgentConfig, traffic: TrafficTable, now: Date): Plan {
  const places = config.members.flatMap(({ name, url, weight: configured }): Place[] => {
    const { weight, drained } = trafficShare(configured, entryOf(traffic, name), now);
    const place = weight === 0 ? { rank: RANK.resting, weight: 1 } : { rank: RANK.serving, weight };
    return drained ? [] : [{ name, url, usual: place.weight, ...place }];
  });
  return { ...planOf(places), pages: undefined };
}

function planOf(places: readonly Place[]): Plan {
  const best = Math.min(...places.map(({ rank }) => rank));
  const candidates = places.map(({ name, url, rank, weight, usual }): Candidate => {
    const sticky = rank <= best || rank === RANK.resting;
    // a stand-in that gets better or worse is no new plan, as long as there are members to stand in for
    const standIn = best === RANK.serving ? RANK_OF_STAND_IN[rank] : undefined;
    if (standIn !== undefined) return { name, url, rank: standIn, weight: usual, sticky };
    return { name, url, rank, weight, sticky };
  });
  const pages = candidates.find(({ sticky }) => sticky);
  return { candidates, pages: pages && hostOf(pages) };
}

/** Ranks as they count beside members that serve: those that may change from one round to the next are one. */
const RANK_OF_STAND_IN: Partial<Record<Rank, Rank>> = {
  [RANK.full]: RANK.reserve,
  [RANK.returning]: RANK.silent,
  [RANK.ill]: RANK.silent,
};

function entryOf(traffic: TrafficTable, name: string): TrafficTable[string] | undefined {
  return Object.hasOwn(traffic, name) ? traffic[name] : undefined;
}

/** A member's host and port as in its URL: the name of its server among those that serve pages. */
function hostOf({ url }: Candidate): string {
  return url.replace(/^https?:\/\//, "");
}
