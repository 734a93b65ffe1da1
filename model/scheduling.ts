import type { NodePoolShape } from "./nodes";
import { isMap } from "./mergeValues";
import type { StackConfig } from "./schema";

/** Name under which a stack's user scheduler takes pods; z2jh gives it to every user pod and placeholder. */
export function userSchedulerName(release: string): string {
  return `${release}-user-scheduler`;
}

/** Whether user pods have a choice of nodes, so that packing them empties some. */
export function packsUserPods(pools: readonly NodePoolShape[]): boolean {
  return count(pools.filter(({ purpose }) => purpose === "user")) > 1;
}

/** Whether there is another node to which a system pod could move. */
export function hasSeveralNodes(pools: readonly NodePoolShape[]): boolean {
  return count(pools) > 1;
}

/** Whether user nodes are added when pods need them: by Google, or by the cluster autoscaler of our own chart. */
export function addsUserNodes({ cluster, overrides }: StackConfig): boolean {
  if (cluster.kind === "gke") {
    return cluster.pools.user !== undefined && cluster.pools.user.max > cluster.pools.user.min;
  }
  return overrides.some(({ values }) => {
    const autoscaler = values["cluster-autoscaler"];
    return isMap(autoscaler) && autoscaler["enabled"] === true;
  });
}

/**
 * Placeholder pods that bridge the three minutes until a new node is there. Sessions of half an hour come and go at
 * random: in three minutes a tenth of the quota does each, and the standard deviation of the difference is half the
 * quota's square root. Departures make the rest of the room.
 */
export function placeholders(launchQuota: number): number {
  return Math.ceil(Math.sqrt(launchQuota) / 2);
}

function count(pools: readonly NodePoolShape[]): number {
  return pools.reduce((total, pool) => total + pool.count, 0);
}
