import { z } from "zod";
import { googleBucket, strict } from "./parts";

/** The publisher of launch events: from the export at Google to the archive that everybody may read. */
export const archivePublisherSchema = strict({
  costs: strict({
    bucket: googleBucket.describe("Bucket of Google's billing exports, whose sums are published"),
    format: z.enum(["csv", "json"]).default("csv").describe("csv: objects report-*; json: objects billing-*"),
  })
    .optional()
    .describe("Costs to publish; without it, none are"),
});

export type ArchivePublisherConfig = z.infer<typeof archivePublisherSchema>;
