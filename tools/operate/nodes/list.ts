import { tableText } from "../../ground/terminal/columns";
import { kindOf, type PodKind } from "../../../model/cluster/nodePods";
import { NODE_PURPOSE_LABEL } from "../../../model/cluster/nodes";
import { inGB, parseQuantity } from "../../../model/schema/plain/quantity";
import type { KubeNode, KubePod } from "./cluster";

/** A node, for `nodes list`. */
export interface NodeRow {
  readonly node: string;
  readonly pool: string;
  /** `core`, `user`, or empty when the node is not labelled. */
  readonly purpose: string;
  readonly ageHours: number;
  /** Of the kubelet. */
  readonly version: string;
  readonly cordoned: boolean;
  readonly pods: Readonly<Record<Exclude<PodKind, "finished">, number>>;
  /** Bytes. */
  readonly memoryRequested: number;
  readonly memoryAllocatable: number;
}

/** Labels by which clouds name a node's pool. */
const POOL_LABELS = ["cloud.google.com/gke-nodepool", "eks.amazonaws.com/nodegroup"];

/** The pool of a node: its cloud's word for it, else its purpose. */
export function poolOf({ metadata: { labels = {} } }: KubeNode): string {
  const named = POOL_LABELS.map((label) => labels[label]).find((pool) => pool !== undefined);
  return named ?? labels[NODE_PURPOSE_LABEL] ?? "";
}

/** One row for each node, by pool and name. */
export function nodeRows(nodes: readonly KubeNode[], pods: readonly KubePod[], now: Date): NodeRow[] {
  return nodes
    .map((node) => {
      const { metadata, spec, status } = node;
      const running = pods.filter((pod) => pod.spec.nodeName === metadata.name && kindOf(pod) !== "finished");
      const count = (kind: PodKind): number => running.filter((pod) => kindOf(pod) === kind).length;
      return {
        node: metadata.name,
        pool: poolOf(node),
        purpose: metadata.labels?.[NODE_PURPOSE_LABEL] ?? "",
        ageHours: hoursSince(metadata.creationTimestamp, now),
        version: status?.nodeInfo?.kubeletVersion ?? "",
        cordoned: spec?.unschedulable === true,
        pods: {
          user: count("user"),
          build: count("build"),
          system: count("system"),
          daemon: count("daemon"),
          bare: count("bare"),
        },
        memoryRequested: running.reduce((sum, pod) => sum + requested(pod), 0),
        memoryAllocatable: parseQuantity(status?.allocatable?.["memory"] ?? "0"),
      };
    })
    .sort((a, b) => a.pool.localeCompare(b.pool) || a.node.localeCompare(b.node, "en", { numeric: true }));
}

/** The rows as aligned text. */
export function nodesText(rows: readonly NodeRow[]): string {
  const cells = rows.map(({ node, pool, purpose, ageHours, version, cordoned, pods, ...memory }) => [
    node,
    pool,
    purpose,
    ageHours < 48 ? `${ageHours.toFixed(0)} h` : `${(ageHours / 24).toFixed(0)} d`,
    version,
    cordoned ? "cordoned" : "",
    ...[pods.user, pods.build, pods.system, pods.daemon].map(String),
    `${inGB(memory.memoryRequested)} of ${inGB(memory.memoryAllocatable)}`,
  ]);
  return tableText([HEADINGS, ...cells]);
}

const HEADINGS = [
  "node",
  "pool",
  "purpose",
  "age",
  "version",
  "",
  "user",
  "build",
  "system",
  "daemon",
  "memory",
];

function requested({ spec }: KubePod): number {
  return (spec.containers ?? []).reduce(
    (sum, { resources }) => sum + parseQuantity(resources?.requests?.["memory"] ?? "0"),
    0,
  );
}

function hoursSince(time: string | undefined, now: Date): number {
  return time === undefined ? 0 : Math.max(0, (now.getTime() - Date.parse(time)) / 3_600_000);
}
