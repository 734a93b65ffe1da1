import type { Lifecycle } from "../schema/lifecycles";
import type { TrafficEntry, TrafficTable } from "./trafficShare";

/**
 * Adds the members' lifecycles to a traffic table: a draining or paused member is drained, whatever the operators' entry
 * says, and a member that is gone has no entry.
 */
export function withLifecycles(
  table: TrafficTable,
  lifecycles: readonly { readonly name: string; readonly lifecycle: Lifecycle }[],
): TrafficTable {
  const of = (wanted: readonly Lifecycle[]): string[] =>
    lifecycles.filter(({ lifecycle }) => wanted.includes(lifecycle)).map(({ name }) => name);
  const gone = of(["gone"]);
  const kept = Object.entries(table).filter(([name]) => !gone.includes(name));
  const drained = of(["draining", "paused"]).map((name): [string, TrafficEntry] => {
    const force = table[name]?.force;
    const reason = `mybinder:lifecycle of Pulumi.${name}.yaml`;
    return [name, { drain: true, reason, ...(force && { force }) }];
  });
  return Object.fromEntries<TrafficEntry>([...kept, ...drained]);
}
