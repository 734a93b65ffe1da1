import { isObject } from "../config";

/** How a member is, for people. */
export const STATES = ["up", "degraded", "down", "drained"] as const;
export type State = (typeof STATES)[number];

/** A member's state now, and why it is not up. */
export interface Condition {
  readonly state: State;
  readonly reason: string;
}

/** A time in which a member was not up. Times are ISO; without `to` it lasts. */
export interface Incident {
  readonly member: string;
  readonly state: Exclude<State, "up">;
  readonly reason: string;
  readonly from: string;
  readonly to?: string;
}

/** Minutes in each state, in the order of STATES. A day on which nobody looked has fewer than 1440. */
export type Minutes = readonly number[];

/** `status.json` of ConfigMap federation-status: what all replicas know together. */
export interface History {
  /** The last minute that is counted, from 1970. */
  readonly minute: number;
  /** Minutes by day (YYYY-MM-DD, UTC) and member. */
  readonly days: Readonly<Record<string, Readonly<Record<string, Minutes>>>>;
  /** Launches by hour (YYYY-MM-DDTHH, UTC) and member. */
  readonly hours: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Newest first. */
  readonly incidents: readonly Incident[];
}

export const NOTHING: History = { minute: 0, days: {}, hours: {}, incidents: [] };
/** Days that are kept, and shown. */
export const DAYS = 90;
const HOURS = 48;
const INCIDENTS = 100;
/** What ends sooner is no incident for people; a drain always is one. */
const SHORT_MS = 5 * 60_000;
/** A look that was missed, since another replica began to write, is made up for; a longer silence is not known. */
const MAX_GAP = 5;

/** The history from its text. Throws when it is none. */
export function parseHistory(text: string): History {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || typeof value["minute"] !== "number") throw new Error("no {minute, …}");
  const { days, hours, incidents } = value;
  if (!isObject(days) || !isObject(hours) || !Array.isArray(incidents)) {
    throw new Error("no {days, hours, incidents}");
  }
  return value as unknown as History;
}

/** The history with what was seen by now: states of members, unless somebody counted this minute, and launches since the last time. */
export function recorded(
  history: History,
  conditions: ReadonlyMap<string, Condition>,
  launches: ReadonlyMap<string, number>,
  now: Date,
): History {
  const minute = Math.floor(now.getTime() / 60_000);
  const hours = withLaunches(history.hours, launches, now);
  if (minute <= history.minute) return { ...history, hours };
  const gap = Math.min(MAX_GAP, history.minute === 0 ? 1 : minute - history.minute);
  const today = now.toISOString().slice(0, 10);
  const counted = { ...history.days[today] };
  for (const [member, { state }] of conditions) {
    const before = counted[member] ?? [0, 0, 0, 0];
    counted[member] = STATES.map((each, index) => (before[index] ?? 0) + (each === state ? gap : 0));
  }
  const days = newest({ ...history.days, [today]: counted }, DAYS);
  return { minute, days, hours, incidents: withIncidents(history.incidents, conditions, now) };
}

function withLaunches(
  hours: History["hours"],
  launches: ReadonlyMap<string, number>,
  now: Date,
): History["hours"] {
  const hour = now.toISOString().slice(0, 13);
  const counted = { ...hours[hour] };
  for (const [member, count] of launches) counted[member] = (counted[member] ?? 0) + count;
  return newest({ ...hours, [hour]: counted }, HOURS);
}

function withIncidents(
  incidents: readonly Incident[],
  conditions: ReadonlyMap<string, Condition>,
  now: Date,
): readonly Incident[] {
  const at = now.toISOString();
  const isOver = ({ member, state }: Incident): boolean => conditions.get(member)?.state !== state;
  const known = incidents.flatMap((incident) => {
    if (incident.to !== undefined || !isOver(incident)) return [incident];
    const short = incident.state !== "drained" && now.getTime() - Date.parse(incident.from) < SHORT_MS;
    return short ? [] : [{ ...incident, to: at }];
  });
  const open = new Set(known.filter(({ to }) => to === undefined).map(({ member }) => member));
  const begun = [...conditions].flatMap(([member, { state, reason }]): Incident[] =>
    state === "up" || open.has(member) ? [] : [{ member, state, reason, from: at }],
  );
  return [...begun, ...known].slice(0, INCIDENTS);
}

/** The entries with the last keys. */
function newest<T>(entries: Readonly<Record<string, T>>, count: number): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(-count),
  );
}
