import { k3sMachine } from "./k3sMachine";
import {
  allocatable,
  gkeReservation,
  googleMachine,
  k3sReservation,
  maxPodsFor,
  type Reservation,
} from "./machines";
import { NODE_PURPOSE_LABEL, type NodePoolShape, type NodePurpose, type NodeTaint } from "./nodes";
import { GIB } from "../schema/plain/quantity";
import type { ClusterConfig, K3sConfig } from "../schema/stack";

/**
 * Keeps everything but user pods off user nodes. It is z2jh's own taint, which its user pods, BinderHub's build pods and
 * Docker-in-Docker already tolerate.
 */
export const USER_TAINT: NodeTaint = {
  key: "hub.jupyter.org/dedicated",
  value: "user",
  effect: "NoSchedule",
};

/** Maximum number of pods on one GKE node: Google's default limit. */
export const GKE_MAX_PODS = 110;

/**
 * The node pools of a cluster at full size, as the scheduler sees them. Capacity is computed from them, and a rehearsal
 * simulates them. A K3s machine is one `core` node that takes user pods as well.
 */
export function nodePools(stack: string, cluster: ClusterConfig): NodePoolShape[] {
  switch (cluster.kind) {
    case "k3s": {
      const machine = k3sMachine(cluster);
      const memoryBytes = machine.memoryGiB * GIB;
      return [
        pool({
          name: stack,
          purpose: "core",
          count: 1,
          cpus: machine.cpus,
          memoryBytes,
          reservation: k3sReservation(memoryBytes),
          maxPods: k3sMaxPods(cluster),
          diskGiB: machine.diskGiB,
          dedicated: false,
        }),
      ];
    }
    case "gke":
      return (["core", "user"] as const).flatMap((purpose) => {
        const spec = cluster.pools[purpose];
        if (!spec) return [];
        const { cpus, memoryBytes } = googleMachine(spec.machineType) ?? { cpus: 1, memoryBytes: GIB };
        const reservation = gkeReservation(memoryBytes, cpus);
        const size = { cpus, memoryBytes, reservation, maxPods: GKE_MAX_PODS, diskGiB: spec.diskGiB };
        return [pool({ name: `${stack}-${purpose}`, purpose, count: spec.max, ...size, dedicated: true })];
      });
    case "existing":
      return Object.entries(cluster.pools).map(([name, spec]) => {
        const memoryBytes = spec.memoryGiB * GIB;
        const dedicated = spec.purpose === "user";
        return pool({ name, ...spec, memoryBytes, reservation: k3sReservation(memoryBytes), dedicated });
      });
  }
}

/** Maximum number of pods on a K3s machine. */
export function k3sMaxPods(cluster: K3sConfig): number {
  return cluster.maxPods ?? maxPodsFor(k3sMachine(cluster).memoryGiB * GIB);
}

/** Whether user pods have their own nodes. Only then do node selectors make sense. */
export function hasUserPool(pools: readonly NodePoolShape[]): boolean {
  return pools.some(({ purpose }) => purpose === "user");
}

function pool(of: {
  name: string;
  purpose: NodePurpose;
  count: number;
  cpus: number;
  memoryBytes: number;
  reservation: Reservation;
  maxPods: number;
  diskGiB: number;
  dedicated: boolean;
}): NodePoolShape {
  return {
    name: of.name,
    purpose: of.purpose,
    count: of.count,
    labels: { [NODE_PURPOSE_LABEL]: of.purpose },
    taints: of.dedicated && of.purpose === "user" ? [USER_TAINT] : [],
    cpus: of.cpus,
    allocatableCpus: of.cpus - of.reservation.cpus,
    memoryBytes: of.memoryBytes,
    allocatableMemoryBytes: allocatable(of.memoryBytes, of.reservation),
    maxPods: of.maxPods,
    diskBytes: of.diskGiB * GIB,
  };
}
