import type { AgentConfig, MemberConfig } from "./config";
import type { Observation } from "./observe";

/** Members by name in one round. */
export type Observations = ReadonlyMap<string, Observation>;

/** Capacity of a member: what it says, else what the deployment knows, else 0. */
export function capacityOf({ launchQuota }: MemberConfig, observation: Observation | undefined): number {
  return observation?.load?.quota ?? launchQuota ?? 0;
}

/** What /versions should say: as the deployment expects, and else what most of the capacity says. */
export function expectedVersions(config: AgentConfig, observations: Observations): Record<string, string> {
  const votes = new Map<string, Map<string, number>>();
  for (const member of config.members) {
    const observation = observations.get(member.name);
    for (const [key, version] of Object.entries(observation?.versions ?? {})) {
      const of = votes.get(key) ?? new Map<string, number>();
      of.set(version, (of.get(version) ?? 0) + Math.max(1, capacityOf(member, observation)));
      votes.set(key, of);
    }
  }
  const winners = [...votes].map(([key, of]): [string, string] => {
    const ranked = [...of].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return [key, ranked[0]?.[0] ?? ""];
  });
  return { ...Object.fromEntries(winners), ...config.expectedVersions };
}

/** Whether a member that answers has other versions than expected. One that does not tell a key is not blamed for it. */
export function isSkewed(observation: Observation, expected: Readonly<Record<string, string>>): boolean {
  if (observation.problem) return false;
  return Object.entries(expected).some(([key, version]) => {
    const own = observation.versions[key];
    return own !== undefined && own !== version;
  });
}

/**
 * The members to leave out for their versions: those whose window is over, longest first, and only as long as the
 * capacity of all others that answer stays at the floor: members that are a little old are better than too few.
 */
export function leftOutForVersions(
  config: AgentConfig,
  observations: Observations,
  skewedSince: ReadonlyMap<string, number>,
  now: number,
): ReadonlySet<string> {
  const capacity = (member: MemberConfig): number => capacityOf(member, observations.get(member.name));
  const total = config.members.reduce((sum, member) => sum + capacity(member), 0);
  const answering = config.members.filter(({ name }) => {
    const observation = observations.get(name);
    return observation && !observation.problem;
  });
  const floor = config.capacityFloor ?? total / 2;
  const overdue = answering
    .filter(({ name }) => now - (skewedSince.get(name) ?? now) >= config.skewMinutes * 60_000)
    .filter(({ name }) => skewedSince.has(name))
    .sort((a, b) => (skewedSince.get(a.name) ?? 0) - (skewedSince.get(b.name) ?? 0));
  let left = answering.reduce((sum, member) => sum + capacity(member), 0);
  let count = answering.length;
  const out = new Set<string>();
  for (const member of overdue) {
    if (left - capacity(member) < floor || count === 1) continue;
    left -= capacity(member);
    count -= 1;
    out.add(member.name);
  }
  return out;
}
