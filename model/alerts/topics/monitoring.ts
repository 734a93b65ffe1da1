import type { Topic } from "../alert";

/** The watch itself: a Prometheus that sees nothing, or an Alertmanager that tells nobody, is as good as none. */
export const monitoring: Topic = {
  name: "monitoring",
  of: () => true,
  alerts: () => [
    {
      name: "Watchdog",
      severity: "warning",
      summary: "Always fires: whoever expects it notices when it stays away",
      dashboard: "monitoring",
      watches: ["prometheus", "guard"],
      expr: "vector(1)",
    },
    {
      name: "TargetDown",
      severity: "warning",
      summary: "{{ $value | humanize }} of {{ $labels.job }} cannot be read",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: 'count by (job) (up{job!~"members|external-members|harbor-.+"} == 0) > 0',
      for: "15m",
    },
    {
      name: "RuleFails",
      severity: "warning",
      summary: "Rules of {{ $labels.rule_group }} cannot be evaluated: its alerts do not fire",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: "increase(prometheus_rule_evaluation_failures_total[15m]) > 0",
      for: "15m",
    },
    {
      name: "RulesLate",
      severity: "warning",
      summary: "Rules of {{ $labels.rule_group }} take longer than the time between two evaluations",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: "increase(prometheus_rule_group_iterations_missed_total[15m]) > 1",
      for: "15m",
    },
    {
      name: "PrometheusConfigurationRefused",
      severity: "warning",
      summary: "Prometheus refuses its configuration and works by the last good one",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: "prometheus_config_last_reload_successful == 0",
      for: "10m",
    },
    {
      name: "PrometheusStorageNearlyUsed",
      severity: "warning",
      summary:
        "Prometheus keeps {{ $value | humanizePercentage }} of what its size allows: old series go early",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr:
        "prometheus_tsdb_storage_blocks_bytes / (prometheus_tsdb_retention_limit_bytes > 0) > 0.95" +
        " and on (instance) prometheus_tsdb_size_retentions_total > 0",
      for: "1h",
    },
    {
      name: "PrometheusMemoryNearlyUsed",
      severity: "warning",
      summary: "Prometheus uses {{ $value | humanizePercentage }} of its memory: it will be killed",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr:
        'max by (pod) (container_memory_working_set_bytes{container="prometheus-server"})' +
        ' / max by (pod) (kube_pod_container_resource_limits{container="prometheus-server",resource="memory"}) > 0.9',
      for: "30m",
    },
    {
      name: "AlertsNotSent",
      severity: "critical",
      summary: "Prometheus reaches no Alertmanager: no alert is told to anybody",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr:
        "prometheus_notifications_alertmanagers_discovered < 1" +
        " or on (instance) increase(prometheus_notifications_dropped_total[10m]) > 0",
      for: "10m",
    },
    {
      name: "NotificationsFail",
      severity: "critical",
      summary: "Alertmanager cannot tell {{ $labels.integration }}: alerts do not arrive",
      dashboard: "monitoring",
      watches: ["prometheus", "alert-receivers", "secrets"],
      expr:
        "sum by (integration) (increase(alertmanager_notifications_failed_total[15m]))" +
        " / (sum by (integration) (increase(alertmanager_notifications_total[15m])) > 0) > 0.3",
      for: "15m",
    },
    {
      name: "AlertmanagerConfigurationRefused",
      severity: "warning",
      summary: "Alertmanager refuses its configuration and works by the last good one",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: "alertmanager_config_last_reload_successful == 0",
      for: "10m",
    },
    {
      name: "AlertmanagerSilent",
      severity: "critical",
      summary: "Alertmanager tells nothing of itself: perhaps no alert arrives",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: "absent(alertmanager_build_info)",
      for: "10m",
    },
    {
      name: "SilenceForAWeek",
      severity: "warning",
      summary: "Alerts have been silenced for a week on end: what they said may still be true",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: 'max(min_over_time(alertmanager_silences{state="active"}[7d])) > 0 and on () max(alertmanager_silences{state="active"} offset 7d) > 0',
    },
  ],
};
