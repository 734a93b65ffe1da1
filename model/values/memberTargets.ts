import { stringify } from "yaml";
import type { FederationMember } from "../federation/federationMember";

/** What a proxy shows of its members: launches and builds. BinderHub's counters by repository stay with the member. */
const SHOWN = "binderhub_(launch_time|build_time)_seconds_(bucket|count|sum)|binderhub_inprogress_.+";
const KEPT = `{__name__=~"${SHOWN}"}`;

/**
 * Scrape jobs of a proxy, as YAML text: each member's Prometheus is asked for what is shown of it, a member run by others
 * for what BinderHub itself tells. `up{member="…"}` is then whether the member answers. Empty without other members.
 */
export function memberScrapeConfigs(members: readonly FederationMember[]): string {
  const ours = members.filter(({ prometheusUrl }) => prometheusUrl !== undefined);
  const others = members.filter(({ prometheusUrl }) => prometheusUrl === undefined);
  const jobs = [
    {
      job_name: "members",
      // a series' own job and instance, not ours
      honor_labels: true,
      metrics_path: "/federate",
      params: { "match[]": [KEPT] },
      static_configs: ours.map(({ name, prometheusUrl = "" }) => target(name, prometheusUrl)),
    },
    {
      job_name: "external-members",
      metrics_path: "/metrics",
      static_configs: others.map(({ name, url }) => target(name, url)),
      metric_relabel_configs: [{ source_labels: ["__name__"], regex: SHOWN, action: "keep" }],
    },
  ].filter(({ static_configs: targets }) => targets.length > 0);
  return jobs.length === 0 ? "" : stringify(jobs, { lineWidth: 0 });
}

/** Where a member's series come from, as a URL to ask by hand. */
export function metricsUrl({ url, prometheusUrl }: Pick<FederationMember, "url" | "prometheusUrl">): string {
  return prometheusUrl === undefined
    ? `${url}/metrics`
    : `${prometheusUrl}/federate?match[]=${encodeURIComponent(KEPT)}`;
}

function target(member: string, url: string): { targets: string[]; labels: Record<string, string> } {
  const { host, protocol } = new URL(url);
  return { targets: [host], labels: { member, __scheme__: protocol.replace(":", "") } };
}
