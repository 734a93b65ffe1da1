/** What an operator says about one member's traffic; every field is optional, and together they end at `until`. */
export interface TrafficEntry {
  /** In place of the configured weight; 0 sends no new repositories. */
  readonly weight?: number | undefined;
  /** No launches at all, not even those whose cookie names the member. Running sessions stay. */
  readonly drain?: true | undefined;
  /** ISO time from which the weight grows, until `until` ends the entry. */
  readonly rampFrom?: string | undefined;
  /** ISO time at which the entry ends by itself. */
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  /** Drain even where less than the capacity floor remains. */
  readonly force?: true | undefined;
}

/** The traffic table: entries by member. */
export type TrafficTable = Readonly<Record<string, TrafficEntry>>;

/** What a member gets of the traffic. */
export interface TrafficShare {
  readonly weight: number;
  readonly drained: boolean;
}

/** A ramp starts with this part of the weight and grows by as much. */
const RAMP_STEP = 0.05;

/** Whether an entry still holds. */
export function isActive({ until }: TrafficEntry, now: Date): boolean {
  return until === undefined || now.getTime() < Date.parse(until);
}

/** A member's share of the traffic at a time: its configured weight, unless an entry that holds says otherwise. */
export function trafficShare(weight: number, entry: TrafficEntry | undefined, now: Date): TrafficShare {
  if (!entry || !isActive(entry, now)) return { weight, drained: false };
  if (entry.drain) return { weight: 0, drained: true };
  const exact = (entry.weight ?? weight) * ramped(entry, now);
  return { weight: Math.round(exact * 1000) / 1000, drained: false };
}

function ramped({ rampFrom, until }: TrafficEntry, now: Date): number {
  if (rampFrom === undefined || until === undefined) return 1;
  const [start, end] = [Date.parse(rampFrom), Date.parse(until)];
  const part = Math.max(0, (now.getTime() - start) / (end - start));
  // in steps, so that a growing weight is not a new table every few seconds
  return Math.min(1, RAMP_STEP * (1 + Math.floor(part / RAMP_STEP)));
}
