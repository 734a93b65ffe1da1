import type { Dashboard } from "./dashboard";

export const monitoring: Dashboard = {
  title: "Monitoring",
  question: "Does the watch itself work?",
  panels: () => [
    {
      title: "Alerts that fire",
      unit: "short",
      kind: "table",
      // Prometheus makes this series of its alerts
      queries: { "{{alertname}}": 'count by (alertname, severity) (ALERTS{alertstate="firing"})' },
    },
    {
      title: "Targets that cannot be read",
      unit: "short",
      queries: { "{{job}}": "count by (job) (up == 0)" },
    },
    {
      title: "Notifications in an hour",
      unit: "short",
      queries: {
        "{{integration}} sent": "sum by (integration) (increase(alertmanager_notifications_total[1h]))",
        "{{integration}} failed":
          "sum by (integration) (increase(alertmanager_notifications_failed_total[1h]))",
      },
    },
    {
      title: "Rules that failed in an hour",
      unit: "short",
      queries: { "{{rule_group}}": "increase(prometheus_rule_evaluation_failures_total[1h]) > 0" },
    },
    {
      title: "What Prometheus keeps, and may keep",
      unit: "bytes",
      queries: {
        kept: "sum(prometheus_tsdb_storage_blocks_bytes)",
        limit: "sum(prometheus_tsdb_retention_limit_bytes)",
      },
    },
    {
      title: "Prometheus' memory, and its limit",
      unit: "bytes",
      queries: {
        used: 'max(container_memory_working_set_bytes{container="prometheus-server"})',
        limit: 'max(kube_pod_container_resource_limits{container="prometheus-server",resource="memory"})',
      },
    },
    {
      title: "Series in memory",
      unit: "short",
      queries: { series: "sum(prometheus_tsdb_head_series)" },
    },
    {
      title: "Silences",
      unit: "short",
      queries: { active: 'max(alertmanager_silences{state="active"})' },
    },
  ],
};
