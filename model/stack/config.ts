import { systemProblems } from "../member/capacity";
import { certificateProblems } from "../member/certificates";
import { dnsProblems } from "../member/dnsRecords";
import { logProblems } from "../member/logs";
import { ConfigError, describeIssue } from "./configError";
import { encryptedKeys, encryptedText } from "./encrypted";
import {
  answersForFederation,
  deriveFederation,
  servesLaunches,
  type Federation,
} from "../federation/federation";
import { type ProbedHost, probedHosts } from "../federation/probedHosts";
import { hostProblems, redirectLoops } from "../federation/hostProblems";
import { type Hosts, hostsOf } from "../member/hosts";
import { k3sMachine, k3sMachineProblems } from "../cluster/k3sMachine";
import { googleFamilies, googleMachine } from "../cluster/machines";
import { deriveMember, type Member } from "../member/member";
import { deriveMirrors, type Mirrors } from "../member/mirrors";
import { nodePools } from "../cluster/pools";
import type { NodePoolShape } from "../cluster/nodes";
import {
  type ExistingConfig,
  type GkeConfig,
  type K3sConfig,
  type MemberConfig,
  type StackConfig,
  stackSchema,
} from "../schema/stack";
import { name as stackName } from "../schema/parts";
import type { RawConfig } from "../schema/rawConfig";

/** A checked stack and everything derived from it. Everything downstream reads only this. */
export interface Stack {
  readonly name: string;
  readonly config: StackConfig;
  readonly hosts: Hosts;
  readonly pools: readonly NodePoolShape[];
  /** Set when the stack serves launches. */
  readonly member: Member | undefined;
  /** Set when the stack answers for the federation. */
  readonly federation: Federation | undefined;
  readonly mirrors: Mirrors;
  /** Public hosts that its Prometheus asks from outside. */
  readonly probed: readonly ProbedHost[];
}

/**
 * Checks the shape of a stack's configuration without its secrets, and that nothing else in it is encrypted. Throws a
 * ConfigError that lists every problem.
 */
export function parseConfig(stack: string, raw: RawConfig): StackConfig {
  const encrypted = encryptedKeys(raw);
  if (encrypted.length > 0) {
    throw new ConfigError(
      stack,
      encrypted.map((key) => encryptedText(stack, key)),
    );
  }
  const parsed = stackSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    stack,
    parsed.error.issues.map((issue) => describeIssue(issue, raw)),
  );
}

/**
 * Checks a stack's configuration and derives the rest from it. Throws a ConfigError that lists every problem.
 * `rawOf` returns the public configuration of another stack, for the members of a federation and the mirrors of a registry.
 * `names` lists the stacks that exist.
 */
export function deriveStack(
  name: string,
  raw: RawConfig,
  rawOf: (name: string) => RawConfig | undefined,
  names: readonly string[] = [],
): Stack {
  const config = parseConfig(name, raw);
  const hosts = hostsOf(config);
  const pools = nodePools(name, config.cluster);
  const member = servesLaunches(config) ? deriveMember(name, config, hosts, pools) : undefined;
  const configOf = (other: string): StackConfig | undefined => {
    if (other === name) return config;
    const otherRaw = rawOf(other);
    return otherRaw && parseConfig(other, otherRaw);
  };
  const memberOf = (other: string, otherConfig: MemberConfig): Member =>
    other === name && member ? member : deriveMember(other, otherConfig);
  const federation = answersForFederation(config)
    ? deriveFederation(config, { configOf, memberOf })
    : undefined;
  const others = { names, rawOf, configOf };
  const mirrors = deriveMirrors(name, config, others);
  const problems = [
    nameProblems(name),
    machineProblems(config),
    certificateProblems(config),
    dnsProblems(config),
    systemProblems(config, pools),
    publisherProblems(config),
    logProblems(config),
    hostProblems(name, config, others),
    redirectLoops(name, config, others),
    member?.problems,
    federation?.problems,
    mirrors.problems,
  ].flatMap((some) => some ?? []);
  if (problems.length > 0) throw new ConfigError(name, problems);
  const probed = probedHosts(name, config, others);
  return { name, config, hosts, pools, member, federation, mirrors, probed };
}

/** A stack's name is also the name of its release and namespace, and the prefix of their objects' names. */
function nameProblems(stack: string): string[] {
  const { error } = stackName.safeParse(stack);
  return error
    ? [`the stack's name: found ${JSON.stringify(stack)}; allowed: ${error.issues[0]?.message ?? ""}`]
    : [];
}

function machineProblems({ cluster }: StackConfig): string[] {
  switch (cluster.kind) {
    case "gke":
      return gkeProblems(cluster);
    case "k3s":
      return k3sProblems(cluster);
    case "existing":
      return existingProblems(cluster);
  }
}

function publisherProblems(config: StackConfig): string[] {
  if (config.role === "member" || !config.archivePublisher || config.google) return [];
  return [
    "mybinder:archivePublisher: set, but mybinder:google is not; allowed: with mybinder:google, whose events it publishes",
  ];
}

function k3sProblems(cluster: K3sConfig): string[] {
  const { managed, hostKey } = cluster;
  const machine = k3sMachine(cluster);
  if (!managed) return k3sMachineProblems(cluster);
  return [
    ...k3sMachineProblems(cluster),
    ...(hostKey === undefined
      ? [
          "mybinder:cluster.hostKey: not set; allowed: the line that `ssh-keyscan -t ecdsa HOST` prints, without the host " +
            "(to use the machine as it is, set cluster.managed: false instead)",
        ]
      : []),
    ...(machine.dataDiskGiB !== undefined && machine.dataDisk === undefined
      ? [
          "mybinder:cluster.machine.dataDisk: not set, but dataDiskGiB is; allowed: the device of the second disk",
        ]
      : []),
    ...(machine.dataDisk !== undefined && machine.dataDiskGiB === undefined
      ? [
          "mybinder:cluster.machine.dataDiskGiB: not set, but dataDisk is; allowed: the second disk's size in GiB",
        ]
      : []),
  ];
}

/** System pods do not run on user nodes, so a cluster needs other nodes. Clusters of the other kinds always have them. */
function existingProblems({ pools }: ExistingConfig): string[] {
  const names = Object.keys(pools);
  if (Object.values(pools).some(({ purpose }) => purpose === "core")) return [];
  const found = names.length === 0 ? "found none" : `found only pools for users (${names.join(", ")})`;
  return [
    `mybinder:cluster.pools: ${found}, so no node takes system pods; allowed: at least one pool with purpose: core`,
  ];
}

function gkeProblems({ pools }: GkeConfig): string[] {
  return Object.entries(pools).flatMap(([pool, spec]) => {
    if (!spec) return [];
    const at = `mybinder:cluster.pools.${pool}`;
    const unknown = `found ${JSON.stringify(spec.machineType)}, whose machine family the program does not know`;
    return [
      ...(googleMachine(spec.machineType)
        ? []
        : [`${at}.machineType: ${unknown}; allowed families: ${googleFamilies.join(", ")}`]),
      ...(spec.min > spec.max ? [`${at}.min: found ${String(spec.min)}, above max ${String(spec.max)}`] : []),
    ];
  });
}
