import {
  gkeReservation,
  googleMachine,
  kubeReservedBytes,
  maxPodsFor,
} from "../../../../model/cluster/machines";
import { nodePools } from "../../../../model/cluster/pools";
import { GIB, inGB, parseQuantity } from "../../../../model/schema/plain/quantity";

test.each([
  [4, 1],
  [8, 1.8],
  [16, 2.6],
  [128, 9.32],
  [256, 11.88],
])("of %d GiB, Google's table reserves %d GiB for the kubelet", (gib, reserved) => {
  expect(kubeReservedBytes(gib * GIB) / GIB).toBeCloseTo(reserved, 6);
});

test("a Google machine type gives its size; an unknown family gives none", () => {
  expect(googleMachine("e2-highmem-2")).toEqual({ cpus: 2, memoryBytes: 16 * GIB });
  expect(googleMachine("n1-standard-4")).toEqual({ cpus: 4, memoryBytes: 15 * GIB });
  expect(googleMachine("zz-standard-4")).toBeUndefined();
});

test("maxPods is 1.75 per GB, and never below 50", () => {
  expect(maxPodsFor(92 * GIB)).toBe(172);
  expect(maxPodsFor(4 * GIB)).toBe(50);
});

test("quantities are read as Kubernetes reads them", () => {
  expect(["450M", "2Gi", "100m", "1.5Gi", "7"].map(parseQuantity)).toEqual([
    450e6,
    2 * GIB,
    0.1,
    1.5 * GIB,
    7,
  ]);
  expect(() => parseQuantity("2 GB")).toThrow('not a Kubernetes quantity: "2 GB"');
  expect([inGB(450e6), inGB(135e9)]).toEqual(["0.45 GB", "135.0 GB"]);
});

test("GKE's user pool is labelled and tainted, the core pool only labelled", () => {
  const pool = { machineType: "e2-highmem-2", min: 0, max: 3, diskGiB: 64 };
  const pools = nodePools("prod", {
    kind: "gke",
    managed: true,
    project: "p",
    location: "l",
    pools: { core: pool, user: pool },
  });
  const memory = {
    memoryBytes: 16 * GIB,
    allocatableMemoryBytes: Math.round(16 * GIB - 2.6 * GIB - gkeReservation(0, 0).eviction),
  };
  const size = { count: 3, cpus: 2, allocatableCpus: 1.93, ...memory, maxPods: 110, diskBytes: 64 * GIB };
  expect(pools).toEqual([
    {
      name: "prod-core",
      purpose: "core",
      labels: { "mybinder.org/node-purpose": "core" },
      taints: [],
      ...size,
    },
    {
      name: "prod-user",
      purpose: "user",
      labels: { "mybinder.org/node-purpose": "user" },
      taints: [{ key: "hub.jupyter.org/dedicated", value: "user", effect: "NoSchedule" }],
      ...size,
    },
  ]);
});
