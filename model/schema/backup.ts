import { z } from "zod";
import { bucket, natural, region, strict, url } from "./parts";

/** Where the volumes that cannot be made again are backed up, and how long backups are kept. */
export const backupSchema = strict({
  bucket: bucket.describe("Bucket of the backups"),
  endpoint: url.describe("S3 endpoint of the backups"),
  region: region.default("us-east-1").describe("S3 region of the backups"),
  folder: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, { error: "a folder such as staging" })
    .optional()
    .describe("Folder in the bucket, of this stack alone; default: the stack's name"),
  schedule: z
    .string()
    .regex(/^[0-9*/,-]+( [0-9*/,-]+){4}$/, { error: "five fields of a crontab such as 41 */6 * * *" })
    .default("41 */6 * * *")
    .describe("When backups are made, as in a crontab, in UTC"),
  keepDaily: natural.default(7).describe("Days of which the last backup is kept"),
  keepWeekly: natural.default(4).describe("Weeks of which the last backup is kept"),
  keepMonthly: natural.default(6).describe("Months of which the last backup is kept"),
});

export type BackupConfig = z.infer<typeof backupSchema>;
