import { evictable, overdue, stranded } from "../../../../model/cluster/eviction";
import { kindOf, type NodeView, type PodView } from "../../../../model/cluster/nodePods";
import { USER_TAINT } from "../../../../model/cluster/pools";
import { node, pod } from "../../../support/pods";

const CORDONED = node("old", { unschedulable: true });
const names = (pods: readonly PodView[]): string[] => pods.map(({ metadata }) => metadata.name);

test.each([
  ["finished", pod("a", "n", { phase: "Failed", component: "singleuser-server" })],
  ["daemon", pod("a", "n", { owner: "DaemonSet", workload: "dind", component: "image-builder" })],
  ["daemon", pod("a", "n", { owner: "Node", workload: "n" })],
  ["user", pod("a", "n", { component: "singleuser-server" })],
  ["build", pod("a", "n", { component: "binderhub-build" })],
  ["bare", pod("a", "n")],
  ["system", pod("a", "n", { workload: "proxy", component: "proxy" })],
  ["system", pod("a", "n", { owner: "StatefulSet", workload: "db" })],
])("a pod is %s", (kind, one) => {
  expect(kindOf(one)).toBe(kind);
});

describe("what leaves a cordoned node", () => {
  test("one of each workload; users, builds, daemons and pods without a controller stay", () => {
    const pods = [
      pod("proxy-1", "old", { workload: "proxy" }),
      pod("proxy-2", "old", { workload: "proxy" }),
      pod("binder-1", "old", { workload: "binder" }),
      pod("binder-2", "new", { workload: "binder" }),
      pod("elsewhere", "new", { workload: "grafana" }),
      pod("jupyter-x", "old", { component: "singleuser-server" }),
      pod("build-x", "old", { component: "binderhub-build" }),
      pod("dind-x", "old", { owner: "DaemonSet", workload: "dind" }),
      pod("by-hand", "old"),
    ];
    expect(names(evictable([CORDONED, node("new")], pods))).toEqual(["proxy-1", "binder-1"]);
    expect(evictable([node("old"), node("new")], pods)).toEqual([]);
  });

  test.each<[string, PodView]>([
    ["is not ready", pod("proxy-2", "new", { workload: "proxy", ready: false })],
    ["is going", pod("proxy-2", "old", { workload: "proxy", going: true })],
  ])("nothing of a workload while another of its pods %s", (_, other) => {
    const pods = [pod("proxy-1", "old", { workload: "proxy" }), other];
    expect(evictable([CORDONED, node("new")], pods)).toEqual([]);
  });

  test("placeholders all at once: they serve nobody", () => {
    const placeholder = { owner: "StatefulSet", workload: "p", component: "user-placeholder" };
    const pods = [pod("p-0", "old", placeholder), pod("p-1", "old", { ...placeholder, ready: false })];
    expect(names(evictable([CORDONED, node("new")], pods))).toEqual(["p-0", "p-1"]);
  });

  test.each<[string, NodeView[]]>([
    ["there is no other node", []],
    ["the others are cordoned", [node("new", { unschedulable: true })]],
    ["the other is not ready", [{ ...node("new"), status: {} }]],
    ["the other has not its labels", [node("new", {}, { purpose: "user" })]],
    ["the other is for users only", [node("new", { taints: [USER_TAINT] }, { purpose: "core" })]],
  ])("nothing when %s; it is stranded", (_, others) => {
    const pods = [pod("proxy-1", "old", { workload: "proxy", nodeSelector: { purpose: "core" } })];
    expect(evictable([CORDONED, ...others], pods)).toEqual([]);
    expect(names(stranded([CORDONED, ...others], pods))).toEqual(["proxy-1"]);
  });

  test("a taint that the pod tolerates, or that only discourages, is no obstacle", () => {
    const taints = [USER_TAINT, { key: "x", value: "", effect: "PreferNoSchedule" }];
    const one = pod("p", "old", { workload: "p" });
    const tolerations = [{ key: USER_TAINT.key, operator: "Equal", value: "user" }];
    const tolerant = { ...one, spec: { ...one.spec, tolerations } };
    expect(names(evictable([CORDONED, node("new", { taints })], [tolerant]))).toEqual(["p"]);
    expect(evictable([CORDONED, node("new", { taints })], [one])).toEqual([]);
  });
});

describe("finished pods", () => {
  const NOW = new Date("2026-11-21T12:00:00Z");
  test.each<[string, PodView, boolean]>([
    ["long ago", pod("a", "n", { phase: "Succeeded", finishedAt: "2026-11-21T11:45:00Z" }), true],
    ["just now", pod("a", "n", { phase: "Failed", finishedAt: "2026-11-21T11:45:01Z" }), false],
    ["nobody knows when: counted from its creation", pod("a", "n", { phase: "Failed" }), true],
    ["a Job's", pod("a", "n", { phase: "Succeeded", owner: "Job", workload: "j" }), false],
    ["going already", pod("a", "n", { phase: "Succeeded", going: true }), false],
    ["running", pod("a", "n", { component: "singleuser-server" }), false],
  ])("%s", (_, one, removed) => {
    expect(overdue([one], 15, NOW)).toEqual(removed ? [one] : []);
  });
});
