import { keepsLogs } from "../../member/logs";
import type { Topic } from "../alert";

/** The pods' logs: whether they are collected, sent, kept, and for as long as was asked. */
export const logs: Topic = {
  name: "logs",
  of: ({ config }) => keepsLogs(config),
  alerts: () => [
    {
      name: "LogStoreSilent",
      severity: "warning",
      summary: "The store of logs tells nothing: logs stay on their nodes, and are soon lost",
      dashboard: "monitoring",
      watches: ["log-store"],
      expr: "absent(vl_storage_is_read_only)",
      for: "15m",
    },
    {
      name: "LogStoreReadOnly",
      severity: "warning",
      summary: "The store takes no logs: its disk is full",
      dashboard: "monitoring",
      watches: ["log-store"],
      expr: "vl_storage_is_read_only == 1",
      for: "5m",
    },
    {
      name: "LogStoreNearlyFull",
      severity: "warning",
      summary:
        "The store of logs uses {{ $value | humanizePercentage }} of what it may: it drops days before their time",
      dashboard: "monitoring",
      watches: ["log-store"],
      expr: "sum(vl_data_size_bytes) / max(vl_max_disk_space_usage_bytes) > 0.9",
      for: "1h",
    },
    {
      name: "LogCollectorSilent",
      severity: "warning",
      summary: "No log of a pod has been read for half an hour: what happens now, nobody can look up later",
      dashboard: "monitoring",
      watches: ["log-collector"],
      expr:
        'sum by (node) (increase(vl_rows_ingested_total{type="kubernetes_logs"}[30m])) == 0' +
        ' or absent(vl_rows_ingested_total{type="kubernetes_logs"})',
      for: "15m",
    },
    {
      name: "LogsNotSent",
      severity: "warning",
      summary:
        "The collector of {{ $labels.node }} holds {{ $value | humanize1024 }}B of logs that the store did not take yet",
      dashboard: "monitoring",
      watches: ["log-collector", "log-store"],
      expr: "sum by (node) (vlagent_remotewrite_pending_data_bytes) > 100e6",
      for: "15m",
    },
    {
      name: "LogsLost",
      severity: "warning",
      summary: "Logs were lost within an hour: a collector's buffer was full, or the store refused them",
      dashboard: "monitoring",
      watches: ["log-collector", "log-store"],
      expr:
        "sum(increase(vm_persistentqueue_bytes_dropped_total[1h])) > 0" +
        " or sum(increase(vlagent_remotewrite_packets_dropped_total[1h])) > 0" +
        ' or sum(increase(vl_http_errors_total{path="/insert/native"}[1h])) > 10' +
        " or sum(increase(vl_rows_dropped_total[1h])) > 1000",
    },
  ],
};
