import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import type { Values } from "../../../../model/schema/plain/mergeValues";
import { valueAt } from "../livePlaces";
import { POD_LOGS, PUBLISHER, type Reviewed, SCANNER } from "./lost";

/** Values of the former release. */
export interface ReviewedValue extends Reviewed {
  /** A path, and all below it; `*` is one key. */
  readonly at: string;
  /** Whether what took its place has the same value; not set: that follows from it. */
  readonly holds?: (live: unknown, ours: Values, path: string) => boolean;
}

const PROXY = "HAProxy, federationProxy in the chart";
const FEDERATION = "federationProxy.federation";
const PURPOSE = "the label mybinder.org/node-purpose, which follows from the pools";
export const reviewedValues: readonly ReviewedValue[] = [
  { at: "projectName", by: "the name of the stack" },
  { at: "coreNodeSelector", by: PURPOSE },
  { at: "userNodeSelector", by: PURPOSE },
  ...[
    "grafana",
    "prometheus.server",
    "binderhub",
    "binderhub.jupyterhub.hub",
    "proxyPatches",
    "redirector",
  ].map((section) => ({
    at: `${section}.nodeSelector.mybinder\\.org/pool-type`,
    by: PURPOSE,
  })),
  {
    at: "binderhub.config.BinderHub.pod_quota",
    by: "mybinder:binder.quota (LaunchQuota.total_quota)",
    holds: same("binderhub.config.LaunchQuota.total_quota"),
  },
  {
    at: "binderhub.jupyterhub.ingress.tls",
    by: "a certificate for the same hosts",
    holds: (live, ours) =>
      isDeepStrictEqual(hostsOf(live), hostsOf(valueAt(ours, "binderhub.jupyterhub.ingress.tls"))),
  },
  {
    at: "prometheus.extraScrapeConfigs",
    by: "the scrape jobs of harbor and of members",
    holds: (live, ours) => hasEach(jobs(live), jobs(valueAt(ours, "prometheus.extraScrapeConfigs"))),
  },
  {
    at: "grafana.datasources.datasources\\.yaml.datasources",
    by: "the data sources that follow from the stack, asked through Grafana",
    holds: (live, ours) =>
      hasEach(sources(live), sources(valueAt(ours, "grafana.datasources.datasources\\.yaml.datasources"))),
  },
  {
    at: "buildkitPruner.buildkitCacheSize",
    by: "mybinder:binder.buildCacheGB (buildPruner)",
    holds: (live, ours) => live === `${String(valueAt(ours, "buildPruner.cacheGB"))}GB`,
  },
  {
    at: "grafana.grafana\\.ini.smtp.enabled",
    by: "the secret grafanaSmtp, without which there is no mail server to use",
  },
  { at: "static.ingress.hosts", by: `the badges of ${PROXY}`, holds: same("federationProxy.badges.hosts") },
  { at: "static.ingress.tls", by: `the certificates of ${PROXY}` },
  { at: "federationRedirect.enabled", by: PROXY, holds: same(`${FEDERATION}.enabled`) },
  { at: "federationRedirect.host", by: PROXY, holds: same(`${FEDERATION}.host`) },
  { at: "federationRedirect.resources", by: "federationProxy.resources, measured again" },
  { at: "federationRedirect.hosts.*.prime", by: "no member is prime: the versions of all are compared" },
  { at: "federationRedirect.hosts.*.health", by: "the agent of the proxy, which asks each member's /health" },
  {
    at: "federationRedirect.hosts.*.versions",
    by: "the agent of the proxy, which asks each member's /versions",
  },
  { at: "federationRedirect.hosts.*.url", by: "mybinder:federation.members", holds: ofMember },
  { at: "federationRedirect.hosts.*.weight", by: "mybinder:federation.members", holds: ofMember },
  { at: "redirector.enabled", by: PROXY },
  {
    at: "redirector.redirects",
    by: "mybinder:redirects (HAProxy)",
    holds: (live, ours) => hasEach(redirects(live), valueAt(ours, "federationProxy.redirects")),
  },
  { at: "gcsProxy.enabled", by: PROXY },
  {
    at: "gcsProxy.buckets",
    by: "mybinder:archive (HAProxy)",
    holds: (live, ours) => hasEach(live, valueAt(ours, "federationProxy.archive.buckets")),
  },
  {
    at: "cryptnono.detectors.tcpflowkiller.bannedIpv4ConfigMaps",
    means:
      "a script made those lists of public sources at each deploy, and nothing does any more; ban what of them matters: " +
      "npx mybinder bans add destination (docs/differences.md, 11)",
  },
  { at: "minesweeper", ...SCANNER },
  {
    at: "podLogs",
    by: "mybinder:logs",
    holds: (_, ours) => valueAt(ours, "logs.enabled") === true,
    ...POD_LOGS,
  },
  {
    at: "analyticsPublisher",
    by: "mybinder:archivePublisher",
    holds: (_, ours) => valueAt(ours, "archivePublisher.enabled") === true,
    ...PUBLISHER,
  },
];

/** Whether a path of ours has the same value. */
function same(path: string): (live: unknown, ours: Values) => boolean {
  return (live, ours) => isDeepStrictEqual(plain(live), plain(valueAt(ours, path)));
}

/** Whether a member has the url or the weight that the redirector had for it. */
function ofMember(live: unknown, ours: Values, path: string): boolean {
  const [, , member = "", key = ""] = path.split(/(?<!\\)\./);
  return isDeepStrictEqual(live, valueAt(ours, `${FEDERATION}.members.${member}.${key}`));
}

function hasEach(wanted: unknown, given: unknown): boolean {
  const [all, own] = [wanted, given].map((list) =>
    Array.isArray(list) ? (plain(list) as unknown[]) : undefined,
  );
  return (
    all !== undefined &&
    own !== undefined &&
    all.every((one) => own.some((other) => isDeepStrictEqual(one, other)))
  );
}

function hostsOf(tls: unknown): unknown {
  return Array.isArray(tls) ? (tls as { hosts?: string[] }[]).flatMap(({ hosts = [] }) => hosts).sort() : tls;
}

function jobs(text: unknown): unknown {
  return typeof text === "string" ? parse(text) : text;
}

/** Name and address: Grafana asks them itself now, and each has a uid. */
function sources(list: unknown): unknown {
  return Array.isArray(list)
    ? (list as { name?: string; type?: string; url?: string }[]).map(({ name, type, url }) => ({
        name,
        type,
        url,
      }))
    : list;
}

/** The former form had both hosts in a map. */
function redirects(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  return (list as Record<string, unknown>[]).map(({ type, ...rest }) => {
    const { from, to } = (rest["host"] ?? {}) as { from?: unknown; to?: unknown };
    return { type, from, to };
  });
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
