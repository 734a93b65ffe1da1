import { z } from "zod";
import { line, name, strict } from "./schemaParts";

const time = z.iso.datetime({ offset: true, error: "a time such as 2026-11-21T18:00:00Z" });

const trafficEntrySchema = strict({
  weight: z.number().min(0).max(1000).optional().describe("In place of the member's weight"),
  drain: z.literal(true).optional().describe("No launches at all; running sessions stay"),
  rampFrom: time.optional().describe("Time from which the weight grows until `until`"),
  until: time.optional().describe("Time at which the entry ends by itself"),
  reason: line.optional().describe("Why, for the next operator"),
  force: z.literal(true).optional().describe("Even where less than federation.capacityFloor remains"),
}).refine(({ rampFrom, until }) => rampFrom === undefined || (until !== undefined && rampFrom < until), {
  error: "with rampFrom, an until that is later",
});

/** The schema of `mybinder:traffic`: where traffic differs from the weights for a while, by member. */
export const trafficSchema = z.record(name, trafficEntrySchema);
