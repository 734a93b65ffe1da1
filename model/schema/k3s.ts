import { z } from "zod";
import { bucket, googleProject, natural, region, strict, url, zone } from "./parts";

/** Keys of a K3s stack for the snapshots of its datastore. */
export const snapshotsSchema = strict({
  schedule: z
    .string()
    .regex(/^[0-9*/,-]+( [0-9*/,-]+){4}$/, { error: "five fields of a crontab such as 23 */6 * * *" })
    .default("23 */6 * * *")
    .describe("Schedule of the datastore's snapshots, as in a crontab, by the machine's clock"),
  retention: natural
    .default(28)
    .describe("Number of snapshots to keep on the machine, and as many in the bucket"),
  s3: strict({
    bucket: bucket.describe("Bucket for a copy of each snapshot"),
    endpoint: url.describe("S3 endpoint of the snapshots"),
    region: region.default("us-east-1").describe("S3 region of the snapshots"),
    folder: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, { error: "a folder such as staging" })
      .optional()
      .describe("Folder in the bucket; default: the machine's host name"),
  })
    .optional()
    .describe("Where snapshots are copied; without it, they are lost with the machine"),
});

const time = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, { error: "a time such as 02:30" });

/** When K3s may upgrade itself. */
export const windowSchema = strict({
  days: z
    .array(z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]))
    .min(1)
    .describe("Days on which an upgrade of K3s may begin"),
  start: time.describe("Time from which an upgrade may begin"),
  end: time.describe("Time until which an upgrade may begin; a running upgrade continues"),
  timeZone: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, { error: "a time zone such as Europe/Berlin" })
    .default("UTC")
    .describe("Time zone of the window, such as Europe/Berlin"),
});

const network = z.cidrv4({ error: "a range of addresses such as 192.0.2.0/24" });

/** A machine that the program creates on Google Compute Engine. */
export const googleVmSchema = strict({
  project: googleProject.describe("Google Cloud project of the machine"),
  zone: zone.describe("Zone of the machine"),
  machineType: z
    .string()
    .regex(/^[a-z][a-z0-9]*-(standard|highmem|highcpu)-[0-9]+$/, {
      error: "a predefined Google machine type such as n2-highmem-16",
    })
    .describe("Predefined machine type, which sets CPUs and memory"),
  diskGiB: natural.default(200).describe("Boot disk in GiB"),
  dataDiskGiB: natural.default(500).describe("Second disk in GiB, for builds; it outlives the machine"),
  sshPublicKey: z
    .string()
    .regex(/^(ssh-ed25519|ecdsa-sha2-nistp256) [A-Za-z0-9+/]+={0,2}$/, {
      error: "the first two fields of a public key file, such as ssh-ed25519 AAAA…",
    })
    .describe("Public half of sshPrivateKey, for root"),
  sshFrom: z.array(network).min(1).describe("Address ranges that may reach the SSH server"),
});
