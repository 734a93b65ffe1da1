import { hostsOf } from "./hosts";
import { registrySchema, type RegistryConfig } from "./registrySchema";
import type { StackConfig } from "./schema";
import type { RawConfig } from "./rawConfig";

/** Another stack's Harbor that this stack's pushes to, or that pushes to this stack's. */
export interface Mirror {
  readonly stack: string;
  /** Public key of that stack. */
  readonly publicKey: string;
}

/** The mirrors of a stack's Harbor. */
export interface Mirrors {
  /** Those that we push to, with their address. */
  readonly to: readonly (Mirror & { readonly url: string })[];
  /** Those that push to us. */
  readonly from: readonly Mirror[];
  /** Mirrors that are wanted and cannot be yet: why, and what to do. */
  readonly waiting: readonly string[];
  readonly problems: readonly string[];
}

/** The other stacks, as their stack files are. */
export interface Others {
  readonly names: readonly string[];
  readonly rawOf: (name: string) => RawConfig | undefined;
  readonly configOf: (name: string) => StackConfig | undefined;
}

const NONE: Mirrors = { to: [], from: [], waiting: [], problems: [] };

/**
 * Derives the mirrors from the stack files of both sides: the one that pushes names the other, and each has a public key.
 * Of stacks that we do not push to only the registry is read, so that another stack's mistake is not ours.
 */
export function deriveMirrors(stack: string, config: StackConfig, others: Others): Mirrors {
  const own = harborOf(config);
  if (!own) return NONE;
  const key = "mybinder:registry.mirrors";
  const peers = own.mirrors.map((name) => ({ name, config: others.configOf(name) }));
  const problems = peers.flatMap(({ name, config }) => {
    if (name === stack) return [`${key}: ${name} is this stack itself`];
    if (!config) return [`${key}: ${name} has no stack file; allowed: a stack with registry.kind harbor`];
    const other = harborOf(config);
    if (!other) return [`${key}: ${name} has no Harbor; allowed: a stack with registry.kind harbor`];
    return other.project === own.project
      ? []
      : [
          `${key}: ${name} has its images in project ${other.project}, this stack in ${own.project}; allowed: the same`,
        ];
  });
  if (problems.length > 0) return { ...NONE, problems };
  const pushers = others.names.filter((name) => name !== stack && pushesTo(stack, others.rawOf(name)));
  const keyOf = (name: string): string | undefined => registryOfRaw(others.rawOf(name))?.mirrorKey;
  const withoutKey = [stack, ...peers.map(({ name }) => name), ...pushers].filter(
    (name, index, all) =>
      all.indexOf(name) === index && (name === stack ? own.mirrorKey : keyOf(name)) === undefined,
  );
  const waiting =
    peers.length + pushers.length === 0
      ? []
      : withoutKey.map((name) => `${name} has no key for mirrors: npx mybinder registry key --stack ${name}`);
  const ready = (name: string): Mirror[] => {
    const publicKey = keyOf(name);
    return own.mirrorKey === undefined || publicKey === undefined ? [] : [{ stack: name, publicKey }];
  };
  const to = peers.flatMap(({ name, config }) =>
    config ? ready(name).map((mirror) => ({ ...mirror, url: `https://${hostsOf(config).registry}` })) : [],
  );
  return { to, from: pushers.flatMap(ready), waiting, problems };
}

type Harbor = Extract<RegistryConfig, { kind: "harbor" }>;

function harborOf(config: StackConfig): Harbor | undefined {
  return config.role !== "proxy" && config.registry.kind === "harbor" ? config.registry : undefined;
}

function registryOfRaw(raw: RawConfig | undefined): Harbor | undefined {
  const { success, data } = registrySchema.safeParse(raw?.["registry"]);
  return success && data.kind === "harbor" ? data : undefined;
}

function pushesTo(stack: string, raw: RawConfig | undefined): boolean {
  return registryOfRaw(raw)?.mirrors.includes(stack) ?? false;
}
