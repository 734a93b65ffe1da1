import { USER_PODS } from "./nodes";
import type { ClusterConfig } from "../schema/stack";

/** Seconds that user pods have to end before an upgrade of K3s. */
export const DRAIN_SECONDS = 900;

/** Names of the upgrade controller's service account for jobs and of its namespace. */
export const UPGRADE_NAMESPACE = "system-upgrade";

/**
 * The `spec` of the plan with which the upgrade controller upgrades K3s to the pinned release within the declared window;
 * `undefined` without a window. Like an upgrade over SSH, it cordons the one node and evicts only user and build pods,
 * because no other node could take system pods. A job that cannot drain ends after an hour and leaves the old K3s as it is.
 * Source: https://github.com/rancher/system-upgrade-controller/blob/master/doc/plan.md
 */
export function upgradePlan(cluster: ClusterConfig): Record<string, unknown> | undefined {
  if (cluster.kind !== "k3s" || !cluster.managed || !cluster.release.window) return undefined;
  const { version, window } = cluster.release;
  return {
    concurrency: 1,
    exclusive: true,
    version,
    window: {
      days: window.days,
      startTime: window.start,
      endTime: window.end,
      timeZone: window.timeZone,
    },
    nodeSelector: {
      matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }],
    },
    serviceAccountName: UPGRADE_NAMESPACE,
    jobActiveDeadlineSecs: 3600,
    cordon: true,
    drain: {
      force: true,
      ignoreDaemonSets: true,
      deleteEmptydirData: true,
      timeout: `${String(DRAIN_SECONDS)}s`,
      podSelector: { matchExpressions: [{ key: "component", operator: "In", values: [...USER_PODS] }] },
    },
    // The image of the same release: its tag is the plan's version.
    upgrade: { image: "rancher/k3s-upgrade" },
  };
}
