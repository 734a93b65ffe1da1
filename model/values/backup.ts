import type { Stack } from "../stack/config";
import { servesLaunches } from "../federation/federation";
import type { StackConfig } from "../schema/stack";
import type { Values } from "../schema/plain/mergeValues";

/** Values of the backups of a stack. */
export function backupValues({ config: { backup } }: Stack): Values {
  if (!backup) return {};
  const { endpoint, bucket, region, folder, schedule, keepDaily, keepWeekly, keepMonthly } = backup;
  return {
    backup: {
      enabled: true,
      s3: { endpoint, bucket, region, ...(folder !== undefined && { folder }) },
      schedule,
      keep: { daily: keepDaily, weekly: keepWeekly, monthly: keepMonthly },
    },
  };
}

/** What a stack that is to last would lose with its volumes; `undefined` when it is backed up, or has nothing to lose. */
export function backupWarning(name: string, config: StackConfig): string | undefined {
  if (config.backup || !config.protect) return undefined;
  const lost = [
    ...(servesLaunches(config) ? ["the hub's database"] : []),
    ...(servesLaunches(config) && config.registry.kind === "harbor" ? ["Harbor's database"] : []),
    ...(config.monitoring.enabled ? ["Grafana's database"] : []),
  ];
  if (lost.length === 0) return undefined;
  return `stack ${name} backs nothing up, so that ${lost.join(", ")} would be lost with the volumes; set mybinder:backup (docs/backup.md)`;
}
