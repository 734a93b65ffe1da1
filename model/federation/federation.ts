import type { FederationMember } from "./federationMember";
import { isDeployed, lifecycleOf } from "../member/lifecycle";
import { withLifecycles } from "./lifecycleTraffic";
import type { Member } from "../member/member";
import { trafficProblems } from "./traffic";
import type { MemberConfig, MemberEntry, ProxyConfig, StackConfig } from "../schema/stack";
import type { TrafficTable } from "./trafficShare";

/** The members in the order in which they serve the front page, and the federation's problems. */
export interface Federation {
  /** Members, except those that are gone. */
  readonly members: readonly FederationMember[];
  /** The traffic table that the proxy obeys: the operators' entries and those that follow from the members' lifecycles. */
  readonly traffic: TrafficTable;
  readonly problems: readonly string[];
}

interface Sources {
  readonly configOf: (name: string) => StackConfig | undefined;
  readonly memberOf: (name: string, config: MemberConfig) => Member;
}

/**
 * Derives the federation from the proxy's list and the members' committed stack files.
 * `configOf` returns a member's checked configuration, or `undefined` when it has no stack file; `memberOf` derives a member
 * from its configuration. `now` decides which entries of the traffic table are still in effect.
 */
export function deriveFederation(proxy: ProxyConfig, sources: Sources, now = new Date()): Federation {
  const problems: string[] = [];
  const listed = proxy.federation.members.flatMap((entry, index): FederationMember[] => {
    const at = `mybinder:federation.members[${String(index)}]`;
    const member = federationMember(entry, sources);
    if (typeof member !== "string") return [member];
    problems.push(`${at}: ${member}`);
    return [];
  });
  const members = listed.filter(({ lifecycle }) => lifecycle !== "gone");
  const traffic = withLifecycles(proxy.traffic, listed);
  const wrong = trafficProblems(members, traffic, proxy.federation.capacityFloor, now);
  return { members, traffic, problems: [...problems, ...invariants(proxy, listed), ...wrong] };
}

function federationMember(
  { name, weight, external }: MemberEntry,
  { configOf, memberOf }: Sources,
): FederationMember | string {
  if (external) return externalMember(name, weight, external);
  const config = configOf(name);
  if (!config) return `${name} has no stack file; create Pulumi.${name}.yaml, or set external: {url: …}`;
  if (!servesLaunches(config)) return `stack ${name} has role ${config.role}; allowed: member, both`;
  const { url, launchQuota, prometheusUrl, grafanaUrl } = memberOf(name, config);
  const lifecycle = lifecycleOf(config);
  const monitored = config.monitoring.enabled;
  return {
    name,
    url,
    weight: isDeployed(lifecycle) ? weight : 0,
    lifecycle,
    launchQuota,
    prometheusUrl: monitored ? prometheusUrl : undefined,
    grafanaUrl: monitored ? grafanaUrl : undefined,
    sponsor: config.role === "member" ? config.sponsor : undefined,
    cost: config.cost,
  };
}

function externalMember(
  name: string,
  weight: number,
  { url, launchQuota, sponsor }: NonNullable<MemberEntry["external"]>,
): FederationMember {
  const unknown = { prometheusUrl: undefined, grafanaUrl: undefined };
  return { name, url: new URL(url).origin, weight, lifecycle: "active", launchQuota, ...unknown, sponsor };
}

function invariants(proxy: ProxyConfig, listed: readonly FederationMember[]): string[] {
  const members = listed.filter(({ lifecycle }) => lifecycle !== "gone");
  const away = listed.some(({ lifecycle }) => !isDeployed(lifecycle));
  const names = proxy.federation.members.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...repeated.map((name) => `mybinder:federation.members: ${name} is listed more than once`),
    ...(members.every(({ weight }) => weight === 0)
      ? [
          "mybinder:federation.members: every weight is 0 (a paused member counts as 0), so no member would serve; " +
            "set the weight of at least one active member above 0",
        ]
      : []),
    // The floor covers the loss of one member. One that is paused or gone is lost already, and must not block deploys.
    ...(away ? [] : capacityProblem(proxy.federation.capacityFloor, members)),
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
      `${String(total)} launches remain, below the floor of ${String(floor)}; lower the floor or add capacity`,
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
