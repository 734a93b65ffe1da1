import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYaml } from "../model/schema/plain/silentYaml";
import type { StackConfig } from "../model/schema/stack";
import { ConfigError } from "../model/stack/configError";
import {
  type Access,
  accessProblems,
  type Holder,
  holdersOf,
  parseAccess,
  wantedProvider,
} from "../secret/access";
import type { Settings } from "./settings";

/** A stack that is kept at Google: its secrets are encrypted with a key of the bootstrap's project. */
export interface PlannedStack {
  readonly name: string;
  readonly config: StackConfig;
  readonly key: KmsKey;
  /** Who gets its key and its state, people and teams alone. */
  readonly people: readonly string[];
  /** Whether CI is among its holders. */
  readonly ci: boolean;
}

/** A key of Google's KMS. */
export interface KmsKey {
  readonly project: string;
  readonly location: string;
  readonly ring: string;
  readonly name: string;
}

/** Environments of the repository at GitHub, as the jobs of .github/workflows name them. */
export const ENVIRONMENTS = ["preview", "staging", "production"] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

/** Name of the key of the bootstrap's own secrets. */
export const OWN_KEY = "bootstrap";

const KEY = /^gcpkms:\/\/projects\/([^/]+)\/locations\/([^/]+)\/keyRings\/([^/]+)\/cryptoKeys\/([^/]+)$/;

/** The access list of the repository. Throws a ConfigError of the bootstrap's `stack` when its form is wrong. */
export function readAccess(root: string, stack: string): Access {
  const access = parseAccess(parseYaml(readFileSync(join(root, "secret", "access.yaml"), "utf8")));
  if (!Array.isArray(access)) return access;
  throw wrong(
    stack,
    access.map((text) => `secret/access.yaml, ${text}`),
  );
}

function wrong(stack: string, problems: readonly string[]): ConfigError {
  return new ConfigError(stack, problems, `bootstrap/Pulumi.${stack}.yaml`);
}

/**
 * The stacks to prepare for: those of `configs` whose provider in secret/access.yaml is a key of Google's KMS. Throws a ConfigError where such a key is in another project than the bootstrap's, or the access list does not hold.
 */
export function plannedStacks(
  stack: string,
  { project }: Pick<Settings, "project">,
  access: Access,
  configs: ReadonlyMap<string, StackConfig>,
): PlannedStack[] {
  const problems = accessProblems(access, [...configs.keys()]).map((text) => `secret/access.yaml: ${text}`);
  const planned = [...configs].flatMap(([name, config]) => {
    const provider = wantedProvider(access, name);
    if (!provider.startsWith("gcpkms:")) return [];
    const key = kmsKey(provider);
    if (key?.project !== project || key.name === OWN_KEY) {
      problems.push(
        `secret/access.yaml, provider of ${name}: found ${provider}; allowed: ` +
          `gcpkms://projects/${project}/locations/LOCATION/keyRings/RING/cryptoKeys/KEY, a key of mybinder-bootstrap:project, not ${OWN_KEY}`,
      );
      return [];
    }
    const holders = holdersOf(access, name);
    return [{ name, config, key, people: peopleOf(holders), ci: holders.some(({ kind }) => kind === "ci") }];
  });
  if (problems.length > 0) throw wrong(stack, problems);
  return planned;
}

function kmsKey(provider: string): KmsKey | undefined {
  const [, project = "", location = "", ring = "", name = ""] = KEY.exec(provider) ?? [];
  return project === "" ? undefined : { project, location, ring, name };
}

function peopleOf(holders: readonly Holder[]): string[] {
  return holders.flatMap(({ kind, google }) => (kind === "ci" || google === undefined ? [] : [google]));
}

/** The stacks that jobs of an environment work on: role `both` is staging, and a preview is of any stack. */
export function stacksOf(
  environment: EnvironmentName,
  stacks: readonly PlannedStack[],
): readonly PlannedStack[] {
  const ofCi = stacks.filter(({ ci }) => ci);
  if (environment === "preview") return ofCi;
  return ofCi.filter(({ config }) => (config.role === "both") === (environment === "staging"));
}
