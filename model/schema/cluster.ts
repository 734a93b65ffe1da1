import { z } from "zod";
import { googleVmSchema, snapshotsSchema, windowSchema } from "./k3s";
import { K3S } from "./k3sVersion";
import { googleProject, hostname, line, name, natural, strict, zone } from "./parts";

export const machineSchema = strict({
  cpus: natural.describe("CPUs (hardware threads)"),
  memoryGiB: z.number().positive().describe("Memory in GiB (2^30 bytes)"),
  diskGiB: z.number().positive().describe("System disk in GiB"),
  dataDiskGiB: z
    .number()
    .positive()
    .optional()
    .describe("Second disk in GiB, mounted at /mnt/disk for builds"),
  dataDisk: z
    .string()
    .regex(/^\/dev\/[A-Za-z0-9][A-Za-z0-9._:+/-]*$/, {
      error: "a device such as /dev/disk/by-id/scsi-0HC_Volume_1",
    })
    .optional()
    .describe("Device of the second disk; formatted only if it is blank"),
  dataDiskWipe: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{4,64}$/, { error: "a serial number, as `lsblk -dno SERIAL DEVICE` prints it" })
    .optional()
    .describe(
      "Serial number of the second disk, which allows the deploy to erase it; remove this key after the deploy",
    ),
});

const managed = z
  .boolean()
  .default(true)
  .describe(
    "false: use the cluster as it is, through the secret kubeconfig; nothing is provisioned or changed",
  );

const k3sRelease = strict({
  version: z
    .string()
    .regex(/^v1\.[0-9]+\.[0-9]+\+k3s[0-9]+$/, { error: "a K3s release such as v1.34.4+k3s1" })
    .default(K3S.version)
    .describe("K3s release; changing it upgrades the cluster"),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "a SHA-256 checksum: 64 hexadecimal digits" })
    .optional()
    .describe("SHA-256 checksum of the release's binary; default: the checksum file of the same release"),
  window: windowSchema
    .optional()
    .describe("Window in which the cluster upgrades itself; without it, pulumi up upgrades it"),
});

const gkePool = strict({
  machineType: z
    .string()
    .regex(/^[a-z][a-z0-9]*-(standard|highmem|highcpu)-[0-9]+$/, {
      error: "a predefined Google machine type such as e2-highmem-2",
    })
    .describe("Predefined machine type"),
  min: z.int().min(0).describe("Minimum number of nodes that the autoscaler keeps"),
  max: natural.describe("Maximum number of nodes that the autoscaler creates"),
  diskGiB: natural.describe("Boot disk in GiB"),
  zones: z.array(zone).min(1).optional().describe("Zones of the nodes; default: all zones of the location"),
});

const existingPool = strict({
  purpose: z.enum(["core", "user"]).describe("core: for system pods; user: for build and user pods"),
  count: natural.describe("Nodes in the pool"),
  cpus: natural.describe("CPUs of one node"),
  memoryGiB: z.number().positive().describe("Memory of one node in GiB"),
  diskGiB: z.number().positive().describe("Disk of one node in GiB"),
  maxPods: natural.default(110).describe("Pods that one node may run"),
});

export const clusterSchema = z.discriminatedUnion(
  "kind",
  [
    strict({
      kind: z.literal("gke").describe("A cluster on Google Kubernetes Engine"),
      project: googleProject.describe("Google Cloud project"),
      location: z
        .string()
        .regex(/^[a-z]+-[a-z]+[0-9]+(-[a-z])?$/, { error: "a region or zone such as us-central1" })
        .describe("Region or zone of the control plane"),
      managed,
      entrypointAddress: name.optional().describe("Name of the entrypoint's reserved regional IP address"),
      pools: strict({ core: gkePool, user: gkePool.optional() }),
    }),
    strict({
      kind: z.literal("k3s").describe("One machine that runs K3s"),
      host: hostname
        .or(z.ipv4())
        .optional()
        .describe("Host name or address of the machine for SSH; default: the stack's domain"),
      sshPort: natural.max(65535).default(22).describe("Port of the machine's SSH server; the user is root"),
      hostKey: z
        .string()
        .regex(/^ecdsa-sha2-nistp256 [A-Za-z0-9+/]+={0,2}$/, {
          error: "the line that `ssh-keyscan -t ecdsa HOST` prints, without the host",
        })
        .optional()
        .describe("Public ECDSA host key of the machine; a connection that presents another key fails"),
      managed,
      release: k3sRelease.prefault({}),
      snapshots: snapshotsSchema.prefault({}),
      machine: machineSchema.optional().describe("Size of an existing machine; not with googleVm"),
      googleVm: googleVmSchema
        .optional()
        .describe("A machine that the program creates at Google; not with machine"),
      maxPods: natural.max(1000).optional().describe("Kubelet maxPods; default: 1.75 per GB of memory"),
    }),
    strict({
      kind: z.literal("existing").describe("A cluster that somebody else created"),
      context: line.optional().describe("Context of the kubeconfig; default: its current context"),
      pools: z.record(name, existingPool).describe("The existing nodes, for the capacity checks"),
    }),
  ],
  { error: "gke, k3s, existing" },
);
