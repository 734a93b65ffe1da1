import { CHART_REQUESTS } from "./chartRequests";
import { keepsLogs } from "./logs";
import { isMap, mergeValues, type Values } from "../schema/plain/mergeValues";
import type { NodePoolShape } from "../cluster/nodes";
import { parseQuantity } from "../schema/plain/quantity";
import { hasUserPool } from "../cluster/pools";
import { hasSeveralNodes, packsUserPods } from "../cluster/scheduling";
import type { StackConfig } from "../schema/stack";

/** CPUs and bytes of memory. */
export interface Resources {
  readonly cpus: number;
  readonly bytes: number;
}

/** A part of the system that runs in pods. */
interface Workload {
  /** Path of its `resources` in the Helm values. */
  readonly path: string;
  /** Number of pods: a number, or its path in the values. Default 1. */
  readonly pods?: number | string;
  /**
   * What a deploy runs beside them, for it starts new pods before it ends old ones: one more, or all of them again where the old
   * ones may take minutes to end. Others are ended first.
   */
  readonly rolls?: "one" | "all";
  /** Runs on every node that builds, not on core nodes; or on each node. */
  readonly perNode?: true | "core too";
  /** Key of the stack file that sets its resources. */
  readonly key?: string;
  readonly runs: (config: StackConfig, pools: readonly NodePoolShape[]) => boolean;
}

const always = (): boolean => true;
const serves = ({ role }: StackConfig): boolean => role !== "proxy";
const hasHarbor = (config: StackConfig): boolean =>
  config.role !== "proxy" && config.registry.kind === "harbor";
const monitored = ({ monitoring }: StackConfig): boolean => monitoring.enabled;

const WORKLOADS: readonly Workload[] = [
  { path: "traefik", pods: "traefik.deployment.replicas", rolls: "all", runs: always },
  { path: "federationProxy", pods: "federationProxy.replicas", rolls: "one", runs: always },
  {
    path: "federationProxy.agent",
    pods: "federationProxy.replicas",
    rolls: "one",
    runs: ({ role }) => role !== "member",
  },
  {
    path: "syntheticLauncher",
    rolls: "one",
    runs: (config) => config.role !== "member" && config.syntheticLaunches.enabled,
  },
  {
    path: "archivePublisher",
    runs: (config) => config.role !== "member" && config.archivePublisher !== undefined,
  },
  { path: "banKeeper", pods: "banKeeper.replicas", rolls: "one", runs: always },
  { path: "nodeJanitor", runs: (_, pools) => hasSeveralNodes(pools) },
  { path: "prometheus.server", key: "monitoring.prometheusResources", runs: monitored },
  { path: "prometheus.alertmanager", runs: monitored },
  { path: "prometheus.alertmanager.configmapReload", runs: monitored },
  { path: "grafana", runs: monitored },
  { path: "blackboxExporter", rolls: "one", runs: monitored },
  { path: "logs.store", key: "logs.resources", runs: keepsLogs },
  { path: "logs.collector", perNode: "core too", runs: keepsLogs },
  { path: "binderhub", pods: "binderhub.replicas", rolls: "all", key: "binder.resources", runs: serves },
  { path: "binderhub.jupyterhub.hub", runs: serves },
  { path: "binderhub.jupyterhub.proxy.chp", runs: serves },
  {
    path: "binderhub.jupyterhub.scheduling.userScheduler",
    // JupyterHub's own default
    pods: 2,
    rolls: "one",
    runs: (config, pools) => serves(config) && packsUserPods(pools),
  },
  { path: "binderhub.dind", perNode: true, key: "binder.dindResources", runs: serves },
  { path: "buildPruner", perNode: true, runs: serves },
  // a secret switches it on, which the model does not see
  { path: "processScanner", perNode: true, runs: serves },
  // its Job; the CronJobs run only after it has ended
  { path: "harborSetup", runs: hasHarbor },
  ...["core", "jobservice", "registry.registry", "registry.controller"].map((part) => ({
    path: `harbor.${part}`,
    pods: `harbor.${part.split(".")[0] ?? part}.replicas`,
    rolls: "one" as const,
    runs: hasHarbor,
  })),
  ...["portal", "exporter"].map((part) => ({
    path: `harbor.${part}`,
    rolls: "one" as const,
    runs: hasHarbor,
  })),
  ...["database.internal", "redis.internal"].map((part) => ({ path: `harbor.${part}`, runs: hasHarbor })),
];

/** A pod that builds. */
const BUILD = "binderhub.config.KubernetesBuildExecutor";

/**
 * The part of a stack's Helm values that sets the number of system pods and their requests, merged from the meta chart, the
 * stack file's keys and its overrides.
 */
export function deployedRequests(config: StackConfig): Values {
  const { monitoring, overrides } = config;
  const binder = config.role === "proxy" ? undefined : config.binder;
  const registry = config.role === "proxy" ? undefined : config.registry;
  const replicas = registry?.kind === "harbor" ? { replicas: registry.replicas } : {};
  return mergeValues(
    CHART_REQUESTS,
    {
      prometheus: { server: { resources: monitoring.prometheusResources } },
      logs: { store: { resources: config.logs.resources } },
      binderhub: { resources: binder?.resources, dind: { resources: binder?.dindResources } },
      harbor: { core: replicas, registry: replicas },
    },
    ...overrides.map(({ values }) => values),
  );
}

/**
 * The requests of the system's pods: the sum of those on all core nodes, of those that a deploy runs beside them for a while, and
 * of those on each node that builds. Pods of CronJobs, such as backups, use what is kept for a deploy.
 */
export function systemRequests(
  config: StackConfig,
  pools: readonly NodePoolShape[],
): { readonly core: Resources; readonly deploy: Resources; readonly perNode: Resources } {
  const values = deployedRequests(config);
  const apart = config.role === "proxy" || hasUserPool(pools);
  const coreNodes = sum(pools.filter(({ purpose }) => apart && purpose === "core").map(({ count }) => count));
  const total = (workloads: readonly Workload[]): Resources => {
    const asked = workloads.map(({ path, pods = 1 }) => {
      const count = typeof pods === "number" ? pods : at(values, pods);
      return times(requestsAt(values, path), typeof count === "number" ? count : 1);
    });
    return { cpus: sum(asked.map(({ cpus }) => cpus)), bytes: sum(asked.map(({ bytes }) => bytes)) };
  };
  const running = WORKLOADS.filter(({ runs }) => runs(config, pools));
  const everywhere = running.filter(({ perNode }) => perNode === "core too");
  return {
    core: total([
      ...running.filter(({ perNode }) => perNode === undefined),
      ...everywhere.map((workload) => ({ ...workload, pods: coreNodes })),
    ]),
    deploy: total(
      running.flatMap((workload) => {
        const { rolls } = workload;
        return rolls === undefined ? [] : rolls === "all" ? [workload] : [{ ...workload, pods: 1 }];
      }),
    ),
    perNode: total(running.filter(({ perNode }) => perNode !== undefined)),
  };
}

/** The requests of one build pod. */
export function buildRequests(config: StackConfig): Resources {
  return requestsAt(deployedRequests(config), BUILD);
}

/** Number of BinderHub pods, each of which has its own limit of builds. */
export function binderReplicas(config: StackConfig): number {
  const replicas = at(deployedRequests(config), "binderhub.replicas");
  return typeof replicas === "number" && replicas > 0 ? replicas : 1;
}

/** Limits below their request. The API server refuses such pods. */
export function limitProblems(config: StackConfig): string[] {
  const values = deployedRequests(config);
  const workloads = [...WORKLOADS, { path: BUILD }] as readonly Pick<Workload, "path" | "key">[];
  return workloads.flatMap(({ path, key }) =>
    (["cpu", "memory"] as const).flatMap((what) => {
      const asked = at(values, `${path}.resources.requests.${what}`);
      const limit = at(values, `${path}.resources.limits.${what}`);
      if (asked === undefined || limit === undefined || quantityOf(limit) >= quantityOf(asked)) return [];
      return [
        `${keyOf(config, `${path}.resources`, key)}: ${what} limit ${text(limit)} is below the request ${text(asked)}, ` +
          `so Kubernetes would refuse its pods; allowed: at least ${text(asked)}`,
      ];
    }),
  );
}

/** The key that sets the value: the last override that has it, else the stack file's key. */
function keyOf({ overrides }: StackConfig, path: string, key: string | undefined): string {
  const index = overrides.findLastIndex(({ values }) => at(values, path) !== undefined);
  return index >= 0 || key === undefined
    ? `mybinder:overrides[${String(Math.max(0, index))}].values.${path}`
    : `mybinder:${key}`;
}

function requestsAt(values: Values, path: string): Resources {
  const request = (what: string): number => quantityOf(at(values, `${path}.resources.requests.${what}`) ?? 0);
  return { cpus: request("cpu"), bytes: request("memory") };
}

/** A Kubernetes quantity as YAML may hold it; 0 for anything else, which the API server reports itself. */
function quantityOf(value: unknown): number {
  try {
    return typeof value === "number" ? value : parseQuantity(String(value));
  } catch {
    return 0;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function at(values: Values, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (isMap(inner) ? inner[key] : undefined), values);
}

function times({ cpus, bytes }: Resources, count: number): Resources {
  return { cpus: cpus * count, bytes: bytes * count };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
