import type { Topic } from "../alert";

/** Builds, the Docker that makes them and what removes what they leave. */
export const builds: Topic = {
  name: "builds",
  of: ({ member }) => member !== undefined,
  alerts: () => [
    {
      name: "BuildsFailing",
      severity: "critical",
      summary: "{{ $value | humanizePercentage }} of the builds of the last hour failed",
      dashboard: "launches",
      watches: ["binderhub"],
      // authors' own mistakes fail a third of all builds on a good day
      expr:
        'sum(increase(binderhub_build_time_seconds_count{status="failure"}[1h]))' +
        " / (sum(increase(binderhub_build_time_seconds_count[1h])) > 10) > 0.8",
      for: "15m",
    },
    {
      name: "BuildsSlow",
      severity: "warning",
      summary: "Half of the builds, with their push, take longer than {{ $value | humanizeDuration }}",
      dashboard: "launches",
      watches: ["binderhub"],
      expr: 'histogram_quantile(0.5, sum by (le) (rate(binderhub_build_time_seconds_bucket{status="success"}[2h]))) > 1800',
      for: "1h",
    },
    {
      name: "BuildDockerDown",
      severity: "critical",
      summary: "The Docker that builds is down on {{ $value | humanize }} nodes: no build works there",
      dashboard: "launches",
      watches: ["binderhub"],
      expr: 'kube_daemonset_status_number_unavailable{daemonset=~".+-dind"} > 0',
      for: "10m",
    },
    {
      name: "BuildCacheTooLarge",
      severity: "warning",
      summary: "The build cache of {{ $labels.node }} is at {{ $value | humanizePercentage }} of its limit",
      dashboard: "capacity",
      watches: ["build-pruner"],
      expr: "build_pruner_cache_bytes / build_pruner_cache_limit_bytes > 1.3",
      for: "1h",
    },
    {
      name: "BuildPrunerStale",
      severity: "warning",
      summary:
        "The build pruner of {{ $labels.node }} has done no whole round for two hours: the disk will fill",
      dashboard: "capacity",
      watches: ["build-pruner"],
      expr: "time() - (build_pruner_last_success_timestamp_seconds > 0) > 7200 or build_pruner_last_success_timestamp_seconds == 0",
      for: "30m",
    },
  ],
};
