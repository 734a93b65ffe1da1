import { GIB } from "../schema/plain/quantity";

/** Memory that a kubelet reserves for itself and the system, and the free memory below which it evicts, in bytes. */
export interface Reservation {
  readonly kube: number;
  readonly system: number;
  readonly eviction: number;
  /** CPUs. */
  readonly cpus: number;
}

const STEPS: readonly (readonly [upToGiB: number, share: number])[] = [
  [4, 0.25],
  [8, 0.2],
  [16, 0.1],
  [128, 0.06],
  [Infinity, 0.02],
];

/**
 * Memory that Google reserves for the kubelet on a node of this size, in bytes: 25 % of the first 4 GiB, 20 % of
 * the next 4, 10 % of the next 8, 6 % of the next 112, 2 % above. We keep the same on K3s.
 * Source: https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes
 */
export function kubeReservedBytes(memoryBytes: number): number {
  return Math.round(stepped(memoryBytes / GIB, STEPS) * GIB);
}

function stepped(amount: number, steps: readonly (readonly [upTo: number, share: number])[]): number {
  let below = 0;
  let reserved = 0;
  for (const [upTo, share] of steps) {
    reserved += Math.max(0, Math.min(amount, upTo) - below) * share;
    below = upTo;
  }
  return reserved;
}

const CPU_STEPS: readonly (readonly [upToCpus: number, share: number])[] = [
  [1, 0.06],
  [2, 0.01],
  [4, 0.005],
  [Infinity, 0.0025],
];

/**
 * CPUs that Google reserves on a node with this many: 6 % of the first, 1 % of the second, 0.5 % of the next two, 0.25 % of
 * the rest. A K3s machine reserves none. Source: as for memory.
 */
export function gkeReservedCpus(cpus: number): number {
  return Number(stepped(cpus, CPU_STEPS).toFixed(4));
}

/** On Google, the system's own share is part of the kubelet's, and eviction starts at 100 MiB. */
export function gkeReservation(memoryBytes: number, cpus: number): Reservation {
  return {
    kube: kubeReservedBytes(memoryBytes),
    system: 0,
    eviction: 100 * 2 ** 20,
    cpus: gkeReservedCpus(cpus),
  };
}

/** On a K3s machine 1 GiB more is kept for sshd, journald and the disk cache, and eviction starts at 500 MiB. */
export function k3sReservation(memoryBytes: number): Reservation {
  return { kube: kubeReservedBytes(memoryBytes), system: GIB, eviction: 500 * 2 ** 20, cpus: 0 };
}

/** Bytes that are left for pods. */
export function allocatable(memoryBytes: number, { kube, system, eviction }: Reservation): number {
  return memoryBytes - kube - system - eviction;
}

const GIB_PER_CPU: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  e2: { standard: 4, highmem: 8, highcpu: 1 },
  n1: { standard: 3.75, highmem: 6.5, highcpu: 0.9 },
  n2: { standard: 4, highmem: 8, highcpu: 1 },
  n2d: { standard: 4, highmem: 8, highcpu: 1 },
  n4: { standard: 4, highmem: 8, highcpu: 2 },
  c3: { standard: 4, highmem: 8, highcpu: 2 },
  c4: { standard: 3.75, highmem: 7.75, highcpu: 2 },
};

/**
 * CPUs and memory of a predefined Google machine type. Returns `undefined` for a family that is not in the table.
 * Source: https://cloud.google.com/compute/docs/general-purpose-machines
 */
export function googleMachine(type: string): { cpus: number; memoryBytes: number } | undefined {
  const [family = "", kind = "", cpus = ""] = type.split("-");
  const gibPerCpu = GIB_PER_CPU[family]?.[kind];
  return gibPerCpu === undefined
    ? undefined
    : { cpus: Number(cpus), memoryBytes: Number(cpus) * gibPerCpu * GIB };
}

/** Families that support only Hyperdisk. Source: https://cloud.google.com/compute/docs/disks/hyperdisks */
const HYPERDISK_FAMILIES: ReadonlySet<string> = new Set(["n4", "c4"]);

/** The boot disk type of a predefined Google machine type: balanced, of the kind that its family supports. */
export function googleDiskType(type: string): "pd-balanced" | "hyperdisk-balanced" {
  return HYPERDISK_FAMILIES.has(type.split("-")[0] ?? "") ? "hyperdisk-balanced" : "pd-balanced";
}

/** Machine families that {@link googleMachine} knows. */
export const googleFamilies = Object.keys(GIB_PER_CPU);

/** Kubelet `maxPods` of a machine: 1.75 per GB of memory, the federation's rule of thumb for 450 MB sessions. */
export function maxPodsFor(memoryBytes: number): number {
  return Math.max(50, Math.floor((1.75 * memoryBytes) / 1e9));
}
