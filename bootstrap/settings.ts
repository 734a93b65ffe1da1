import { z } from "zod";
import { googleProject, hostname, name, region, strict } from "../model/schema/parts";
import type { RawConfig } from "../model/schema/rawConfig";
import { ConfigError, describeIssue } from "../model/stack/configError";
import { parseConfigText } from "../model/stack/stackFiles";

/** Namespace of the keys: the project's name in bootstrap/Pulumi.yaml. */
const NAMESPACE = "mybinder-bootstrap";

/** Longest prefix: a bucket's name has at most 63 characters, and `-<stack>-snapshots` has up to 51. */
const PREFIX_LIMIT = 12;

export const settingsSchema = strict({
  project: googleProject.describe("Google Cloud project of everything that is made here"),
  prefix: name
    .max(PREFIX_LIMIT)
    .describe("Start of the buckets' names, such as <prefix>-pulumi-state and <prefix>-<stack>-backups"),
  location: region.default("US").describe("Location of the buckets"),
  github: strict({
    repository: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/, {
        error: "owner/name such as jupyterhub/mybinder.org-deploy",
      })
      .describe("Repository whose workflows deploy"),
    repositoryId: z
      .int()
      .positive()
      .optional()
      .describe("Its number: with it, another repository that gets its name can do nothing"),
  }),
  dns: strict({
    zone: name.describe("Name of the zone at Cloud DNS"),
    domain: hostname.describe("Domain of the zone"),
  })
    .optional()
    .describe("A zone at Cloud DNS; without it, none is made"),
  protect: z.boolean().default(true).describe("Refuse to delete buckets, keys and the zone"),
});

/** The checked configuration of the bootstrap. */
export type Settings = z.infer<typeof settingsSchema>;

/**
 * Checks the configuration that Pulumi passes, texts by `namespace:key`. Throws a ConfigError that lists every key of the
 * bootstrap that is wrong, with what was found and what is allowed.
 */
export function parseSettings(stack: string, config: Readonly<Record<string, string>>): Settings {
  const prefix = `${NAMESPACE}:`;
  const raw: RawConfig = Object.fromEntries(
    Object.entries(config)
      .filter(([key, text]) => key.startsWith(prefix) && text !== "" && text !== "{}")
      .map(([key, text]) => [key.slice(prefix.length), parseConfigText(key, text)]),
  );
  const { data, error } = settingsSchema.safeParse(raw);
  if (data) return data;
  const problems = error.issues.map((issue) => describeIssue(issue, raw, NAMESPACE));
  throw new ConfigError(stack, problems, `bootstrap/Pulumi.${stack}.yaml`);
}
