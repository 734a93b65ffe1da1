import { capacity } from "./capacity";
import { type Hosts, hostsOf, urlsOf } from "./hosts";
import { nodePools } from "../cluster/pools";
import type { NodePoolShape } from "../cluster/nodes";
import { type Registry, registryOf } from "./registry";
import type { MemberConfig } from "../schema/stack";

/** Everything derived from a member's name, domain and machine. */
export interface Member {
  readonly name: string;
  /** Where launches are sent, `https://<binder host>`. */
  readonly url: string;
  readonly hubUrl: string;
  readonly prometheusUrl: string;
  readonly grafanaUrl: string;
  readonly registry: Registry;
  readonly launchQuota: number;
  /** Concurrent builds, for all BinderHub pods together and for each one. */
  readonly concurrentBuilds: number;
  readonly buildsPerPod: number;
  /** Size limit of one node's build cache, in GB (10^9 bytes). */
  readonly buildCacheGB: number;
  /** Harbor's own metrics, as `job → host:port` inside the cluster. */
  readonly harborTargets: Readonly<Record<string, string>>;
  /** Sums that do not add up; see {@link capacity}. */
  readonly problems: readonly string[];
}

/**
 * Derives a member. `name` is its stack's name, which is also its release and its namespace; `hosts` and `pools` are those
 * of its configuration, for a caller that has derived them already.
 */
export function deriveMember(
  name: string,
  config: MemberConfig,
  hosts: Hosts = hostsOf(config),
  pools: readonly NodePoolShape[] = nodePools(name, config.cluster),
): Member {
  const urls = urlsOf(config, hosts);
  return {
    name,
    url: urls.binder,
    hubUrl: urls.hub,
    prometheusUrl: urls.prometheus,
    grafanaUrl: urls.grafana,
    registry: registryOf(name, config.registry, hosts.registry),
    ...capacity(config, pools),
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
