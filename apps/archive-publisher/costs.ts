import { csvRows } from "./csv";
import { pythonFloat } from "./python";

/** Cost by the interval that it was for: JSON of [start, end], both as Google wrote them. */
export type Totals = Map<string, number>;

const BILLED_SECONDS = 30 * 86400;

/** The intervals of one export of Google's billing. Throws when a cost in it is no number. */
export function totalsOf(text: string, kind: "csv" | "json"): Totals {
  const totals: Totals = new Map();
  for (const { start, end, cost } of kind === "csv" ? fromCsv(text) : fromJson(text)) {
    if (!Number.isFinite(cost)) throw new Error(`a cost of ${start} is no number`);
    add(totals, JSON.stringify([start, end]), cost);
  }
  return totals;
}

export function addTotals(to: Totals, more: Totals): void {
  for (const [interval, cost] of more) add(to, interval, cost);
}

/** cloud-costs.jsonl: a line for each interval, by its start. */
export function costsJsonl(totals: Totals): string {
  return [...totals]
    .map(([interval, cost]) => {
      const [start = "", end = ""] = JSON.parse(interval) as string[];
      return { start, end, cost };
    })
    .sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)))
    .map(
      ({ start, end, cost }) =>
        `{"version": 1, "start_time": ${JSON.stringify(start)}, "end_time": ${JSON.stringify(end)}, "cost": ${pythonFloat(cost)}}\n`,
    )
    .join("");
}

/** What was billed of late. */
export interface Billed {
  /** Sum of the intervals that start in the 30 days to `until`, in the currency of the bill. */
  readonly cost: number;
  /** Seconds since 1970 of the end of the newest interval. */
  readonly until: number;
}

/** The bill of the newest 30 days; `undefined` where no interval has times that can be read. */
export function billedOf(totals: Totals): Billed | undefined {
  const costs = [...totals]
    .map(([interval, cost]) => {
      const [start = "", end = ""] = JSON.parse(interval) as string[];
      return { start: Date.parse(start) / 1000, end: Date.parse(end) / 1000, cost };
    })
    .filter(({ start, end }) => Number.isFinite(start) && Number.isFinite(end));
  if (costs.length === 0) return undefined;
  const until = costs.reduce((latest, { end }) => Math.max(latest, end), -Infinity);
  const recent = costs.filter(({ start }) => start >= until - BILLED_SECONDS);
  return { until, cost: recent.reduce((sum, { cost }) => sum + cost, 0) };
}

interface Cost {
  readonly start: string;
  readonly end: string;
  readonly cost: number;
}

function fromCsv(text: string): Cost[] {
  return csvRows(text).map((row) => ({
    start: row["Start Time"] ?? "",
    end: row["End Time"] ?? "",
    cost: row["Cost"]?.trim() ? Number(row["Cost"]) : NaN,
  }));
}

interface BillingItem {
  readonly start_time: string;
  readonly end_time: string;
  readonly cost: { readonly amount: string };
}

function fromJson(text: string): Cost[] {
  return (JSON.parse(text) as BillingItem[]).map(({ start_time, end_time, cost }) => ({
    start: start_time,
    end: end_time,
    cost: Number(cost.amount),
  }));
}

function add(totals: Totals, interval: string, cost: number): void {
  totals.set(interval, (totals.get(interval) ?? 0) + cost);
}
