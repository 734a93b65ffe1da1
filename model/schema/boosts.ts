import { z } from "zod";
import { line, natural, strict } from "./parts";
import { PROVIDERS } from "./providers";

const day = z.iso.date({ error: "a day such as 2027-01-31" });

const boost = strict({
  repositories: line.describe(
    "Pattern of specs (Python's, from the start, ignoring case), such as ^owner/repo/.*",
  ),
  provider: z.enum(PROVIDERS).default("GitHubRepoProvider").describe("BinderHub's class of their provider"),
  quota: natural.describe("Concurrent launches of one such repository on this member"),
  from: day.optional().describe("First day, in UTC; default: at once"),
  until: day.describe("Last day, in UTC"),
  reason: line.min(10).describe("Which event, and who asked; at least 10 characters"),
}).refine(({ from, until }) => from === undefined || from <= until, {
  error: "an `until` not before `from`",
});

/** The schema of `mybinder:boosts`: quotas of repositories for a while. */
export const boostsSchema = z.array(boost);
export type Boost = z.infer<typeof boost>;
