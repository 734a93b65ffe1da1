import type { FederationMember } from "./federationMember";
import { isActive, type TrafficEntry, trafficShare, type TrafficTable } from "./trafficShare";

/** The table as the file that the agent reads. */
export function trafficFile(table: TrafficTable): string {
  return `${JSON.stringify(table, undefined, 2)}\n`;
}

/** How much the members that take launches can take, at a time. Members run by others count 0: they do not tell. */
export function remainingCapacity(
  members: readonly FederationMember[],
  table: TrafficTable,
  now: Date,
): number {
  return members
    .filter(({ name: member, weight }) => trafficShare(weight, table[member], now).weight > 0)
    .reduce((sum, { launchQuota }) => sum + (launchQuota ?? 0), 0);
}

/** What is wrong with a traffic table, one line each. `floor`: launches that must remain possible. */
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
    return ["mybinder:traffic: nobody would take launches; leave one member, or set force: true on an entry"];
  }
  if (floor === undefined) return [];
  const remaining = remainingCapacity(members, table, now);
  if (remaining >= floor) return [];
  const without = reduced.map(({ name: member }) => member).join(", ");
  return [
    `mybinder:traffic: without ${without} ${String(remaining)} launches remain; at least ${String(floor)} must ` +
      "(federation.capacityFloor); set force: true on an entry to do it all the same",
  ];
}

/** An entry without what is not set, as it is written to the stack file. */
export function compactEntry(entry: TrafficEntry): TrafficEntry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A duration such as 90m, 6h, 3d or 2w in ms; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/**
 * A time that an operator writes: an ISO time, `18:00` (UTC, the next one), or a duration from now. Returns it as ISO;
 * undefined when it is neither or is over.
 */
export function parseUntil(text: string, now: Date): string | undefined {
  const duration = parseDuration(text);
  if (duration !== undefined) return iso(now.getTime() + duration);
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hours !== undefined && Number(hours) < 24 && Number(minutes) < 60) {
    const today = new Date(now);
    today.setUTCHours(Number(hours), Number(minutes), 0, 0);
    return iso(today.getTime() + (today > now ? 0 : UNITS.d));
  }
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN;
  return at > now.getTime() ? iso(at) : undefined;
}

/** A time as it is written to the table: ISO, UTC, whole seconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A table with one entry replaced, or removed where `entry` is undefined, and without the entries that are over. */
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

/** The ConfigMap that carries the table into the cluster, where the agent of each replica of the proxy reads it. */
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
      // applied without Pulumi, its data has another owner; the next deploy takes it back
      annotations: { "pulumi.com/patchForce": "true" },
    },
    data: { "traffic.json": trafficFile(table) },
  };
}
