import type { FederationMember } from "./federationMember";
import { isActive, type TrafficEntry, trafficShare, type TrafficTable } from "./trafficShare";

/** The table as the text of the file that the agent reads. */
export function trafficFile(table: TrafficTable): string {
  return `${JSON.stringify(table, undefined, 2)}\n`;
}

/** Concurrent launches of the members that take any. Members run by others count 0, because their capacity is unknown. */
export function remainingCapacity(
  members: readonly FederationMember[],
  table: TrafficTable,
  now: Date,
): number {
  return members
    .filter(({ name: member, weight }) => trafficShare(weight, table[member], now).weight > 0)
    .reduce((sum, { launchQuota }) => sum + (launchQuota ?? 0), 0);
}

/** The problems of a traffic table, one line each. `floor`: launches that must remain possible. */
export function trafficProblems(
  members: readonly FederationMember[],
  table: TrafficTable,
  floor: number | undefined,
  now: Date,
): string[] {
  const names = members.map(({ name: member }) => member);
  const active = Object.entries(table).filter(([, entry]) => isActive(entry, now));
  const unknown = Object.keys(table).filter((member) => !names.includes(member));
  return [
    ...unknown.map((member) => `mybinder:traffic.${member}: no such member; members: ${names.join(", ")}`),
    ...(active.some(([, { force }]) => force) ? [] : shortage(members, table, floor, now)),
  ];
}

function shortage(
  members: readonly FederationMember[],
  table: TrafficTable,
  floor: number | undefined,
  now: Date,
): string[] {
  const serving = members.filter(
    ({ name: member, weight }) => trafficShare(weight, table[member], now).weight > 0,
  );
  const reduced = members.filter(
    (member) => member.weight > 0 && !serving.some(({ name: other }) => other === member.name),
  );
  if (reduced.length === 0) return [];
  if (serving.length === 0) {
    return [
      "mybinder:traffic: no member would take launches; keep one undrained, or set force: true on an entry",
    ];
  }
  if (floor === undefined) return [];
  const remaining = remainingCapacity(members, table, now);
  if (remaining >= floor) return [];
  const without = reduced.map(({ name: member }) => member).join(", ");
  return [
    `mybinder:traffic: without ${without} ${String(remaining)} launches remain, below federation.capacityFloor ` +
      `(${String(floor)}); to drain anyway, set force: true on an entry`,
  ];
}

/** An entry without its unset fields, as the stack file holds it. */
export function compactEntry(entry: TrafficEntry): TrafficEntry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

/** A table with one entry replaced, or removed when `entry` is undefined, and without expired entries. */
export function withEntry(
  table: TrafficTable,
  member: string,
  entry: TrafficEntry | undefined,
  now: Date,
): TrafficTable {
  const others = Object.entries(table).filter(
    ([other, existing]) => other !== member && isActive(existing, now),
  );
  return Object.fromEntries([...others, ...(entry ? [[member, compactEntry(entry)] as const] : [])]);
}

/** The ConfigMap that holds the table in the cluster, where the agent of each proxy replica reads it. */
export function trafficConfigMap<Namespace>(
  namespace: Namespace,
  table: TrafficTable,
): {
  readonly metadata: {
    readonly name: string;
    readonly namespace: Namespace;
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  };
  readonly data: Record<string, string>;
} {
  return {
    metadata: {
      name: "federation-traffic",
      namespace,
      labels: { "app.kubernetes.io/part-of": "mybinder", "app.kubernetes.io/component": "proxy" },
      // after a change without Pulumi, another manager owns the data; the next deploy takes it back
      annotations: { "pulumi.com/patchForce": "true" },
    },
    data: { "traffic.json": trafficFile(table) },
  };
}
