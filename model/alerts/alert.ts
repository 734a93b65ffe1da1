import type { Stack } from "../stack/config";

/** `critical`: users notice now. `warning`: they will, unless somebody acts within days. */
export type Severity = "critical" | "warning";

/** Uids of the dashboards in Grafana that alerts link to. */
export const DASHBOARDS = [
  "abuse",
  "capacity",
  "certificates",
  "costs",
  "federation",
  "launches",
  "member",
  "monitoring",
  "registry",
  "service",
] as const;

/** Uid of a dashboard. */
export type DashboardUid = (typeof DASHBOARDS)[number];

/** What is wrong when, and whom it concerns. */
export interface Alert {
  /** Name of the alert, of its runbook page and of its test. */
  readonly name: string;
  readonly severity: Severity;
  /** One sentence with the place in it; Prometheus' templates: `{{ $labels.member }}`. */
  readonly summary: string;
  readonly dashboard: DashboardUid;
  /** The parts of the deployment that it watches: names of apps, charts, templates and components. */
  readonly watches: readonly string[];
  readonly expr: string;
  /** How long it must hold, such as `10m`; not set: at once. */
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A series that several alerts or dashboards use. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Alerts and recordings of one thing that may go wrong. */
export interface Topic {
  readonly name: string;
  /** Why a stack has it; of which stacks the others are. */
  readonly of: (stack: Stack) => boolean;
  readonly alerts: (stack: Stack) => readonly Alert[];
  readonly recordings?: (stack: Stack) => readonly Recording[];
}
