import type { AgentConfig } from "../../../../apps/federation-agent/config";
import { judgeRound, type MemberView, type Round } from "../../../../apps/federation-agent/decide";
import type { MemberState } from "../../../../apps/federation-agent/health";
import type { Observation } from "../../../../apps/federation-agent/observe";

/* Three members of the same size, and rounds of what they say. */

const member = (name: string, weight = 50): AgentConfig["members"][number] => ({
  name,
  url: `https://${name}.example.org`,
  weight,
  launchQuota: 100,
});
export const CONFIG: AgentConfig = {
  members: [member("a"), member("b"), member("c")],
  periodSeconds: 10,
  timeoutSeconds: 5,
  healthPatienceSeconds: 30,
  quotaSeconds: 60,
  replicas: 1,
  fall: 2,
  rise: 2,
  headroom: 0.05,
  taper: 0.25,
  expectedVersions: {},
  skewMinutes: 60,
  launchMaxAgeMinutes: 30,
};
export const WELL: Observation = {
  versions: { binderhub: "1" },
  checks: { "Docker registry": true },
  load: { used: 10, quota: 100 },
};
export const DEAD: Observation = {
  versions: {},
  checks: {},
  problem: { kind: "unreachable", text: "refused" },
};
export const ILL: Observation = { ...WELL, checks: { "Docker registry": false } };
export const SLOW: Observation = {
  versions: { binderhub: "1" },
  checks: {},
  unknown: { kind: "slow", text: "/health has not answered for 5 s" },
};
export const FAILED: Observation = {
  versions: { binderhub: "1" },
  checks: {},
  unknown: { kind: "failed", text: "/health answered 500" },
};
export const NOW = new Date("2026-11-21T12:00:00Z");

/** What each member says in a round; those that are not named are well. */
export type Said = Readonly<Record<string, Observation>>;

/** Rounds in a row, ten seconds apart unless told otherwise; gives the views after each. */
export function allRounds(
  all: readonly Said[],
  { config = CONFIG, apart = 10, ...given }: Partial<Round> & { apart?: number } = {},
): (readonly MemberView[])[] {
  let last: ReadonlyMap<string, MemberState> = given.last ?? new Map();
  return all.map((said, index) => {
    const views = judgeRound({
      launches: {},
      now: new Date(NOW.getTime() + index * apart * 1000),
      time: index * apart,
      ...given,
      config,
      observations: new Map(config.members.map(({ name }) => [name, said[name] ?? WELL])),
      last,
    });
    last = new Map(views.map(({ member: { name }, state }) => [name, state]));
    return views;
  });
}

/** The views after the last of some rounds. */
export function rounds(
  all: readonly Said[],
  given: Partial<Round> & { apart?: number } = {},
): readonly MemberView[] {
  return allRounds(all, given).at(-1) ?? [];
}

export const healthy = (views: readonly MemberView[]): string[] =>
  views.filter(({ state }) => state.healthy).map(({ member: { name } }) => name);
