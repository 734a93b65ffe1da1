import type { NodePoolShape } from "../cluster/nodes";
import { parseQuantity } from "../schema/plain/quantity";
import type { StackConfig } from "../schema/stack";

/** Part of its volume that the store of logs fills: the rest is for merges, which write a part anew before they remove it. */
const FILLED = 0.8;
/** What each collector keeps on its node while the store is away, in bytes: vlagent takes no less. */
const BUFFER_BYTES = 540e6;
/** The store drops whole days, and never the last two. */
const KEPT_SECONDS = 2 * 86_400;

/** What bounds the logs of a stack. */
export interface LogBounds {
  /** Bytes on disk above which the store drops the oldest day. */
  readonly maxBytes: number;
  /** Bytes a second that one collector may send, compressed: in two days, all together send no more than `maxBytes`. */
  readonly rateLimit: number;
}

/** Whether a stack keeps the logs of its pods. */
export function keepsLogs({ logs, cluster }: Pick<StackConfig, "logs" | "cluster">): boolean {
  return logs.enabled ?? cluster.kind === "k3s";
}

/** What bounds the logs of a stack with these nodes. Source: `watchMaxDiskSpaceUsage` in VictoriaLogs' lib/logstorage/storage.go. */
export function logBounds({ logs }: Pick<StackConfig, "logs">, pools: readonly NodePoolShape[]): LogBounds {
  const maxBytes = Math.floor(FILLED * parseQuantity(logs.size));
  const nodes = pools.reduce((sum, { count }) => sum + count, 0);
  return { maxBytes, rateLimit: Math.max(1, Math.floor(maxBytes / KEPT_SECONDS / Math.max(1, nodes))) };
}

/** Bytes of a machine's disk that its logs take: the store's volume and the collector's buffer. */
export function logsDiskBytes(config: Pick<StackConfig, "logs" | "cluster">): number {
  return keepsLogs(config) ? parseQuantity(config.logs.size) + BUFFER_BYTES : 0;
}

/** Where keeping logs is asked for in vain. */
export function logProblems({ logs, cluster }: Pick<StackConfig, "logs" | "cluster">): string[] {
  if (cluster.kind !== "gke" || logs.enabled !== true) return [];
  return [
    "mybinder:logs.enabled: found true on GKE, where Cloud Logging keeps the pods' logs (docs/logs.md); allowed: false, or no value",
  ];
}
