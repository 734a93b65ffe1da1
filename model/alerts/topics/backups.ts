import type { Topic } from "../alert";
import { sinceSuccess } from "../cronJobs";

/** Backups of the volumes that cannot be made again. */
export const backups: Topic = {
  name: "backups",
  of: ({ config }) => config.backup !== undefined,
  alerts: () => [
    {
      name: "BackupTooOld",
      severity: "warning",
      summary: "The newest good run of {{ $labels.cronjob }} is {{ $value | humanizeDuration }} old",
      dashboard: "service",
      watches: ["backup"],
      expr: `${sinceSuccess("backup-(hub|harbor|grafana)")} > 36 * 3600`,
      for: "30m",
    },
    {
      name: "BackupUnchecked",
      severity: "warning",
      summary: "Nobody has read the backups back for {{ $value | humanizeDuration }}",
      dashboard: "service",
      watches: ["backup"],
      expr: `${sinceSuccess("backup-check")} > 9 * 86400`,
      for: "1h",
    },
  ],
};
