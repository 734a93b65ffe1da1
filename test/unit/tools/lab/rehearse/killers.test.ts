import { killerProblems } from "../../../../../tools/lab/rehearse/killers";
import type { Placed } from "../../../../../tools/lab/rehearse/references/dangling";

const set = (name: string, spec: object, namespace = "a"): Placed => ({
  namespace,
  object: { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name }, spec: { template: { spec } } },
});
const USER = { "mybinder.org/pool-type": "user" };
const dind = set("a-dind", { nodeSelector: USER });
const killer = {
  hostPID: true,
  nodeSelector: USER,
  containers: [{}, { securityContext: { privileged: true } }],
};

test.each<[string, readonly Placed[], string[]]>([
  ["on the nodes of user pods", [dind, set("cryptnono", killer)], []],
  ["without the host's processes", [set("exporter", { ...killer, hostPID: undefined })], []],
  ["without privileges", [set("exporter", { hostPID: true, containers: [{}] })], []],
  [
    "where no user pods are",
    [set("cryptnono", killer)],
    [
      "DaemonSet cryptnono can end every process of its node: no user pods run on this stack; allowed: only where they do",
    ],
  ],
  [
    "on all nodes, in kube-system, with an account",
    [dind, set("cryptnono", { ...killer, nodeSelector: {}, serviceAccountName: "root" }, "kube-system")],
    [
      'DaemonSet cryptnono can end every process of its node: its nodeSelector is {}; allowed: that of user nodes, {"mybinder.org/pool-type":"user"}',
      "DaemonSet cryptnono can end every process of its node: it is in kube-system; allowed: the stack's namespace",
      "DaemonSet cryptnono can end every process of its node: it has the account root; allowed: none of its own",
    ],
  ],
])("a pod that can end any process, %s", (_, placed, problems) => {
  expect(killerProblems(placed)).toEqual(problems);
});
