import { k3sMachine } from "./k3sMachine";
import { k3sReservation } from "./machines";
import { k3sMaxPods } from "./pools";
import { GIB } from "../schema/plain/quantity";
import type { K3sConfig } from "../schema/stack";
import { snapshotConfig } from "./snapshots";

/** Finished pods to keep for inspection, as a share of maxPods; beyond it the oldest are deleted. */
const FINISHED_SHARE = 0.25;

/**
 * The kubelet configuration of a K3s machine, derived from its size. The capacity checks use the same reservations. Images
 * are collected early, because build images fill a disk within hours.
 */
export function kubeletConfig(cluster: K3sConfig): Record<string, unknown> {
  const reservation = k3sReservation(k3sMachine(cluster).memoryGiB * GIB);
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    maxPods: k3sMaxPods(cluster),
    imageGCHighThresholdPercent: 40,
    imageGCLowThresholdPercent: 20,
    kubeReserved: { memory: mebibytes(reservation.kube) },
    systemReserved: { memory: mebibytes(reservation.system) },
    // Setting one threshold drops the kubelet's defaults for the others, so all are set.
    evictionHard: {
      "memory.available": mebibytes(reservation.eviction),
      "nodefs.available": "10%",
      "nodefs.inodesFree": "5%",
      "imagefs.available": "10%",
      "imagefs.inodesFree": "5%",
    },
    containerLogMaxSize: "20Mi",
    containerLogMaxFiles: 3,
  };
}

/** The configuration of the K3s server on the machine at `host`. */
export function k3sServerConfig(cluster: K3sConfig, host: string): Record<string, unknown> {
  const finished = Math.max(10, Math.floor(k3sMaxPods(cluster) * FINISHED_SHARE));
  return {
    // Traefik is a dependency of our own chart.
    disable: ["traefik"],
    "kube-controller-manager-arg": [`terminated-pod-gc-threshold=${String(finished)}`],
    "tls-san": [host],
    "write-kubeconfig-mode": "0600",
    ...snapshotConfig(cluster, host),
  };
}

function mebibytes(bytes: number): string {
  return `${String(Math.ceil(bytes / 2 ** 20))}Mi`;
}
