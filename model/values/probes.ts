import { stringify } from "yaml";
import type { ProbedHost } from "../federation/probedHosts";
import { literally } from "../schema/plain/literally";
import type { Values } from "../schema/plain/mergeValues";

/** A page that shows that a service works, as cheaply as there is one, and the module of the chart's values that judges it. */
export const PAGES: Readonly<
  Record<ProbedHost["service"], { readonly path: string; readonly module?: string }>
> = {
  federation: { path: "/" },
  binder: { path: "/versions" },
  hub: { path: "/hub/api/health" },
  grafana: { path: "/api/health" },
  prometheus: { path: "/-/healthy" },
  static: { path: "/badge.svg" },
  registry: { path: "/api/v2.0/health", module: "harbor" },
  redirects: { path: "/" },
  archive: { path: "/index.html" },
};

/** Address of the exporter, as Prometheus calls it in the release's namespace. */
const EXPORTER = "blackbox-exporter:9115";

interface Probe {
  readonly url: string;
  readonly module: string;
  readonly host: ProbedHost;
}

/** The probes of the hosts: each one's page, and where it has HTTPS that plain HTTP leads there. */
function probesOf(hosts: readonly ProbedHost[]): Probe[] {
  return hosts.flatMap((host) => {
    const { path, module = "page" } = PAGES[host.service];
    const judged = host.service === "redirects" ? redirectModule(host) : module;
    return [
      { url: `${host.tls ? "https" : "http"}://${host.host}${path}`, module: secure(judged, host), host },
      ...(host.tls ? [{ url: `http://${host.host}/`, module: "to-https", host }] : []),
    ];
  });
}

function secure(module: string, { tls }: ProbedHost): string {
  return tls ? module : `${module}-plain`;
}

function redirectModule({ host }: ProbedHost): string {
  return `redirect-${host.replace(/[^a-z0-9-]/g, "-")}`;
}

/** Modules of the redirects: each has a target of its own, which a module holds and a probe cannot. */
export function redirectModules(hosts: readonly ProbedHost[]): Values {
  return Object.fromEntries(
    hosts.flatMap((host): [string, Values][] => {
      if (!host.target) return [];
      const location = `^https://${literally(host.target.to)}`;
      const http = {
        follow_redirects: false,
        valid_status_codes: [302],
        fail_if_header_not_matches: [{ header: "Location", regexp: location }],
        preferred_ip_protocol: "ip4",
        ...(host.tls && { fail_if_not_ssl: true }),
      };
      return [[secure(redirectModule(host), host), { prober: "http", timeout: "10s", http }]];
    }),
  );
}

/** The scrape job that has the hosts probed, as YAML text; empty without hosts. */
export function probeScrapeConfig(hosts: readonly ProbedHost[]): string {
  if (hosts.length === 0) return "";
  const job = {
    job_name: "blackbox",
    metrics_path: "/probe",
    scrape_interval: "1m",
    scrape_timeout: "15s",
    static_configs: probesOf(hosts).map(({ url, module, host: { stack, service } }) => ({
      targets: [url],
      labels: { module, stack, service },
    })),
    relabel_configs: [
      { source_labels: ["__address__"], target_label: "__param_target" },
      { source_labels: ["__address__"], target_label: "instance" },
      { source_labels: ["module"], target_label: "__param_module" },
      { target_label: "__address__", replacement: EXPORTER },
    ],
  };
  return stringify([job], { lineWidth: 0 });
}
