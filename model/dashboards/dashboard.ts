import type { Stack } from "../stack/config";

/** Units of Grafana that panels use. */
export type Unit = "short" | "percentunit" | "s" | "bytes" | "Bps" | "reqps" | "bool_yes_no";

/** One picture of a dashboard. */
export interface Panel {
  readonly title: string;
  readonly unit: Unit;
  /** PromQL by its legend, which may name labels: `{{member}}`. `$member` is the member that was chosen, a regular expression. */
  readonly queries: Readonly<Record<string, string>>;
  /** `timeseries` unless set; `stat` and `table` show the last value. */
  readonly kind?: "timeseries" | "stat" | "table";
}

/** What answers one question about a stack. */
export interface Dashboard {
  readonly title: string;
  /** The question, as it stands below the title. */
  readonly question: string;
  /** Empty where the stack has nothing to show: then it has no such dashboard. */
  readonly panels: (stack: Stack) => readonly Panel[];
}

/** Panels that are there on a condition. */
export function when(condition: boolean, ...panels: readonly Panel[]): readonly Panel[] {
  return condition ? panels : [];
}
