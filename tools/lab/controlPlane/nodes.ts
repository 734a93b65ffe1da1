import { createHash } from "node:crypto";

import { NODE_PURPOSE_LABEL, type NodePoolShape } from "../../../model/cluster/nodes";
import type { Client, KubeObject } from "./client";

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A Node, as far as this file looks into one. */
export interface NodeObject extends KubeObject {
  readonly spec?: { readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly [field: string]: unknown;
  };
}

const SHAPE = "mybinder.org/shape";
const NODES = "/api/v1/nodes";

/** The Node objects of the pools: `<pool>-1`, `<pool>-2`, … Their status says what a kubelet of that machine would. */
export function nodesOf(pools: readonly NodePoolShape[]): NodeObject[] {
  let serial = 0;
  return pools.flatMap((pool) =>
    Array.from({ length: pool.count }, (_, index) =>
      nodeOf(pool, { name: `${pool.name}-${String(index + 1)}`, serial: ++serial }),
    ),
  );
}

/** What changed; all empty if the nodes were as wanted already. */
export interface NodeChanges {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
}

/** Makes the cluster's nodes those of the pools. The pods of a node that goes are deleted with it. */
export async function reconcileNodes(client: Client, pools: readonly NodePoolShape[]): Promise<NodeChanges> {
  const { items } = await client.call<{ items: NodeObject[] }>({ path: NODES });
  const existing = new Map(items.map((node) => [node.metadata.name, node]));
  const wanted = nodesOf(pools);
  const names = new Set(wanted.map((node) => node.metadata.name));
  const created = wanted.filter((node) => !existing.has(node.metadata.name));
  const removed = [...existing.keys()].filter((name) => !names.has(name));
  const updated = wanted.filter((node) => {
    const before = existing.get(node.metadata.name);
    return before && before.metadata.annotations?.[SHAPE] !== node.metadata.annotations?.[SHAPE];
  });
  await Promise.all([
    ...created.map((node) => client.call({ method: "POST", path: NODES, body: node })),
    ...updated.map((node) => update(client, existing.get(node.metadata.name) ?? node, node)),
    ...removed.map((name) => remove(client, name)),
  ]);
  return { created: created.map(nameOf), updated: updated.map(nameOf), removed };
}

/** Whether a node is Ready and the control plane has taken off the taints of one that is not. */
export function isSchedulable(node: NodeObject): boolean {
  const ready =
    node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  return ready && !node.spec?.taints?.some(({ key }) => key.startsWith("node.kubernetes.io/"));
}

function nodeOf(pool: NodePoolShape, { name, serial }: { name: string; serial: number }): NodeObject {
  const labels = {
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    [NODE_PURPOSE_LABEL]: pool.purpose,
    ...pool.labels,
  };
  const resources = {
    cpu: String(pool.cpus),
    pods: String(pool.maxPods),
    "ephemeral-storage": String(pool.diskBytes),
  };
  const machine = { ...pool, count: undefined }; // how many others there are is not the shape of this one
  const shape = createHash("sha256")
    .update(JSON.stringify([labels, machine]))
    .digest("hex")
    .slice(0, 16);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels, annotations: { "kwok.x-k8s.io/node": "fake", [SHAPE]: shape } },
    spec: { taints: pool.taints },
    status: {
      capacity: { ...resources, memory: String(pool.memoryBytes) },
      allocatable: {
        ...resources,
        cpu: `${String(Math.round(pool.allocatableCpus * 1000))}m`,
        memory: String(pool.allocatableMemoryBytes),
      },
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "simulated by kwok" }],
      addresses: [
        // Nobody listens there, so `kubectl logs` is refused at once instead of waiting for a machine that is not.
        { type: "Hostname", address: "localhost" },
        {
          type: "InternalIP",
          address: `198.18.${String(240 + Math.floor(serial / 250))}.${String((serial % 250) + 1)}`,
        },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
      nodeInfo: { operatingSystem: "linux", architecture: "amd64", kubeletVersion: "simulated" },
    },
  };
}

async function update(client: Client, before: NodeObject, wanted: NodeObject): Promise<void> {
  const path = `${NODES}/${wanted.metadata.name}`;
  const gone = Object.keys(before.metadata.labels ?? {}).map((label) => [label, null] as const);
  const labels = { ...Object.fromEntries(gone), ...wanted.metadata.labels };
  const conditions = before.spec?.taints?.filter(({ key }) => key.startsWith("node.kubernetes.io/")) ?? [];
  const spec = { taints: [...(wanted.spec?.taints ?? []), ...conditions] };
  const { capacity, allocatable } = wanted.status as Record<string, unknown>;
  await client.call({ method: "PATCH", path: `${path}/status`, body: { status: { capacity, allocatable } } });
  const metadata = { labels, annotations: wanted.metadata.annotations };
  await client.call({ method: "PATCH", path, body: { metadata, spec } });
}

/** Deletes the node's pods too: the garbage collector would do it, but only after 40 s in which they seem to run. */
async function remove(client: Client, name: string): Promise<void> {
  await client.call({ method: "DELETE", path: `${NODES}/${name}` });
  const selector = `fieldSelector=spec.nodeName=${name}`;
  const { items } = await client.call<{ items: KubeObject[] }>({ path: `/api/v1/pods?${selector}` });
  for (const { metadata } of items) {
    const path = `/api/v1/namespaces/${String(metadata["namespace"])}/pods/${metadata.name}?gracePeriodSeconds=0`;
    await client.call({ method: "DELETE", path });
  }
}

function nameOf(node: NodeObject): string {
  return node.metadata.name;
}
