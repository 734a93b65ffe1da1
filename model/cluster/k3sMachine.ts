import type { z } from "zod";
import type { machineSchema } from "../schema/cluster";
import { googleFamilies, googleMachine } from "./machines";
import { GIB } from "../schema/plain/quantity";
import type { K3sConfig } from "../schema/stack";

/** The size of a machine and its second disk. */
export type K3sSize = z.infer<typeof machineSchema>;

/** Name under which Google attaches the second disk, and so of its link in /dev/disk/by-id. */
export const DATA_DISK_NAME = "mybinder-data";
/** Where a K3s machine's data disk is mounted. */
export const DATA_DISK_MOUNT = "/mnt/disk";

/** The machine of a K3s stack: as described, or derived from the type of the one that the program creates. */
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

/** Problems with how a stack file describes its K3s machine. */
export function k3sMachineProblems({ machine, googleVm, managed, host }: K3sConfig): string[] {
  if (!machine && !googleVm) {
    return [
      "mybinder:cluster.machine: not set; allowed: the machine's size (to create a machine at Google, set cluster.googleVm)",
    ];
  }
  if (!googleVm) return [];
  return [
    ...(machine
      ? [
          "mybinder:cluster.machine: found beside googleVm, whose machineType already sets the size; remove it",
        ]
      : []),
    ...(host === undefined
      ? []
      : ["mybinder:cluster.host: found beside googleVm, which has its own address; remove it"]),
    ...(managed
      ? []
      : [
          "mybinder:cluster.managed: found false beside googleVm, whose machine is always managed; remove it",
        ]),
    ...(googleMachine(googleVm.machineType)
      ? []
      : [
          `mybinder:cluster.googleVm.machineType: found ${JSON.stringify(googleVm.machineType)}, whose machine family ` +
            `the program does not know; allowed families: ${googleFamilies.join(", ")}`,
        ]),
  ];
}
