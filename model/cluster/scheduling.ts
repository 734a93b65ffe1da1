import type { NodePoolShape } from "./nodes";
import { isMap } from "../schema/plain/mergeValues";
import type { StackConfig } from "../schema/stack";

/** Name of a stack's user scheduler; z2jh sets it on every user pod and placeholder. */
export function userSchedulerName(release: string): string {
  return `${release}-user-scheduler`;
}

/** Whether user pods can run on several nodes, so that packing them empties some. */
export function packsUserPods(pools: readonly NodePoolShape[]): boolean {
  return count(pools.filter(({ purpose }) => purpose === "user")) > 1;
}

/** Whether another node could take a system pod. */
export function hasSeveralNodes(pools: readonly NodePoolShape[]): boolean {
  return count(pools) > 1;
}

/** Whether an autoscaler adds user nodes when pods need them: Google's, or the cluster autoscaler of our own chart. */
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
 * Number of placeholder pods, which bridge the three minutes that a new node takes. Sessions of half an hour start and end
 * at random. In three minutes a tenth of the quota starts and a tenth ends, and the standard deviation of the difference is
 * half the square root of the quota. Sessions that end make the rest of the room.
 */
export function placeholders(launchQuota: number): number {
  return Math.ceil(Math.sqrt(launchQuota) / 2);
}

function count(pools: readonly NodePoolShape[]): number {
  return pools.reduce((total, pool) => total + pool.count, 0);
}
