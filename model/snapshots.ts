import type { K3sConfig } from "./schema";

/**
 * Settings of K3s that are secret, and the stack's secret that each comes from. The token is one of them because the
 * authorities in a snapshot are encrypted with it: a snapshot is of no use on another machine without.
 */
export const SNAPSHOT_SECRETS = {
  "etcd-s3-access-key": "snapshotS3AccessKey",
  "etcd-s3-secret-key": "snapshotS3SecretKey",
  token: "k3sToken",
} as const;

/** The secret settings that a machine has: all, or none when its snapshots stay on it. */
export function snapshotSecrets({ snapshots }: K3sConfig): (keyof typeof SNAPSHOT_SECRETS)[] {
  return snapshots.s3 ? (Object.keys(SNAPSHOT_SECRETS) as (keyof typeof SNAPSHOT_SECRETS)[]) : [];
}

/**
 * What K3s is told of its datastore and the snapshots of it. It is embedded etcd, since K3s takes none of SQLite, its
 * default for one server; with `cluster-init` it moves an SQLite datastore over when it starts.
 * Source: https://docs.k3s.io/cli/etcd-snapshot
 */
export function snapshotConfig({ snapshots }: K3sConfig, host: string): Record<string, unknown> {
  const { schedule, retention, s3 } = snapshots;
  return {
    "cluster-init": true,
    "etcd-snapshot-schedule-cron": schedule,
    "etcd-snapshot-retention": retention,
    ...(s3 && {
      "etcd-s3": true,
      "etcd-s3-bucket": s3.bucket,
      "etcd-s3-endpoint": new URL(s3.endpoint).host,
      "etcd-s3-region": s3.region,
      "etcd-s3-folder": s3.folder ?? host,
      "etcd-s3-retention": retention,
      ...(s3.endpoint.startsWith("http:") && { "etcd-s3-insecure": true }),
    }),
  };
}
