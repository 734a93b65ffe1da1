import { hostsOf } from "./hosts";
import { registrySchema, type RegistryConfig } from "../schema/registry";
import type { StackConfig } from "../schema/stack";
import type { RawConfig } from "../schema/rawConfig";

/** Another stack's Harbor, to which this stack's Harbor pushes or which pushes to this stack's. */
export interface Mirror {
  readonly stack: string;
  /** Public key of that stack. */
  readonly publicKey: string;
}

/** The mirrors of a stack's Harbor. */
export interface Mirrors {
  /** Harbors to which this stack pushes, with their address. */
  readonly to: readonly (Mirror & { readonly url: string })[];
  /** Harbors that push to this stack's. */
  readonly from: readonly Mirror[];
  /** Mirrors that are configured but not ready: why, and what to do. */
  readonly waiting: readonly string[];
  readonly problems: readonly string[];
}

/** The other stacks, as their stack files describe them. */
export interface Others {
  readonly names: readonly string[];
  readonly rawOf: (name: string) => RawConfig | undefined;
  readonly configOf: (name: string) => StackConfig | undefined;
}

const NONE: Mirrors = { to: [], from: [], waiting: [], problems: [] };

/**
 * Derives the mirrors from the stack files of both sides: the one that pushes names the other, and each has a public key.
 * For stacks that only push to this one, only the registry is read, so that another stack's mistake does not block this one.
 */
export function deriveMirrors(stack: string, config: StackConfig, others: Others): Mirrors {
  const own = harborOf(config);
  if (!own) return NONE;
  const key = "mybinder:registry.mirrors";
  const peers = own.mirrors.map((name) => ({ name, config: others.configOf(name) }));
  const problems = peers.flatMap(({ name, config }) => {
    if (name === stack) return [`${key}: found ${name}, which is this stack itself; remove it`];
    if (!config) return [`${key}: ${name} has no stack file; allowed: a stack with registry.kind harbor`];
    const other = harborOf(config);
    if (!other) return [`${key}: ${name} has no Harbor; allowed: a stack with registry.kind harbor`];
    return other.project === own.project
      ? []
      : [
          `${key}: stack ${name} uses Harbor project ${other.project}, this stack ${own.project}; allowed: the same project`,
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
      : withoutKey.map(
          (name) => `stack ${name} has no mirror key; create one: npx mybinder registry key --stack ${name}`,
        );
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
