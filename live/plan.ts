import type { FederationMember } from "../model/federation/federationMember";
import { trafficShare } from "../model/federation/trafficShare";
import { isDeployed } from "../model/member/lifecycle";
import type { Stack } from "../model/stack/config";
import { dataSourceNames } from "../model/values/common";
import { metricsUrl } from "../model/values/memberTargets";
import { type PublicHost, publicHosts } from "../tools/operate/hosts/publicHosts";
import type { LiveLine } from "./check";
import type { LiveProxy } from "./proxy";

/** A member as it is asked and launched at. */
export interface LiveMember {
  readonly name: string;
  readonly url: string;
  readonly metricsUrl: string;
  /** URLs of the other members, whose pages launch here too. */
  readonly others: readonly string[];
}

/** What of a stack is tried. */
export interface LivePlan {
  readonly hosts: readonly PublicHost[];
  /** Names of its Grafana's data sources. */
  readonly dataSources: readonly string[];
  /** Set where the stack answers for the federation. */
  readonly proxy: LiveProxy | undefined;
  readonly members: readonly LiveMember[];
  /** A line for each member that is left out. */
  readonly skipped: readonly LiveLine[];
}

/** What there is to try of a stack: all its public hosts; the members of a proxy, or the member that it is. */
export function livePlan(stack: Stack, now: Date): LivePlan {
  const { name, config, member, federation } = stack;
  const { tls } = config.certificates;
  const [hosts, dataSources] = [publicHosts(stack), dataSourceNames(stack)];
  if (!federation) {
    const own = member && {
      url: member.url,
      prometheusUrl: config.monitoring.enabled ? member.prometheusUrl : undefined,
    };
    const members = own ? [{ name, url: own.url, metricsUrl: metricsUrl(own), others: [] }] : [];
    return { hosts, dataSources, proxy: undefined, members, skipped: [] };
  }
  const { members } = federation;
  const why = new Map(members.map((one) => [one, reasonToSkip(one, federation.traffic, now)]));
  const tried = members.filter((one) => why.get(one) === undefined);
  return {
    hosts,
    dataSources,
    proxy: { url: `${tls ? "https" : "http"}://${config.domain}`, members },
    members: tried.map((one) => ({
      name: one.name,
      url: one.url,
      metricsUrl: metricsUrl(one),
      others: tried.flatMap((other) => (other === one ? [] : [other.url])),
    })),
    skipped: members.flatMap((one) => {
      const found = why.get(one);
      return found === undefined ? [] : [{ check: "member", at: one.name, outcome: "skip" as const, found }];
    }),
  };
}

function reasonToSkip(
  { name, weight, lifecycle }: FederationMember,
  traffic: NonNullable<Stack["federation"]>["traffic"],
  now: Date,
): string | undefined {
  if (!isDeployed(lifecycle)) return `it is ${lifecycle}`;
  return trafficShare(weight, traffic[name], now).drained ? "it is drained" : undefined;
}
