import type { z } from "zod";
import type { machineSchema } from "./clusterSchema";
import { googleFamilies, googleMachine } from "./machines";
import { GIB } from "./quantity";
import type { K3sConfig } from "./schema";

/** The size of a machine and its second disk. */
export type K3sSize = z.infer<typeof machineSchema>;

/** The name of the second disk as Google attaches it, and so of its link in /dev/disk/by-id. */
export const DATA_DISK_NAME = "mybinder-data";
/** Where a K3s machine's data disk is mounted. */
export const DATA_DISK_MOUNT = "/mnt/disk";

/** The machine of a K3s stack: as described, or as follows from the type of the one that the program makes. */
export function k3sMachine({ machine, googleVm }: K3sConfig): K3sSize {
  if (machine) return machine;
  const { cpus, memoryBytes } = (googleVm && googleMachine(googleVm.machineType)) ?? {
    cpus: 1,
    memoryBytes: GIB,
  };
  return {
    cpus,
    memoryGiB: memoryBytes / GIB,
    diskGiB: googleVm?.diskGiB ?? 1,
    ...(googleVm && {
      dataDiskGiB: googleVm.dataDiskGiB,
      dataDisk: `/dev/disk/by-id/google-${DATA_DISK_NAME}`,
    }),
  };
}

/** What is wrong with where a K3s stack's machine comes from. */
export function k3sMachineProblems({ machine, googleVm, managed, host }: K3sConfig): string[] {
  if (!machine && !googleVm) {
    return [
      "mybinder:cluster.machine: not set; allowed: the machine's size, or cluster.googleVm to have one made",
    ];
  }
  if (!googleVm) return [];
  return [
    ...(machine
      ? ["mybinder:cluster.machine: set beside googleVm, whose machineType says the size; remove it"]
      : []),
    ...(host === undefined
      ? []
      : ["mybinder:cluster.host: set beside googleVm, which has an address of its own; remove it"]),
    ...(managed
      ? []
      : ["mybinder:cluster.managed: false beside googleVm; a machine that is made is managed"]),
    ...(googleMachine(googleVm.machineType)
      ? []
      : [
          `mybinder:cluster.googleVm.machineType: found ${JSON.stringify(googleVm.machineType)}, a family whose size is ` +
            `not known here; allowed families: ${googleFamilies.join(", ")}`,
        ]),
  ];
}
