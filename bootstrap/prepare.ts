import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../model/stack/config";
import { ConfigError } from "../model/stack/configError";
import { stackNames } from "../model/stack/stackFiles";
import { readPublicConfig } from "../secret/publicConfig";
import { apis } from "./apis";
import { Backups } from "./backups";
import { Ci } from "./ci";
import { Keys } from "./keys";
import { type PlannedStack, plannedStacks, readAccess } from "./plan";
import { parseSettings, type Settings } from "./settings";
import { StateBucket } from "./state";
import { zone } from "./zone";

/** What the first deploy of a stack needs to know of it. */
export interface Prepared {
  /** What `pulumi login` takes. */
  readonly backend: pulumi.Output<string>;
  /** What `pulumi stack init --secrets-provider` takes, by stack. */
  readonly secretsProviders: Keys["providers"];
  /** The variables of each environment at GitHub. */
  readonly variables: Ci["variables"];
  /** By stack: where its backups and snapshots go. */
  readonly s3Buckets: Backups["buckets"];
  /** By stack: its keys for them. Secret. */
  readonly s3Keys: pulumi.Output<Readonly<Record<string, Readonly<Record<string, string>>>>>;
  /** What the registrar of the domain is told; none where no zone is made. */
  readonly nameServers: pulumi.Output<string[]> | readonly [];
}

/**
 * Makes what exists before the first stack, for the stack files and the access list in `root`. Ends the program with every
 * problem of the configuration, before anything is made.
 */
export function prepare(root: string): Prepared {
  const { settings, stacks } = checked(root);
  const gcp = new Provider("google", { project: settings.project });
  const on = apis(settings, stacks, { provider: gcp });
  const opts = { providers: { gcp }, dependsOn: on };
  const state = new StateBucket("state", settings, opts);
  const keys = new Keys("key", stacks, settings, opts);
  const ci = new Ci("ci", { settings, stacks, state, keys }, opts);
  const backups = new Backups("backups", stacks, settings, opts);
  const managedZone = zone(settings, { provider: gcp, dependsOn: on });
  giveToPeople(stacks, state, keys);
  return {
    backend: state.url,
    secretsProviders: keys.providers,
    variables: ci.variables,
    s3Buckets: backups.buckets,
    s3Keys: pulumi.secret(backups.keys),
    nameServers: managedZone?.nameServers ?? [],
  };
}

/** The key and the state of each stack, for the people and teams that secret/access.yaml lists with a Google identity. */
function giveToPeople(stacks: readonly PlannedStack[], state: StateBucket, keys: Keys): void {
  for (const member of new Set(stacks.flatMap((stack) => stack.people))) {
    const name = member.replace(/[^a-z0-9]+/gi, "-");
    const own = stacks.filter((stack) => stack.people.includes(member)).map((stack) => stack.name);
    for (const stack of own) keys.users(name, stack, member, "encrypterDecrypter");
    state.readers(name, member);
    state.writers(name, member, own);
  }
}

/** The settings and the stacks to prepare for. Throws one RunError with every problem. */
function checked(root: string): { settings: Settings; stacks: PlannedStack[] } {
  const own = pulumi.getStack();
  try {
    const found = parseSettings(own, pulumi.runtime.allConfig());
    const access = readAccess(root, own);
    const configs = new Map(
      stackNames(root).map((name) => [name, parseConfig(name, readPublicConfig(root, name) ?? {})]),
    );
    return { settings: found, stacks: plannedStacks(own, found, access, configs) };
  } catch (error) {
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
