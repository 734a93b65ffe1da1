import { logsDiskBytes } from "./logs";
import { DATA_DISK_MOUNT, k3sMachine } from "../cluster/k3sMachine";
import type { NodePoolShape } from "../cluster/nodes";
import { GB, GIB, inGB, parseQuantity } from "../schema/plain/quantity";
import type { MemberConfig } from "../schema/stack";

/** Share of a disk that stays free, so that the kubelet's image collection has time to work. */
const DISK_RESERVE = 0.2;
/** Default size of the build cache in GB, where the disk allows it: what the members keep today. */
const USUAL_CACHE_GB = 300;

/** Size limit of a node's build cache, in GB (10^9 bytes), and what does not fit on its disk. */
export interface BuildDisk {
  readonly buildCacheGB: number;
  readonly problems: readonly string[];
}

/** Folder of Docker's builds on a node; `undefined`: the default of BinderHub's chart, on the system disk. */
export function dindPath({ binder, cluster }: MemberConfig): string | undefined {
  const onDataDisk = cluster.kind === "k3s" && k3sMachine(cluster).dataDiskGiB !== undefined;
  return binder.dindPath ?? (onDataDisk ? `${DATA_DISK_MOUNT}/dind` : undefined);
}

interface Disk {
  /** The key that sets its size. */
  readonly key: string;
  readonly bytes: number;
  /** Bytes of it that metrics and logs take. */
  readonly kept: number;
}

/**
 * Checks the build cache against the smallest disk of `nodes`, which are the nodes that build. On a K3s machine, metrics and
 * logs are on the system disk. So are builds, unless they are on the data disk.
 */
export function buildDisk(config: MemberConfig, nodes: readonly NodePoolShape[]): BuildDisk {
  const { build, system } = disks(config, nodes);
  const room = usable(build) - build.kept;
  const wanted = config.binder.buildCacheGB;
  const buildCacheGB = wanted ?? Math.min(USUAL_CACHE_GB, Math.max(1, Math.floor(room / GB)));
  return {
    buildCacheGB,
    problems: [
      ...problem(build, build.kept + buildCacheGB * GB),
      ...(system ? problem(system, system.kept) : []),
    ],
  };
}

/** The disk that builds use, and the system's where that is a different one. */
function disks(config: MemberConfig, nodes: readonly NodePoolShape[]): { build: Disk; system?: Disk } {
  const { cluster, monitoring } = config;
  if (cluster.kind !== "k3s") {
    // volumes belong to the cloud, or are somewhere that the model does not know
    const bytes = Math.min(...nodes.map(({ diskBytes }) => diskBytes));
    return { build: { key: "mybinder:cluster.pools", bytes, kept: 0 } };
  }
  const metrics = monitoring.enabled ? parseQuantity(monitoring.prometheusSize) + GIB : 0;
  const kept = metrics + logsDiskBytes(config);
  const { diskGiB, dataDiskGiB } = k3sMachine(cluster);
  const machine = `mybinder:cluster.${cluster.machine ? "machine" : "googleVm"}`;
  const system = { key: `${machine}.diskGiB`, bytes: diskGiB * GIB, kept };
  const onDataDisk = dindPath(config)?.startsWith(`${DATA_DISK_MOUNT}/`) ?? false;
  if (dataDiskGiB === undefined || !onDataDisk) return { build: system };
  return { build: { key: `${machine}.dataDiskGiB`, bytes: dataDiskGiB * GIB, kept: 0 }, system };
}

function usable({ bytes }: Disk): number {
  return bytes * (1 - DISK_RESERVE);
}

function problem(disk: Disk, needed: number): string[] {
  if (needed <= usable(disk)) return [];
  return [
    `${disk.key}: the build cache, metrics and logs need ${inGB(needed)}, but only ${inGB(usable(disk))} may be used ` +
      `(${inGB(disk.bytes)} minus the 20 % that stays free); lower binder.buildCacheGB, monitoring.prometheusSize or logs.size`,
  ];
}
