import { nodeRows, nodesText } from "../../../../../tools/operate/nodes/list";
import type { KubeNode, KubePod } from "../../../../../tools/operate/nodes/cluster";
import { node, pod } from "../../../../support/pods";

const NOW = new Date("2026-11-21T12:00:00Z");
const kube = (one: KubeNode): KubeNode => ({
  ...one,
  metadata: { ...one.metadata, creationTimestamp: "2026-11-20T12:00:00Z" },
  status: { ...one.status, allocatable: { memory: "64000Mi" }, nodeInfo: { kubeletVersion: "v1.36.3" } },
});
const asking = (one: KubePod, memory: string): KubePod => ({
  ...one,
  spec: { ...one.spec, containers: [{ resources: { requests: { memory } } }, {}] },
});

test("one row for each node: what is on it, and how much of its memory is asked for", () => {
  const nodes = [
    kube(node("u-10", { unschedulable: true }, { "cloud.google.com/gke-nodepool": "user-b" })),
    kube(node("u-9", {}, { "cloud.google.com/gke-nodepool": "user-b" })),
    kube(node("c-1", {}, { "mybinder.org/node-purpose": "core" })),
  ];
  const pods = [
    asking(pod("jupyter-x", "u-9", { component: "singleuser-server" }), "450M"),
    asking(pod("jupyter-y", "u-9", { component: "singleuser-server" }), "450M"),
    asking(pod("gone", "u-9", { component: "singleuser-server", phase: "Succeeded" }), "450M"),
    asking(pod("dind", "u-9", { owner: "DaemonSet", workload: "dind" }), "1Gi"),
    asking(pod("proxy", "c-1", { workload: "proxy" }), "64Mi"),
  ];
  const rows = nodeRows(nodes, pods, NOW);
  expect(rows.map(({ node: name, pool, cordoned }) => [name, pool, cordoned])).toEqual([
    ["c-1", "core", false],
    ["u-9", "user-b", false],
    ["u-10", "user-b", true],
  ]);
  expect(rows[1]).toMatchObject({
    ageHours: 24,
    version: "v1.36.3",
    pods: { user: 2, build: 0, system: 0, daemon: 1, bare: 0 },
    memoryRequested: 900e6 + 2 ** 30,
  });
  expect(nodesText(rows)).toMatch(
    /^node .*\nc-1 +core +core +24 h .*\nu-9 .* 2 +0 +0 +1 +2\.0 GB of 67\.1 GB\n/,
  );
  expect(nodesText(rows)).toMatch(/\nu-10 .* cordoned /);
});
