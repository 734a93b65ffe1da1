import { setTimeout as sleep } from "node:timers/promises";
import { evictable, stranded } from "../../../model/cluster/eviction";
import { kindOf, type PodKind, type PodView } from "../../../model/cluster/nodePods";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import type { KubeNode, KubePod, NodesCluster } from "./cluster";
import { poolOf } from "./list";

export interface RecycleOptions {
  readonly cluster: NodesCluster;
  /** A node, or a pool: all its nodes. */
  readonly target: string;
  /** Milliseconds until it stops waiting for sessions and builds. */
  readonly timeoutMs: number;
  /** False: it ends when the system pods have moved. */
  readonly wait: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks. */
  readonly pollMs?: number;
}

/** What is on the nodes in the end. */
export interface Recycled {
  readonly nodes: readonly string[];
  /** Sessions and builds that still run; nothing ends them but themselves. */
  readonly sessions: number;
  readonly builds: number;
  /** Pods without a controller, as `namespace/name`; they are left running. */
  readonly bare: readonly string[];
}

const POLL_MS = 2000;
const PROGRESS_MS = 60_000;

/**
 * Empties nodes: cordons them, moves the system pods one of each workload at a time through the eviction API, then
 * waits for sessions and builds to end by themselves. Nothing is remembered between runs: run again, it goes on.
 * Throws a Failure before it cordons anything, if there is no such node or its system pods have nowhere to go.
 */
export async function recycle(options: RecycleOptions): Promise<Recycled> {
  const { cluster, target, report, wait, timeoutMs } = options;
  const all = await cluster.nodes();
  const chosen = all.filter((node) => node.metadata.name === target || poolOf(node) === target);
  if (chosen.length === 0) throw new Failure(unknownTarget(target, all), 2);
  const names = chosen.map(({ metadata }) => metadata.name);
  assertPlaces(all, names, await cluster.pods());
  for (const { metadata, spec } of chosen) {
    if (spec?.unschedulable) continue;
    await cluster.cordon(metadata.name);
    report(`${metadata.name}: cordoned`);
  }
  const deadline = performance.now() + timeoutMs;
  const said = { blocked: "", at: -Infinity };
  for (;;) {
    options.signal.throwIfAborted();
    const on = (await cluster.pods()).filter(({ spec }) => names.includes(spec.nodeName ?? ""));
    const moving = on.filter((pod) => kindOf(pod) === "system");
    if (moving.length > 0) await moveOne(options, names, said);
    const running = of(on, "user").length + of(on, "build").length;
    if (moving.length === 0 && (running === 0 || !wait)) return outcome(names, on);
    if (performance.now() >= deadline) {
      if (moving.length === 0) return outcome(names, on);
      const left = moving.map(nameOf).join(", ");
      throw new Failure(
        `timed out; not moved: ${left}${said.blocked && `; waiting ${said.blocked}`}. To continue, run the same command again.`,
      );
    }
    if (performance.now() - said.at >= PROGRESS_MS) {
      said.at = performance.now();
      report(`on ${names.join(", ")}: ${summary(on)}`);
    }
    await sleep(options.pollMs ?? POLL_MS, undefined, { signal: options.signal });
  }
}

/** Evicts what may go now; says why something may not, once until the reason is another. */
async function moveOne(
  { cluster, report }: RecycleOptions,
  names: readonly string[],
  said: { blocked: string },
): Promise<void> {
  const pods = await cluster.pods();
  const candidates = evictable(await cluster.nodes(), pods).filter(({ spec }) =>
    names.includes(spec.nodeName ?? ""),
  );
  if (candidates.length === 0) sayBlocked(said, "for the other replicas to become ready", report);
  for (const pod of candidates) {
    const why = await cluster.evict(pod);
    if (why === undefined) report(`${pod.spec.nodeName ?? ""}: moved ${nameOf(pod)}`);
    else sayBlocked(said, `to evict ${nameOf(pod)}: ${why}`, report);
  }
}

function sayBlocked(said: { blocked: string }, why: string, report: Report): void {
  if (said.blocked === why) return;
  said.blocked = why;
  report(`waiting ${why}`);
}

/** Throws a Failure when the system pods of these nodes would have nowhere to go once they are cordoned. */
function assertPlaces(all: readonly KubeNode[], names: readonly string[], pods: readonly KubePod[]): void {
  const after = all.map((node) =>
    names.includes(node.metadata.name) ? { ...node, spec: { ...node.spec, unschedulable: true } } : node,
  );
  const here = pods.filter(({ spec }) => names.includes(spec.nodeName ?? ""));
  const homeless = stranded(after, here).map(nameOf);
  if (homeless.length === 0) return;
  throw new Failure(
    `nothing was changed: no other node could take ${homeless.join(", ")}. ` +
      "Add a node first, or recycle the pool's nodes one by one.",
  );
}

function outcome(nodes: readonly string[], on: readonly KubePod[]): Recycled {
  const bare = of(on, "bare").map(nameOf);
  return { nodes, sessions: of(on, "user").length, builds: of(on, "build").length, bare };
}

function summary(on: readonly KubePod[]): string {
  const kinds: readonly PodKind[] = ["user", "build", "system"];
  return kinds.map((kind) => `${String(of(on, kind).length)} ${kind}`).join(", ") + " pods";
}

function of(pods: readonly KubePod[], kind: PodKind): KubePod[] {
  return pods.filter((pod) => kindOf(pod) === kind);
}

function nameOf({ metadata }: PodView): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function unknownTarget(target: string, nodes: readonly KubeNode[]): string {
  const pools = [...new Set(nodes.map(poolOf))].filter((pool) => pool !== "");
  const names = nodes.map(({ metadata }) => metadata.name);
  return `no node or pool ${target}; pools: ${pools.join(", ")}; nodes: ${names.join(", ")}`;
}
