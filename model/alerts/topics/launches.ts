import type { Alert, Recording, Topic } from "../alert";
import type { Stack } from "../../stack/config";

/** Windows over which the share of launches that fail is recorded. */
const WINDOWS = ["5m", "30m", "1h", "6h", "1d", "3d"] as const;
type Window = (typeof WINDOWS)[number];

/** How fast the error budget burns, over a long window and whether it still does over a short one. */
interface Burn {
  readonly speed: "Fast" | "Steadily" | "Slowly";
  readonly severity: Alert["severity"];
  readonly long: Window;
  readonly short: Window;
  /** Times the rate at which the budget would last exactly for the objective's days. */
  readonly factor: number;
  readonly for: string;
}

/** https://sre.google/workbook/alerting-on-slos/, its table 5-8: 2 % of 30 days in an hour, 5 % in 6 hours, 10 % in 3 days. */
const BURNS: readonly Burn[] = [
  { speed: "Fast", severity: "critical", long: "1h", short: "5m", factor: 14.4, for: "2m" },
  { speed: "Steadily", severity: "critical", long: "6h", short: "30m", factor: 6, for: "15m" },
  { speed: "Slowly", severity: "warning", long: "3d", short: "6h", factor: 1, for: "1h" },
];

/** Where launches are counted: BinderHub's own word on a member, the members' word on a proxy. */
export const launches: Topic = {
  name: "launches",
  of: () => true,
  recordings: (stack) => [
    { record: "mybinder:launch_objective:ratio", expr: `vector(${String(objective(stack))})` },
    ...WINDOWS.map((window): Recording => {
      return { record: `mybinder:launches_failed:ratio${window}`, expr: failed(window) };
    }),
  ],
  alerts: (stack) => [...BURNS.map((burn) => failing(burn, stack)), ...(stack.member ? own : [])],
};

function objective({ config }: Stack): number {
  return config.objectives.launchSuccess / 100;
}

/** A retry is no launch; one that was refused for its quota is counted elsewhere. Fewer than one a window say nothing. */
function failed(window: Window): string {
  const count = (status: string): string =>
    `sum(rate(binderhub_launch_time_seconds_count{status=~"${status}"}[${window}]))`;
  return `${count("failure")} / (${count("success|failure")} > 0)`;
}

function failing({ speed, severity, long, short, factor, for: held }: Burn, stack: Stack): Alert {
  const allowed = 1 - objective(stack);
  // a budget of which a factor is more than all launches could never burn so fast
  const limit = Math.min(factor * allowed, 0.9);
  const over = (window: Window): string => `mybinder:launches_failed:ratio${window} > ${limit.toFixed(4)}`;
  const where = stack.member ? "here" : "on all members together";
  return {
    name: `LaunchesFail${speed}`,
    severity,
    summary:
      `{{ $value | humanizePercentage }} of the launches ${where} failed in ${long}; ` +
      `the objective allows ${(100 * allowed).toFixed(1)} %`,
    dashboard: "launches",
    watches: ["binderhub", ...(stack.federation ? ["federation-proxy"] : [])],
    expr: `${over(long)} and ${over(short)}`,
    for: held,
  };
}

const own: readonly Alert[] = [
  {
    name: "LaunchesSlow",
    severity: "warning",
    summary: "One launch in ten takes longer than {{ $value | humanizeDuration }}, its build not counted",
    dashboard: "launches",
    watches: ["binderhub"],
    expr: 'histogram_quantile(0.9, sum by (le) (rate(binderhub_launch_time_seconds_bucket{status="success"}[30m]))) > 120',
    for: "30m",
  },
  {
    name: "SpawnsFail",
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of the servers that the hub starts do not come up",
    dashboard: "launches",
    watches: ["binderhub"],
    expr:
      'sum(rate(jupyterhub_server_spawn_duration_seconds_count{status="failure"}[30m]))' +
      " / sum(rate(jupyterhub_server_spawn_duration_seconds_count[30m])) > 0.2",
    for: "30m",
  },
  {
    name: "EventLoopStandsStill",
    severity: "warning",
    summary:
      "{{ $labels.service }} stands still for a second and more, {{ $value | humanize }} times a minute",
    dashboard: "launches",
    watches: ["binderhub"],
    expr:
      "60 * (sum by (service, instance) (rate(jupyterhub_event_loop_interval_seconds_count[15m]))" +
      ' - sum by (service, instance) (rate(jupyterhub_event_loop_interval_seconds_bucket{le="1.0"}[15m]))) > 2',
    for: "15m",
  },
  {
    name: "GitHubLookupsNearlyUsed",
    severity: "warning",
    summary: "{{ $value | humanize }} look-ups at GitHub are left this hour: launches from GitHub will fail",
    dashboard: "launches",
    watches: ["binderhub", "secrets"],
    expr: "min(binderhub_github_rate_limit_remaining) < 200",
    for: "10m",
  },
];
