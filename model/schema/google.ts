import { z } from "zod";
import { googleProject, name, region, strict } from "./parts";

export const logName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9._-]+$/, {
    error: "a log's name such as binderhub-events-text",
  });

/** The federation's resources at Google, wherever its clusters are: launch events and their public archive. */
export const googleSchema = strict({
  managed: z.boolean().default(true).describe("false: use the existing resources and change nothing"),
  project: googleProject.describe("Google Cloud project of launch events and their archive"),
  location: region.default("US").describe("Location of the buckets"),
  prefix: name.describe("Prefix of the buckets' names: <prefix>-events-archive, <prefix>-events-raw-export"),
  eventLog: logName
    .default("binderhub-events-text")
    .describe("Google Cloud log to which the members write their launch events"),
});

export type GoogleConfig = z.infer<typeof googleSchema>;

/** The bucket that everybody may read. */
export function archiveBucket({ prefix }: GoogleConfig): string {
  return `${prefix}-events-archive`;
}

/** The bucket to which Google exports the log. */
export function rawBucket({ prefix }: GoogleConfig): string {
  return `${prefix}-events-raw-export`;
}
