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

const scanner = {
  hostPID: true,
  nodeSelector: USER,
  serviceAccountName: "scanner",
  containers: [{ securityContext: { capabilities: { drop: ["ALL"], add: ["KILL"] } } }],
};
const made = (kind: string, spec: object): Placed => ({
  namespace: "a",
  object: { apiVersion: "v1", kind, metadata: { name: "a" }, spec: spec as Record<string, unknown> },
});
const NOWHERE =
  "can end every process of its node: no user pods run on this stack; allowed: only where they do";
const SCANNER = { kind: "ServiceAccount", name: "scanner", namespace: "a" };
const bound = (
  kind: "Role" | "ClusterRole",
  rules: object[],
  namespace = "a",
  subject: object = SCANNER,
): Placed[] => [
  { namespace, object: { apiVersion: "v1", kind, metadata: { name: "scanner" }, rules } as Placed["object"] },
  {
    namespace,
    object: {
      apiVersion: "v1",
      kind: `${kind}Binding`,
      metadata: { name: "scanner" },
      roleRef: { kind, name: "scanner" },
      subjects: [subject],
    } as Placed["object"],
  },
];
const pods = { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] };
const MORE = "gives its account scanner more than to read and delete pods of its namespace";

test.each<[string, readonly Placed[], string[]]>([
  ["on the nodes of user pods", [dind, set("cryptnono", killer)], []],
  ["without the host's processes", [set("exporter", { ...killer, hostPID: undefined })], []],
  [
    "without privileges",
    [
      set("exporter", { hostPID: true, securityContext: { runAsNonRoot: true }, containers: [{}] }),
      set("by-number", { hostPID: true, containers: [{ securityContext: { runAsUser: 65534 } }] }),
      set("dropped", {
        hostPID: true,
        containers: [{ securityContext: { capabilities: { drop: ["ALL"] } } }],
      }),
    ],
    [],
  ],
  [
    "as root, which may send signals where nothing takes that away",
    [set("exporter", { hostPID: true, containers: [{}] })],
    [`DaemonSet exporter ${NOWHERE}`],
  ],
  [
    "as root in one container only",
    [
      set("exporter", {
        ...{ hostPID: true, securityContext: { runAsNonRoot: true } },
        containers: [{}, { securityContext: { runAsNonRoot: false, runAsUser: 0 } }],
      }),
    ],
    [`DaemonSet exporter ${NOWHERE}`],
  ],
  [
    "before its containers start",
    [set("cryptnono", { ...killer, containers: [], initContainers: killer.containers })],
    [`DaemonSet cryptnono ${NOWHERE}`],
  ],
  [
    "that a CronJob makes",
    [made("CronJob", { jobTemplate: { spec: { template: { spec: killer } } } })],
    [`CronJob a ${NOWHERE}`],
  ],
  ["that nothing makes", [made("Pod", killer)], [`Pod a ${NOWHERE}`]],
  [
    "in another namespace than Docker",
    [dind, set("cryptnono", killer, "cert-manager")],
    [
      "DaemonSet cryptnono can end every process of its node: it is in cert-manager; allowed: the stack's namespace",
    ],
  ],
  [
    "with the account that every pod has, and rights for it",
    [
      dind,
      set("cryptnono", killer),
      ...bound("Role", [pods], "a", { kind: "ServiceAccount", name: "default" }),
    ],
    [
      "DaemonSet cryptnono can end every process of its node: RoleBinding scanner gives its account default rights",
    ],
  ],
  [
    "by signals, with rights for every account",
    [
      dind,
      set("scanner", scanner),
      ...bound("ClusterRole", [pods], "", { kind: "Group", name: "system:serviceaccounts" }),
    ],
    [`DaemonSet scanner can end every process of its node: ClusterRoleBinding scanner ${MORE}`],
  ],
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
  ["by signals, with an account for pods", [dind, set("scanner", scanner), ...bound("Role", [pods])], []],
  [
    "by signals, on all nodes",
    [dind, set("scanner", { ...scanner, nodeSelector: {} })],
    [
      'DaemonSet scanner can end every process of its node: its nodeSelector is {}; allowed: that of user nodes, {"mybinder.org/pool-type":"user"}',
    ],
  ],
  [
    "by signals, with an account that can open a shell in pods",
    [
      dind,
      set("scanner", scanner),
      ...bound("Role", [pods, { ...pods, resources: ["pods/exec"], verbs: ["create"] }]),
    ],
    [`DaemonSet scanner can end every process of its node: RoleBinding scanner ${MORE}`],
  ],
  [
    "by signals, with an account for all namespaces",
    [dind, set("scanner", scanner), ...bound("ClusterRole", [pods], "")],
    [`DaemonSet scanner can end every process of its node: ClusterRoleBinding scanner ${MORE}`],
  ],
  [
    "by signals, with an account in kube-system",
    [dind, set("scanner", scanner), ...bound("Role", [pods], "kube-system")],
    [`DaemonSet scanner can end every process of its node: RoleBinding scanner ${MORE}`],
  ],
])("a pod that can end any process, %s", (_, placed, problems) => {
  expect(killerProblems(placed)).toEqual(problems);
});
