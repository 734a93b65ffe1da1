import type { NodePoolShape } from "../../model/cluster/nodes";

const GIB = 2 ** 30;

const MACHINE = {
  cpus: 4,
  allocatableCpus: 4,
  memoryBytes: 16 * GIB,
  allocatableMemoryBytes: 14 * GIB,
  maxPods: 110,
  diskBytes: 100 * GIB,
};

/** Two core nodes and a user node that only pods with a toleration get to. */
export const POOLS: readonly NodePoolShape[] = [
  { ...MACHINE, name: "core", purpose: "core", count: 2, labels: { zone: "a" }, taints: [] },
  {
    ...MACHINE,
    name: "user",
    purpose: "user",
    count: 1,
    labels: {},
    taints: [{ key: "hub.jupyter.org/dedicated", value: "user", effect: "NoSchedule" }],
  },
];
