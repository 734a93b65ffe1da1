import type { StackConfig } from "../../../model/schema/stack";
import { Failure } from "../../ground/terminal/failure";

/** What has to be scaled to 0 for a restore, with the replicas that it has otherwise; by backup. */
function workloadsOf(
  stack: string,
  config: StackConfig,
): Readonly<Record<string, readonly [string, number][]>> {
  const registry = config.role === "proxy" ? undefined : config.registry;
  return {
    ...(config.role !== "proxy" && { hub: [["hub", 1] as [string, number]] }),
    ...(config.monitoring.enabled && { grafana: [[`${stack}-grafana`, 1] as [string, number]] }),
    ...(registry?.kind === "harbor" && {
      harbor: [
        [`${stack}-harbor-core`, registry.replicas] as [string, number],
        [`${stack}-harbor-jobservice`, 1] as [string, number],
        [`${stack}-harbor-exporter`, 1] as [string, number],
      ],
    }),
  };
}

/** The backups that a stack has, by name. */
export function backupNames(stack: string, config: StackConfig): string[] {
  return Object.keys(workloadsOf(stack, config));
}

/**
 * The commands that restore a backup, in order; `snapshot` is its id, without one the newest. Throws a Failure (exit code 2) for a
 * backup that the stack does not have.
 */
export function restoreCommands(
  stack: string,
  config: StackConfig,
  backup: string,
  { kubectl, snapshot }: { readonly kubectl: string; readonly snapshot?: string },
): string[] {
  const workloads = workloadsOf(stack, config)[backup];
  if (!workloads) {
    throw new Failure(
      `stack ${stack} has no backup ${backup}; it has: ${backupNames(stack, config).join(", ") || "none"}`,
      2,
    );
  }
  const scoped = `${kubectl} --namespace ${stack}`;
  const job = `restore-${backup}-now`;
  const from = `${scoped} create job ${job} --from=cronjob/restore-${backup}`;
  const start =
    snapshot === undefined
      ? from
      : `${from} --dry-run=client --output yaml` +
        ` | ${scoped} set env --local --filename - --output yaml --containers fetch SNAPSHOT=${snapshot}` +
        ` | ${scoped} create --filename -`;
  return [
    ...workloads.map(([name]) => `${scoped} scale deployment/${name} --replicas 0`),
    start,
    `${scoped} wait job/${job} --for=condition=complete --timeout 10m`,
    `${scoped} logs job/${job} --all-containers`,
    ...workloads.map(
      ([name, replicas]) => `${scoped} scale deployment/${name} --replicas ${String(replicas)}`,
    ),
    `${scoped} delete job ${job}`,
  ];
}
