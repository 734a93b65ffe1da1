/** The node label that says what a node is for: `core` (system pods) or `user` (build and user pods). */
export const NODE_PURPOSE_LABEL = "mybinder.org/node-purpose";

/** Values of the label `component` of user and build pods. */
export const USER_PODS = ["singleuser-server", "binderhub-build"] as const;

export type NodePurpose = "core" | "user";

/** One pool of like nodes, as the scheduler sees them. */
export interface NodePoolShape {
  /** Pool name; its nodes are `<name>-1`, `<name>-2`, … */
  readonly name: string;
  readonly purpose: NodePurpose;
  /** Number of nodes, at least 1. */
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  /** CPUs of one node, and how many of them the kubelet offers to pods. */
  readonly cpus: number;
  readonly allocatableCpus: number;
  /** Memory of one node in bytes, and how much of it the kubelet offers to pods. */
  readonly memoryBytes: number;
  readonly allocatableMemoryBytes: number;
  /** Maximum number of pods on one node. */
  readonly maxPods: number;
  /** Disk of one node in bytes. */
  readonly diskBytes: number;
}

export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}
