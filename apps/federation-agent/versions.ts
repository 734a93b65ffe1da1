import type { AgentConfig, MemberConfig } from "./config";
import type { Observation } from "./observe";
import type { Load } from "./said";

/** Members by name in one round. */
export type Observations = ReadonlyMap<string, Observation>;

/** What a member counts whose quota nobody told, as one that others run: about a small one. */
const UNTOLD_QUOTA = 60;

/** Launches that a member counts for: what the deployment knows, and less where it says less. It cannot say more. */
export function capacityOf({ launchQuota = UNTOLD_QUOTA }: MemberConfig, load: Load | undefined): number {
  return Math.min(launchQuota, load?.quota ?? launchQuota);
}

/**
 * What /versions should say: as the deployment expects, and else what most members say, each of which has one vote; of two
 * that are even, what has more of the capacity that the deployment knows.
 */
export function expectedVersions(config: AgentConfig, observations: Observations): Record<string, string> {
  const votes = new Map<string, Map<string, { members: number; capacity: number }>>();
  for (const member of config.members) {
    for (const [key, version] of Object.entries(observations.get(member.name)?.versions ?? {})) {
      const of = votes.get(key) ?? new Map<string, { members: number; capacity: number }>();
      const vote = of.get(version) ?? { members: 0, capacity: 0 };
      of.set(version, { members: vote.members + 1, capacity: vote.capacity + capacityOf(member, undefined) });
      votes.set(key, of);
    }
  }
  const winners = [...votes].map(([key, of]): [string, string] => {
    const ranked = [...of].sort(
      ([a, x], [b, y]) => y.members - x.members || y.capacity - x.capacity || (a < b ? -1 : 1),
    );
    return [key, ranked[0]?.[0] ?? ""];
  });
  return Object.fromEntries([...winners, ...Object.entries(config.expectedVersions)]);
}

/** Whether a member that answers has other versions than expected. One that does not tell a key is not blamed for it. */
export function isSkewed(observation: Observation, expected: Readonly<Record<string, string>>): boolean {
  if (observation.problem) return false;
  const { versions } = observation;
  return Object.entries(expected).some(
    ([key, version]) => Object.hasOwn(versions, key) && versions[key] !== version,
  );
}

/**
 * The members to leave out for their versions: those whose window is over, longest first, and only as long as the capacity
 * of all others that are well and have room stays at the floor: members that are a little old are better than too few.
 * `well` names the members that would take launches if versions did not matter, `now` is in seconds.
 */
export function leftOutForVersions(
  config: AgentConfig,
  observations: Observations,
  well: ReadonlySet<string>,
  skewedSince: ReadonlyMap<string, number>,
  now: number,
): ReadonlySet<string> {
  const capacity = (member: MemberConfig): number => capacityOf(member, observations.get(member.name)?.load);
  const floor =
    config.capacityFloor ??
    config.members.reduce((sum, member) => sum + capacityOf(member, undefined), 0) / 2;
  const serving = config.members.filter(({ name }) => well.has(name));
  const overdue = serving
    .filter(({ name }) => now - (skewedSince.get(name) ?? now) >= config.skewMinutes * 60)
    .filter(({ name }) => skewedSince.has(name))
    .sort((a, b) => (skewedSince.get(a.name) ?? 0) - (skewedSince.get(b.name) ?? 0));
  let left = serving.reduce((sum, member) => sum + capacity(member), 0);
  let count = serving.length;
  const out = new Set<string>();
  for (const member of overdue) {
    if (left - capacity(member) < floor || count === 1) continue;
    left -= capacity(member);
    count -= 1;
    out.add(member.name);
  }
  return out;
}
