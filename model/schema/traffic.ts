import { z } from "zod";
import { line, name, strict } from "./parts";

const time = z.iso.datetime({ offset: true, error: "a time such as 2026-11-21T18:00:00Z" });

const trafficEntrySchema = strict({
  weight: z.number().min(0).max(1000).optional().describe("Weight that replaces the member's own"),
  drain: z.literal(true).optional().describe("true: no launches at all; running sessions continue"),
  rampFrom: time.optional().describe("Time at which the weight starts to grow, until `until`"),
  until: time.optional().describe("Time at which the entry expires"),
  reason: line.optional().describe("Reason, for the next operator"),
  force: z.literal(true).optional().describe("true: allow it even below federation.capacityFloor"),
}).refine(({ rampFrom, until }) => rampFrom === undefined || (until !== undefined && rampFrom < until), {
  error: "an `until` later than rampFrom",
});

/** The schema of `mybinder:traffic`: temporary changes of the members' traffic, by member. */
export const trafficSchema = z.record(name, trafficEntrySchema);
