import { buildDisk } from "./buildDisk";
import type { NodePoolShape } from "./nodes";
import { hasUserPool } from "./pools";
import { GB, GIB, inGB, parseQuantity } from "./quantity";
import type { MemberConfig } from "./schema";

/** Memory that one repo2docker build pod requests, in bytes (`KubernetesBuildExecutor.resources`). */
const BUILD_BYTES = 2 * GB;
/** Pods of the system on nodes that are shared with users, of Harbor there, and on a node that is the users' alone. */
export const SYSTEM_PODS = { shared: 28, harbor: 12, dedicated: 10 };

/** How many launches a member's nodes hold, and every sum that does not work out. */
export interface Capacity {
  readonly launchQuota: number;
  readonly concurrentBuilds: number;
  /** What the build cache of one node may keep, in GB (10^9 bytes). */
  readonly buildCacheGB: number;
  /** One line each, beginning with the key path that can mend it; empty when everything holds. */
  readonly problems: readonly string[];
}

/**
 * Works out a member's launch quota and checks it: quota × guarantee + system + builds against the memory that the
 * nodes offer to pods, quota + head room against their pod limit, the build cache and metrics against the disk.
 */
export function capacity(config: MemberConfig, pools: readonly NodePoolShape[]): Capacity {
  const dedicated = hasUserPool(pools);
  const nodes = pools.filter(({ purpose }) => !dedicated || purpose === "user");
  const cpus = sum(nodes.map((node) => node.cpus * node.count));
  const builds = config.binder.concurrentBuilds ?? Math.min(8, Math.max(2, Math.floor(cpus / 4)));
  const memory = memoryBudget(config, nodes, builds, dedicated);
  const slots = sum(nodes.map((node) => node.maxPods * node.count)) - systemPods(config, nodes, dedicated);

  const byMemory = Math.max(
    0,
    Math.floor((memory.offered - memory.system - memory.builds) / memory.guarantee),
  );
  const byPods = Math.max(0, Math.floor(slots / 1.1));
  const disk = buildDisk(config, nodes);
  const quota = config.binder.quota ?? Math.min(byMemory, byPods);
  const problems = [
    ...(config.binder.quota === undefined && quota === 0 ? [tooSmall(memory)] : []),
    ...memoryProblems(quota, byMemory, builds, memory),
    ...podProblems(quota, byPods, slots),
    ...disk.problems,
  ];
  return { launchQuota: quota, concurrentBuilds: builds, buildCacheGB: disk.buildCacheGB, problems };
}

interface MemoryBudget {
  readonly offered: number;
  readonly guarantee: number;
  readonly system: number;
  readonly builds: number;
}

function memoryBudget(
  { binder, registry, monitoring }: MemberConfig,
  nodes: readonly NodePoolShape[],
  builds: number,
  dedicated: boolean,
): MemoryBudget {
  const dind = parseQuantity(binder.dindResources?.requests?.memory ?? "1Gi");
  const prometheus = parseQuantity(monitoring.prometheusResources?.requests?.memory ?? "2Gi");
  const core =
    2 * parseQuantity(binder.resources?.requests?.memory ?? "1Gi") + // BinderHub
    1.5 * GIB + // JupyterHub and its proxy
    1 * GIB + // Traefik
    (monitoring.enabled ? prometheus + 0.5 * GIB : 0) + // Prometheus, Grafana and their exporters
    (registry.kind === "harbor" ? registry.replicas * GIB + 1 * GIB : 0) +
    0.5 * GIB; // cert-manager, federation proxy, cryptnono
  return {
    offered: sum(nodes.map((node) => node.allocatableMemoryBytes * node.count)),
    guarantee: parseQuantity(binder.user.memoryGuarantee),
    system: (dedicated ? 0 : core) + dind * sum(nodes.map(({ count }) => count)),
    builds: builds * BUILD_BYTES,
  };
}

function tooSmall({ offered, system, builds }: MemoryBudget): string {
  return (
    `mybinder:cluster: no launch fits: the nodes offer ${inGB(offered)} to pods, ` +
    `and system ${inGB(system)} + builds ${inGB(builds)} take ${inGB(system + builds)}; give it a bigger machine`
  );
}

function memoryProblems(quota: number, fits: number, builds: number, memory: MemoryBudget): string[] {
  if (quota <= fits) return [];
  const users = quota * memory.guarantee;
  return [
    `mybinder:binder.quota: ${String(quota)} launches × ${inGB(memory.guarantee)} = ${inGB(users)}, ` +
      `+ system ${inGB(memory.system)} + ${String(builds)} builds × ${inGB(BUILD_BYTES)} ` +
      `= ${inGB(users + memory.system + memory.builds)}, but the nodes offer ${inGB(memory.offered)} to pods; ` +
      `at most ${String(fits)} launches fit`,
  ];
}

function podProblems(quota: number, fits: number, slots: number): string[] {
  if (quota <= fits) return [];
  const headRoom = Math.ceil(quota * 0.1);
  return [
    `mybinder:binder.quota: ${String(quota)} launches + ${String(headRoom)} head room (10 %) = ${String(quota + headRoom)} pods, ` +
      `but maxPods leaves ${String(slots)} beside the system's pods; lower the quota to ${String(fits)} or raise maxPods`,
  ];
}

function systemPods({ registry }: MemberConfig, nodes: readonly NodePoolShape[], dedicated: boolean): number {
  if (dedicated) return sum(nodes.map(({ count }) => count * SYSTEM_PODS.dedicated));
  return SYSTEM_PODS.shared + (registry.kind === "harbor" ? SYSTEM_PODS.harbor : 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
