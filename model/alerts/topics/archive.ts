import type { Alert, Topic } from "../alert";

/** The public archive of launch events, which once stopped for two months before anybody saw it. */
export const archive: Topic = {
  name: "archive",
  of: ({ config }) => config.role !== "member" && config.archivePublisher !== undefined,
  alerts: () => alerts,
};

const alerts: readonly Alert[] = [
  {
    name: "ArchiveTooOld",
    severity: "warning",
    summary: "The public archive was last published {{ $value | humanizeDuration }} ago",
    dashboard: "service",
    watches: ["archive-publisher"],
    expr:
      "time() - (archive_publisher_last_success_timestamp_seconds > 0) > 4 * 3600" +
      " or archive_publisher_last_success_timestamp_seconds == 0",
    for: "1h",
  },
  {
    name: "ArchiveOfMemberTooOld",
    severity: "warning",
    summary: "The newest event of {{ $labels.origin }} in the archive is {{ $value | humanizeDuration }} old",
    dashboard: "service",
    watches: ["archive-publisher", "googleServices", "google"],
    expr: "time() - archive_publisher_newest_event_timestamp_seconds > 2 * 86400",
    for: "1h",
  },
  {
    name: "ArchiveShrinks",
    severity: "warning",
    summary: "{{ $value | humanize }} days of the export hold fewer events than what is published of them",
    dashboard: "service",
    watches: ["archive-publisher"],
    expr: "archive_publisher_shrunk_days > 0",
    for: "1h",
  },
  {
    name: "ArchiveRefusesEvents",
    severity: "warning",
    summary: "The archive's publisher refuses lines for their {{ $labels.why }}: events are lost",
    dashboard: "service",
    watches: ["archive-publisher"],
    expr: "increase(archive_publisher_refused_lines_total[6h]) > 10",
    for: "30m",
  },
];
