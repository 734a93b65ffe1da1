import { capacity } from "./capacity";
import { nodePools } from "./pools";
import type { NodePoolShape } from "./nodes";
import { type Registry, registryOf } from "./registry";
import type { MemberConfig, StackConfig } from "./schema";

/** The public hosts of a stack. The first of each list is the one we link to. */
export interface Hosts {
  readonly binder: readonly string[];
  readonly hub: readonly string[];
  readonly grafana: readonly string[];
  readonly prometheus: readonly string[];
  readonly static: readonly string[];
  readonly registry: string;
}

/** What follows from a member's name, domain and machine. */
export interface Member {
  readonly name: string;
  readonly hosts: Hosts;
  /** Where launches are sent, `https://<binder host>`. */
  readonly url: string;
  readonly hubUrl: string;
  readonly prometheusUrl: string;
  readonly registry: Registry;
  readonly launchQuota: number;
  readonly concurrentBuilds: number;
  readonly pools: readonly NodePoolShape[];
  /** Harbor's own metrics, as `job → host:port` inside the cluster. */
  readonly harborTargets: Readonly<Record<string, string>>;
  /** Sums that do not work out; see {@link capacity}. */
  readonly problems: readonly string[];
}

/** Hosts below the stack's domain and its alias domains, unless the stack names others. */
export function hostsOf({ domain, aliasDomains, hosts }: StackConfig): Hosts {
  const below = (label: string, named: string | undefined): string[] => [
    named ?? `${label}.${domain}`,
    ...aliasDomains.map((alias) => `${label}.${alias}`),
  ];
  return {
    binder: [hosts.binder ?? domain],
    hub: below("hub", hosts.hub),
    grafana: below("grafana", hosts.grafana),
    prometheus: below("prometheus", hosts.prometheus),
    static: below("static", hosts.static),
    registry: hosts.registry ?? `registry.${domain}`,
  };
}

/** Derives a member. `name` is its stack's name, which is also its release and its namespace. */
export function deriveMember(name: string, config: MemberConfig): Member {
  const hosts = hostsOf(config);
  const scheme = config.certificates.tls ? "https" : "http";
  const pools = nodePools(name, config.cluster);
  return {
    name,
    hosts,
    url: `${scheme}://${first(hosts.binder)}`,
    hubUrl: `${scheme}://${first(hosts.hub)}`,
    prometheusUrl: `${scheme}://${first(hosts.prometheus)}`,
    registry: registryOf(name, config.registry, hosts.registry),
    ...capacity(config, pools),
    pools,
    harborTargets:
      config.registry.kind === "harbor"
        ? Object.fromEntries(
            ["exporter", "registry", "jobservice"].map((part) => [
              `harbor-${part}`,
              `${name}-harbor-${part}:8001`,
            ]),
          )
        : {},
  };
}

/** The host that we link to. */
export function first(hosts: readonly string[]): string {
  const [host] = hosts;
  if (host === undefined) throw new Error("a list of hosts is never empty");
  return host;
}
