import { z } from "zod";
import { googleProject, name, region, strict } from "./schemaParts";

export const logName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9._-]+$/, {
    error: "a log's name such as binderhub-events-text",
  });

/** What the federation has at Google wherever its clusters are: launch events and their public archive. */
export const googleSchema = strict({
  managed: z.boolean().default(true).describe("false: it is there already, and left as it is"),
  project: googleProject.describe("Google Cloud project of launch events and their archive"),
  location: region.default("US").describe("Where the buckets are"),
  prefix: name.describe("Start of the buckets' names: <prefix>-events-archive, <prefix>-events-raw-export"),
  eventLog: logName
    .default("binderhub-events-text")
    .describe("Log that the members write their launch events to"),
});

export type GoogleConfig = z.infer<typeof googleSchema>;
