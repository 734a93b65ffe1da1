import { buildDisk } from "./buildDisk";
import type { NodePoolShape } from "../cluster/nodes";
import { hasUserPool } from "../cluster/pools";
import { inCpus, inGB } from "../schema/plain/quantity";
import type { MemberConfig, StackConfig } from "../schema/stack";
import { podSlots } from "./podSlots";
import { sessionsOf } from "./sessions";
import {
  binderReplicas,
  buildRequests,
  limitProblems,
  type Resources,
  systemRequests,
} from "./systemRequests";

/** How many launches fit on a member's nodes, and everything that does not add up. */
export interface Capacity {
  readonly launchQuota: number;
  /** For all BinderHub pods together, and for each one. */
  readonly concurrentBuilds: number;
  readonly buildsPerPod: number;
  /** Size limit of one node's build cache, in GB (10^9 bytes). */
  readonly buildCacheGB: number;
  /** One line each, starting with the key that can fix it; empty when everything fits. */
  readonly problems: readonly string[];
}

/**
 * Computes a member's launch quota and checks three sums: quota × guarantee + system + its deploy + builds must fit the memory and CPUs
 * that the nodes offer to pods, quota + headroom their pod limit, and the build cache, metrics and logs their disk. A derived quota
 * also leaves a deploy its pods.
 */
export function capacity(config: MemberConfig, pools: readonly NodePoolShape[]): Capacity {
  const dedicated = hasUserPool(pools);
  const nodes = pools.filter(({ purpose }) => !dedicated || purpose === "user");
  const builds = buildLimit(config, nodes);
  const sessions = sessionsOf(config);
  const budget = budgetOf(config, pools, nodes, builds.total, sessions.guarantee);
  const pods = podSlots(config, nodes, builds.total);

  const byMemory = fits(budget, "bytes");
  const byCpu = fits(budget, "cpus");
  const disk = buildDisk(config, nodes);
  const quota = config.binder.quota ?? Math.min(byMemory, byCpu, pods.most);
  const problems = [
    ...(quota === 0 && config.binder.quota !== undefined ? [] : tooSmall(quota, budget)),
    ...launchProblems(quota, byMemory, budget, builds.total, MEMORY),
    ...launchProblems(quota, byCpu, budget, builds.total, CPU),
    ...pods.problems(quota),
    ...disk.problems,
    ...builds.problems,
    ...sessions.problems,
  ];
  return {
    launchQuota: quota,
    concurrentBuilds: builds.total,
    buildsPerPod: builds.perPod,
    buildCacheGB: disk.buildCacheGB,
    problems,
  };
}

/**
 * Checks that the system's pods, and those that a deploy starts beside them, fit the core nodes where users have their own nodes or the stack has none, and that no pod
 * has a limit below its request. Applies to every role.
 */
export function systemProblems(config: StackConfig, pools: readonly NodePoolShape[]): string[] {
  const nodes = pools.filter(({ purpose }) => purpose === "core");
  const shared = config.role !== "proxy" && !hasUserPool(pools);
  const { core, deploy } = systemRequests(config, pools);
  const offered = offeredBy(nodes);
  // another check reports missing core nodes
  const counted = shared || nodes.length === 0 ? [] : [MEMORY, CPU];
  const lacks = counted.filter(({ of }) => core[of] + deploy[of] > offered[of]);
  return [
    ...lacks.map(
      ({ of, show, suffix }) =>
        `mybinder:cluster: the system pods request ${show(core[of])}${suffix} and their deploy ${show(deploy[of])} more, ` +
        `but the core nodes offer ${show(offered[of])}; add core nodes or use larger ones`,
    ),
    ...limitProblems(config),
  ];
}

/** What is counted, and how it is printed. */
interface Measure {
  readonly of: keyof Resources;
  /** Text after the first amount of a line. */
  readonly suffix: string;
  readonly show: (amount: number) => string;
}
const MEMORY: Measure = { of: "bytes", suffix: " of memory", show: inGB };
const CPU: Measure = { of: "cpus", suffix: "", show: inCpus };

const NOTHING: Resources = { cpus: 0, bytes: 0 };

/** What the nodes that take launches offer to pods, and what requests it. */
interface Budget {
  readonly offered: Resources;
  readonly session: Resources;
  readonly system: Resources;
  /** What a deploy starts before it ends what was there. */
  readonly deploy: Resources;
  readonly build: Resources;
  readonly builds: Resources;
}

function budgetOf(
  config: MemberConfig,
  pools: readonly NodePoolShape[],
  nodes: readonly NodePoolShape[],
  builds: number,
  session: Resources,
): Budget {
  const { core, deploy, perNode } = systemRequests(config, pools);
  const apart = hasUserPool(pools);
  const shared = apart ? NOTHING : core;
  const count = sum(nodes.map((node) => node.count));
  const build = buildRequests(config);
  return {
    offered: offeredBy(nodes),
    session,
    // the scheduler would end sessions for what a deploy starts
    deploy: apart ? NOTHING : deploy,
    system: { cpus: shared.cpus + perNode.cpus * count, bytes: shared.bytes + perNode.bytes * count },
    build,
    builds: { cpus: build.cpus * builds, bytes: build.bytes * builds },
  };
}

function offeredBy(nodes: readonly NodePoolShape[]): Resources {
  return {
    cpus: sum(nodes.map((node) => node.allocatableCpus * node.count)),
    bytes: sum(nodes.map((node) => node.allocatableMemoryBytes * node.count)),
  };
}

/** Launches that fit beside the system, a deploy of it and builds; infinite where a session requests nothing. */
function fits({ offered, session, system, deploy, builds }: Budget, of: keyof Resources): number {
  const left = offered[of] - system[of] - deploy[of] - builds[of];
  if (left < 0) return 0;
  // 0.07 / 0.01 is 7.000000000000001, so the comparison needs a tolerance
  return session[of] === 0 ? Infinity : Math.floor(left / session[of] + 1e-9);
}

/**
 * Concurrent builds. BinderHub limits each of its pods separately, so a member's limit is a multiple of the number of pods.
 */
function buildLimit(
  config: MemberConfig,
  nodes: readonly NodePoolShape[],
): { readonly total: number; readonly perPod: number; readonly problems: readonly string[] } {
  const replicas = binderReplicas(config);
  const cpus = sum(nodes.map((node) => node.cpus * node.count));
  const wanted = config.binder.concurrentBuilds;
  const perPod = Math.max(
    1,
    Math.floor((wanted ?? Math.min(8, Math.max(2, Math.floor(cpus / 4)))) / replicas),
  );
  const total = perPod * replicas;
  const problems =
    wanted === undefined || wanted === total
      ? []
      : [
          `mybinder:binder.concurrentBuilds: found ${String(wanted)}, but the ${String(replicas)} BinderHub pods share ` +
            `the limit equally; allowed: a multiple of ${String(replicas)}`,
        ];
  return { total, perPod, problems };
}

function tooSmall(quota: number, budget: Budget): string[] {
  if (quota > 0) return [];
  const { offered, system, deploy, builds, session } = budget;
  const taken = (of: keyof Resources): number => system[of] + deploy[of] + builds[of];
  const lacks = [MEMORY, CPU].filter(({ of }) => taken(of) + session[of] > offered[of]);
  return lacks.map(
    ({ of, suffix, show }) =>
      `mybinder:cluster: no launch fits: the nodes offer ${show(offered[of])}${suffix} to pods, ` +
      `but system ${show(system[of])} + its deploy ${show(deploy[of])} + builds ${show(builds[of])} take ${show(taken(of))}; use a bigger machine`,
  );
}

function launchProblems(
  quota: number,
  most: number,
  { offered, session, system, deploy, build, builds }: Budget,
  buildCount: number,
  { of, suffix, show }: Measure,
): string[] {
  if (quota <= most) return [];
  const users = quota * session[of];
  return [
    `mybinder:binder.quota: ${String(quota)} launches × ${show(session[of])}${suffix} = ${show(users)}, ` +
      `+ system ${show(system[of])} + its deploy ${show(deploy[of])} + ${String(buildCount)} builds × ${show(build[of])} ` +
      `= ${show(users + system[of] + deploy[of] + builds[of])}, but the nodes offer ${show(offered[of])} to pods; ` +
      `at most ${String(most)} launches fit`,
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
