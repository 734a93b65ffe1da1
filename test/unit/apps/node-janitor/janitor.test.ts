import { ApiError, type InCluster } from "../../../../apps/inCluster";
import { Janitor } from "../../../../apps/node-janitor/janitor";
import type { NodeView, PodView } from "../../../../model/cluster/nodePods";
import { node, pod } from "../../../support/pods";

/** An API server that answers with these nodes and pods, and with `refusals` by path. */
function janitor(of: { nodes: NodeView[]; pods: PodView[]; refusals?: Record<string, number> }): {
  calls: string[];
  log: string[];
  janitor: Janitor;
} {
  const calls: string[] = [];
  const log: string[] = [];
  const call = (method: string, path: string): Promise<unknown> => {
    if (path === "/api/v1/nodes") return Promise.resolve({ items: of.nodes });
    if (path === "/api/v1/namespaces/example/pods") return Promise.resolve({ items: of.pods });
    calls.push(`${method} ${path.replace("/api/v1/namespaces/example/pods/", "")}`);
    const status = of.refusals?.[path.split("/")[6] ?? ""];
    return status === undefined
      ? Promise.resolve({})
      : Promise.reject(new ApiError(status, `${method} ${path}`, "no"));
  };
  const config = { namespace: "example", periodSeconds: 1, finishedMinutes: 15 };
  return {
    calls,
    log,
    janitor: new Janitor(config, { call } as Pick<InCluster, "call">, (line) => log.push(line)),
  };
}

const NODES = [node("old", { unschedulable: true }), node("new")];
const PODS = [
  pod("done", "new", { phase: "Succeeded" }),
  pod("proxy-1", "old", { workload: "proxy" }),
  pod("binder-1", "old", { workload: "binder" }),
  pod("jupyter-x", "old", { component: "singleuser-server" }),
];

test("a round removes what has finished and evicts what may leave, and nothing else", async () => {
  const { calls, janitor: one } = janitor({ nodes: NODES, pods: PODS });
  await one.round();
  expect(calls).toEqual(["DELETE done", "POST proxy-1/eviction", "POST binder-1/eviction"]);
  expect(one.counts).toEqual({ evicted: 2, refused: 0, removed: 1 });
});

test("what a budget refuses, or somebody else removed first, does not end the round", async () => {
  const { log, janitor: one } = janitor({
    nodes: NODES,
    pods: PODS,
    refusals: { done: 404, "proxy-1": 429 },
  });
  await one.round();
  expect(one.counts).toEqual({ evicted: 1, refused: 1, removed: 0 });
  expect(log).toEqual(["proxy-1 stays on old for now: no", "evicted binder-1 from old, which is cordoned"]);
});

test("any other refusal ends the round, so that the probes see it", async () => {
  const { janitor: one } = janitor({ nodes: NODES, pods: PODS, refusals: { done: 403 } });
  await expect(one.round()).rejects.toThrow("no");
});

test("what has nowhere to go stays, and is named once", async () => {
  const { calls, log, janitor: one } = janitor({ nodes: NODES.slice(0, 1), pods: PODS.slice(1) });
  await one.round();
  await one.round();
  expect(calls).toEqual([]);
  expect(log).toEqual(["no other node could take, so they stay: proxy-1, binder-1"]);
});
