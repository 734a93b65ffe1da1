/** An operator's entry for one member's traffic. Every field is optional; all of them expire at `until`. */
export interface TrafficEntry {
  /** Replaces the configured weight; 0 sends no new repositories. */
  readonly weight?: number | undefined;
  /** No launches at all, not even those whose cookie names the member. Running sessions continue. */
  readonly drain?: true | undefined;
  /** ISO time at which the weight starts to grow, until `until`. */
  readonly rampFrom?: string | undefined;
  /** ISO time at which the entry expires. */
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  /** Allow it even below the capacity floor. */
  readonly force?: true | undefined;
}

/** The traffic table: entries by member. */
export type TrafficTable = Readonly<Record<string, TrafficEntry>>;

/** A member's share of the traffic. */
export interface TrafficShare {
  readonly weight: number;
  readonly drained: boolean;
}

/** A ramp starts at this fraction of the weight and grows in steps of it. */
const RAMP_STEP = 0.05;

/** Whether an entry is still in effect. */
export function isActive({ until }: TrafficEntry, now: Date): boolean {
  return until === undefined || now.getTime() < Date.parse(until);
}

/** A member's share of the traffic at a time: its configured weight, unless an entry in effect says otherwise. */
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
  // in steps, so that a growing weight does not produce a new table every few seconds
  return Math.min(1, RAMP_STEP * (1 + Math.floor(part / RAMP_STEP)));
}
