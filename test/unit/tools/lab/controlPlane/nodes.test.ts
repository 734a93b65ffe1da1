import type { Call, Client } from "../../../../../tools/lab/controlPlane/client";
import {
  isSchedulable,
  type NodeObject,
  nodesOf,
  reconcileNodes,
} from "../../../../../tools/lab/controlPlane/nodes";
import { POOLS } from "../../../../support/pools";

const [core, user] = POOLS;
if (!core || !user) throw new Error("no pools");

/** A client over a list of nodes that records what is asked of it. */
function recording(nodes: readonly NodeObject[]): { client: Client; calls: string[] } {
  const calls: string[] = [];
  const call = <T>({ method = "GET", path, body }: Call): Promise<T> => {
    if (method === "GET") return Promise.resolve({ items: path === "/api/v1/nodes" ? nodes : [] } as T);
    const name = (body as Partial<NodeObject> | undefined)?.metadata?.name;
    calls.push(`${method} ${path}${method === "POST" && name ? ` ${name}` : ""}`);
    return Promise.resolve(undefined as T);
  };
  return { client: { call, close: () => undefined }, calls };
}

test("nodes have the labels, taints and resources of their pool", () => {
  const nodes = nodesOf(POOLS);
  expect(nodes.map(({ metadata }) => metadata.name)).toEqual(["core-1", "core-2", "user-1"]);
  expect(nodes[0]?.metadata.labels).toEqual({
    "kubernetes.io/hostname": "core-1",
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "mybinder.org/node-purpose": "core",
    zone: "a",
  });
  expect(nodes[2]?.spec?.taints).toEqual([
    { key: "hub.jupyter.org/dedicated", value: "user", effect: "NoSchedule" },
  ]);
  expect(nodes[0]?.status).toMatchObject({
    capacity: { cpu: "4", memory: "17179869184", pods: "110", "ephemeral-storage": "107374182400" },
    allocatable: { cpu: "4000m", memory: "15032385536", pods: "110", "ephemeral-storage": "107374182400" },
  });
});

test("every node has an address of its own, however many there are", () => {
  const nodes = nodesOf([{ ...core, count: 600 }]);
  const addresses = nodes.flatMap(
    ({ status }) => status?.["addresses"] as { type: string; address: string }[],
  );
  const internal = addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => address);
  expect(new Set(internal).size).toBe(600);
  for (const address of internal) {
    expect(address).toMatch(/^198\.18\.24\d\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/);
  }
});

test("nothing is sent when the nodes are as wanted", async () => {
  const { client, calls } = recording(nodesOf(POOLS));
  expect(await reconcileNodes(client, POOLS)).toEqual({ created: [], updated: [], removed: [] });
  expect(calls).toEqual([]);
});

test("nodes are created, updated and removed", async () => {
  const { client, calls } = recording(nodesOf(POOLS));
  const changes = await reconcileNodes(client, [
    { ...core, count: 1, cpus: 8 },
    { ...user, count: 2 },
  ]);
  expect(changes).toEqual({ created: ["user-2"], updated: ["core-1"], removed: ["core-2"] });
  expect(calls.sort()).toEqual([
    "DELETE /api/v1/nodes/core-2",
    "PATCH /api/v1/nodes/core-1",
    "PATCH /api/v1/nodes/core-1/status",
    "POST /api/v1/nodes user-2",
  ]);
});

test("a node with a taint of its condition takes no pods yet", () => {
  const [node] = nodesOf([core]);
  if (!node) throw new Error("no node");
  expect(isSchedulable(node)).toBe(true);
  const taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
  expect(isSchedulable({ ...node, spec: { taints: [taint] } })).toBe(false);
  expect(isSchedulable({ ...node, status: { conditions: [] } })).toBe(false);
});
