import { DATA_DISK_MOUNT, k3sMachine } from "./k3sMachine";
import type { NodePoolShape } from "./nodes";
import { GB, GIB, inGB, parseQuantity } from "./quantity";
import type { MemberConfig } from "./schema";

/** Share of a disk that stays free, so that the kubelet's image collection has time to work. */
const DISK_RESERVE = 0.2;
/** What the build cache keeps where the disk allows it, in GB: as much as the members keep today. */
const USUAL_CACHE_GB = 300;

/** What the build cache of a node may keep, in GB (10^9 bytes), and what does not fit its disk. */
export interface BuildDisk {
  readonly buildCacheGB: number;
  readonly problems: readonly string[];
}

/** Where Docker keeps what it builds on a node; `undefined`: at the place of BinderHub's chart, on the system disk. */
export function dindPath({ binder, cluster }: MemberConfig): string | undefined {
  const onDataDisk = cluster.kind === "k3s" && k3sMachine(cluster).dataDiskGiB !== undefined;
  return binder.dindPath ?? (onDataDisk ? `${DATA_DISK_MOUNT}/dind` : undefined);
}

interface Disk {
  /** The key that says how large it is. */
  readonly key: string;
  readonly bytes: number;
  /** Bytes that metrics take of it. */
  readonly metrics: number;
}

/**
 * Holds the build cache against the smallest disk of `nodes`, those that build. On a K3s machine, metrics share the system
 * disk; builds do so too unless they are on the data disk.
 */
export function buildDisk(config: MemberConfig, nodes: readonly NodePoolShape[]): BuildDisk {
  const { build, system } = disks(config, nodes);
  const room = usable(build) - build.metrics;
  const wanted = config.binder.buildCacheGB;
  const buildCacheGB = wanted ?? Math.min(USUAL_CACHE_GB, Math.max(1, Math.floor(room / GB)));
  return {
    buildCacheGB,
    problems: [
      ...problem(build, build.metrics + buildCacheGB * GB),
      ...(system ? problem(system, system.metrics) : []),
    ],
  };
}

/** The disk that builds use and, where that is another one, the system's. */
function disks(config: MemberConfig, nodes: readonly NodePoolShape[]): { build: Disk; system?: Disk } {
  const { cluster, monitoring } = config;
  const metrics = monitoring.enabled ? parseQuantity(monitoring.prometheusSize) + GIB : 0;
  if (cluster.kind !== "k3s") {
    // volumes are the cloud's, or in a place that is not known here
    const bytes = Math.min(...nodes.map(({ diskBytes }) => diskBytes));
    return { build: { key: "mybinder:cluster.pools", bytes, metrics: 0 } };
  }
  const { diskGiB, dataDiskGiB } = k3sMachine(cluster);
  const machine = `mybinder:cluster.${cluster.machine ? "machine" : "googleVm"}`;
  const system = { key: `${machine}.diskGiB`, bytes: diskGiB * GIB, metrics };
  const onDataDisk = dindPath(config)?.startsWith(`${DATA_DISK_MOUNT}/`) ?? false;
  if (dataDiskGiB === undefined || !onDataDisk) return { build: system };
  return { build: { key: `${machine}.dataDiskGiB`, bytes: dataDiskGiB * GIB, metrics: 0 }, system };
}

function usable({ bytes }: Disk): number {
  return bytes * (1 - DISK_RESERVE);
}

function problem(disk: Disk, needed: number): string[] {
  if (needed <= usable(disk)) return [];
  return [
    `${disk.key}: build cache and metrics need ${inGB(needed)}, but ${inGB(usable(disk))} may be used ` +
      `(${inGB(disk.bytes)} less 20 % that stays free); lower binder.buildCacheGB or monitoring.prometheusSize`,
  ];
}
