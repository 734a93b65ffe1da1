import type { K3sConfig } from "../schema/stack";

/**
 * K3s's secret settings, and the stack's secret from which each comes. The token is among them because it encrypts the
 * certificate authorities in a snapshot: without it, a snapshot cannot be restored on another machine.
 */
export const SNAPSHOT_SECRETS = {
  "etcd-s3-access-key": "snapshotS3AccessKey",
  "etcd-s3-secret-key": "snapshotS3SecretKey",
  token: "k3sToken",
} as const;

/** The secret settings of a machine: all, or none when its snapshots stay on it. */
export function snapshotSecrets({ snapshots }: K3sConfig): (keyof typeof SNAPSHOT_SECRETS)[] {
  return snapshots.s3 ? (Object.keys(SNAPSHOT_SECRETS) as (keyof typeof SNAPSHOT_SECRETS)[]) : [];
}

/**
 * K3s's settings for its datastore and the snapshots. The datastore is embedded etcd, because K3s takes no snapshots of
 * SQLite, its default for one server. With `cluster-init`, K3s converts an SQLite datastore when it starts.
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
