import { z } from "zod";
import { strict } from "./parts";

/**
 * The schema of `mybinder:syntheticLaunches`: launches that the proxy makes at each member by itself. Results count for 30
 * minutes (`launchMaxAgeMinutes` of the chart), so the longest period leaves room for one that fails.
 */
export const syntheticLaunchesSchema = strict({
  enabled: z
    .boolean()
    .default(true)
    .describe("Launch at each member by itself, and leave out those that cannot launch"),
  repository: z
    .string()
    .max(140)
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, {
      error: "a repository at GitHub such as binder-examples/minimal-dockerfile",
    })
    .default("binder-examples/minimal-dockerfile")
    .describe("Public repository at GitHub to launch; one of ours, small, with an environment"),
  ref: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "a branch, tag or commit without a slash" })
    .default("HEAD")
    .describe("Branch, tag or commit of it"),
  cachedMinutes: z
    .int()
    .min(1)
    .max(15)
    .default(5)
    .describe("Minutes between two launches at each member of an image that is there already"),
  uncachedMinutes: z
    .int()
    .min(15)
    .max(1440)
    .default(60)
    .describe("Minutes between two launches at each member that build and push an image first"),
});
