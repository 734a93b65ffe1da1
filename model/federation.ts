import { deriveMember } from "./member";
import { trafficProblems } from "./traffic";
import type { MemberConfig, MemberEntry, ProxyConfig, StackConfig } from "./schema";

/** A member as the federation proxy needs it. */
export interface FederationMember {
  readonly name: string;
  readonly url: string;
  readonly weight: number;
  /** Launches at the same time; `undefined` when the member is run by others and does not tell. */
  readonly launchQuota: number | undefined;
  readonly prometheusUrl: string | undefined;
}

/** The members in the order in which they serve the front page, and what is wrong with the federation. */
export interface Federation {
  readonly members: readonly FederationMember[];
  readonly problems: readonly string[];
}

/**
 * Derives the federation from the proxy's list and the members' committed stack files.
 * `configOf` gives a member's checked configuration, or `undefined` when it has no stack file; `now` decides which
 * entries of the traffic table still hold.
 */
export function deriveFederation(
  proxy: ProxyConfig,
  configOf: (name: string) => StackConfig | undefined,
  now = new Date(),
): Federation {
  const problems: string[] = [];
  const members = proxy.federation.members.flatMap((entry, index): FederationMember[] => {
    const at = `mybinder:federation.members[${String(index)}]`;
    const member = federationMember(entry, configOf);
    if (typeof member !== "string") return [member];
    problems.push(`${at}: ${member}`);
    return [];
  });
  const traffic = trafficProblems(members, proxy.traffic, proxy.federation.capacityFloor, now);
  return { members, problems: [...problems, ...invariants(proxy, members), ...traffic] };
}

function federationMember(
  { name, weight, external }: MemberEntry,
  configOf: (name: string) => StackConfig | undefined,
): FederationMember | string {
  if (external) return { name, url: external.url, weight, launchQuota: undefined, prometheusUrl: undefined };
  const config = configOf(name);
  if (!config) return `${name} has no stack file; write Pulumi.${name}.yaml, or give external: {url: …}`;
  if (!servesLaunches(config)) return `${name} has role ${config.role}; allowed: member, both`;
  const { url, launchQuota, prometheusUrl } = deriveMember(name, config);
  return { name, url, weight, launchQuota, prometheusUrl };
}

function invariants(proxy: ProxyConfig, members: readonly FederationMember[]): string[] {
  const names = proxy.federation.members.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...repeated.map((name) => `mybinder:federation.members: ${name} is listed more than once`),
    ...(members.every(({ weight }) => weight === 0)
      ? [
          "mybinder:federation.members: every weight is 0, so nobody would serve; give at least one member a weight",
        ]
      : []),
    ...capacityProblem(proxy.federation.capacityFloor, members),
  ];
}

function capacityProblem(floor: number | undefined, members: readonly FederationMember[]): string[] {
  if (floor === undefined) return [];
  const serving = members.filter(({ weight }) => weight > 0);
  const quotas = serving.map(({ launchQuota }) => launchQuota ?? 0);
  const total = quotas.reduce((sum, quota) => sum + quota, 0);
  const largest = Math.max(0, ...quotas);
  if (total - largest >= floor) return [];
  const name = serving[quotas.indexOf(largest)]?.name ?? "the largest member";
  return [
    `mybinder:federation.capacityFloor: without ${name} (${String(largest)} launches) ${String(total - largest)} of ` +
      `${String(total)} remain; at least ${String(floor)} must`,
  ];
}

/** Whether a stack serves launches. */
export function servesLaunches(config: StackConfig): config is MemberConfig {
  return config.role !== "proxy";
}

/** Whether a stack answers for the federation. */
export function answersForFederation(config: StackConfig): config is ProxyConfig {
  return config.role !== "member";
}
