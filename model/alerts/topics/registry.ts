import type { Alert, Topic } from "../alert";
import { sinceSuccess } from "../cronJobs";

/** A Harbor of the stack's own. */
export const registry: Topic = {
  name: "registry",
  of: ({ member }) => Object.keys(member?.harborTargets ?? {}).length > 0,
  alerts: () => [
    {
      name: "HarborUnwell",
      severity: "critical",
      summary: "Harbor's {{ $labels.component }} is unwell: builds cannot push, or launches cannot pull",
      dashboard: "registry",
      watches: ["harbor"],
      expr: "min by (component) (harbor_up) == 0",
      for: "10m",
    },
    {
      name: "HarborSilent",
      severity: "critical",
      summary: "{{ $labels.job }} does not answer: nobody sees how the registry does",
      dashboard: "registry",
      watches: ["harbor"],
      expr: 'up{job=~"harbor-.+"} == 0',
      for: "15m",
    },
    {
      name: "RegistryQuotaNearlyUsed",
      severity: "warning",
      summary:
        "Harbor's project {{ $labels.project_name }} uses {{ $value | humanizePercentage }} of its quota",
      dashboard: "registry",
      watches: ["harbor", "harbor-setup"],
      // no quota is -1
      expr: "harbor_project_quota_usage_byte / (harbor_project_quota_byte > 0) > 0.9",
      for: "1h",
    },
    stale(
      "RegistryGarbageStale",
      "GARBAGE_COLLECTION",
      "garbage collection",
      "deleted images keep their disk space",
    ),
    stale("RegistryRetentionStale", "RETENTION", "retention", "images that nobody uses stay"),
    {
      name: "HarborSetupFailing",
      severity: "warning",
      summary: "{{ $labels.cronjob }} has not succeeded for {{ $value | humanizeDuration }}",
      dashboard: "registry",
      watches: ["harbor-setup"],
      expr: `${sinceSuccess("harbor-apply")} > 4 * 3600`,
      for: "15m",
    },
    {
      name: "HarborPruneFailing",
      severity: "warning",
      summary: "{{ $labels.cronjob }} has not succeeded for {{ $value | humanizeDuration }}",
      dashboard: "registry",
      watches: ["harbor-setup"],
      expr: `${sinceSuccess("harbor-prune")} > 8 * 86400`,
      for: "1h",
    },
    {
      name: "RegistryPushSlow",
      severity: "warning",
      summary: "One upload in ten to the registry takes longer than {{ $value | humanizeDuration }}",
      dashboard: "registry",
      watches: ["harbor", "registry"],
      expr: 'histogram_quantile(0.9, sum by (le) (rate(registry_http_request_duration_seconds_bucket{method=~"put|patch"}[1h]))) > 5',
      for: "1h",
    },
    {
      name: "RegistryFailing",
      severity: "critical",
      summary: "{{ $value | humanizePercentage }} of the registry's answers are errors",
      dashboard: "registry",
      watches: ["harbor"],
      expr: 'sum(rate(registry_http_requests_total{code=~"5.."}[15m])) / sum(rate(registry_http_requests_total[15m])) > 0.05',
      for: "15m",
    },
  ],
};

/** A weekly task of Harbor that has not succeeded for nine days, in which its job service ran. */
function stale(name: string, type: string, what: string, effect: string): Alert {
  const done = `harbor_jobservice_task_total{type="${type}",status="success"}`;
  // a counter that appears with 1 has no increase, so it counts by being new
  const succeeded = `(sum(increase(${done}[9d])) > 0 or sum(${done} unless ${done} offset 9d))`;
  return {
    name,
    severity: "warning",
    summary: `Harbor's ${what} has not succeeded for nine days: ${effect}`,
    dashboard: "registry",
    watches: ["harbor", "harbor-setup"],
    expr: `max(harbor_up{component="jobservice"} offset 9d) unless on () ${succeeded}`,
    for: "1h",
  };
}
