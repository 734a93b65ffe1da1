import type { StackConfig } from "../schema/stack";

/** The public hosts of a stack. Links use the first of each list. */
export interface Hosts {
  readonly binder: readonly string[];
  readonly hub: readonly string[];
  readonly grafana: readonly string[];
  readonly prometheus: readonly string[];
  readonly static: readonly string[];
  readonly registry: string;
}

/** Where a stack's services are linked to, without a slash at the end. */
export type Urls = Readonly<Record<"binder" | "hub" | "grafana" | "prometheus", string>>;

/** What a stack's cluster answers with at a public host. */
export type PublicService = keyof Hosts | "federation" | "redirects" | "archive";

/** A host that leads to one place of a stack, and the key of the stack file that sets it. */
export interface HostClaim {
  /** The host; for an external member, with its port if that is not the default. */
  readonly host: string;
  /** `undefined` for an external member, at whose host another cluster answers. */
  readonly service: PublicService | undefined;
  /** What answers there, in words. */
  readonly what: string;
  readonly key: string;
  /** Set where the host has a certificate apart from the first ones of its service: an alias, whose DNS may be another's. */
  readonly alias?: string;
}

/** Hosts below the stack's domain and its alias domains, unless the stack file sets others. */
export function hostsOf(config: StackConfig): Hosts {
  const hosts = (claims: readonly HostClaim[]): string[] => claims.map(({ host }) => host);
  return {
    binder: hosts(derived(config).binder),
    hub: hosts(derived(config).hub),
    grafana: hosts(derived(config).grafana),
    prometheus: hosts(derived(config).prometheus),
    static: hosts(derived(config).static),
    registry: primaryHost(hosts(derived(config).registry)),
  };
}

/** URLs of the first host of each service; plain HTTP where the stack has no certificates. */
export function urlsOf(config: StackConfig, hosts = hostsOf(config)): Urls {
  const url = (service: keyof Urls): string =>
    `${config.certificates.tls ? "https" : "http"}://${primaryHost(hosts[service])}`;
  return { binder: url("binder"), hub: url("hub"), grafana: url("grafana"), prometheus: url("prometheus") };
}

/** Whether a host is a domain itself, or below it. */
export function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** The host that links use. */
export function primaryHost(hosts: readonly string[]): string {
  const [host] = hosts;
  if (host === undefined) throw new Error("a list of hosts is never empty");
  return host;
}

/** Every host for which the stack's cluster answers, each with the key that sets it. */
export function hostClaims(config: StackConfig): HostClaim[] {
  const { binder, hub, grafana, prometheus, static: badges, registry } = derived(config);
  const entry = (service: PublicService | undefined, key: string, host: string, what: string): HostClaim => ({
    host,
    service,
    what,
    key,
  });
  return [
    ...(config.role === "member"
      ? []
      : [entry("federation", "mybinder:domain", config.domain, "the federation")]),
    ...(config.role === "proxy" ? [] : [...binder, ...hub]),
    ...(config.monitoring.enabled ? [...grafana, ...prometheus] : []),
    ...badges,
    ...(config.role !== "proxy" && config.registry.kind === "harbor" ? registry : []),
    ...(config.role === "member"
      ? []
      : [
          ...config.redirects.map(({ from }, index) =>
            entry("redirects", `mybinder:redirects[${String(index)}].from`, from, "a redirect"),
          ),
          ...config.archive.map(({ host }, index) =>
            entry("archive", `mybinder:archive[${String(index)}].host`, host, "the archive"),
          ),
          ...config.federation.members.flatMap(({ name, external }, index) =>
            external
              ? [
                  entry(
                    undefined,
                    `mybinder:federation.members[${String(index)}].external.url`,
                    new URL(external.url).host,
                    `the external member ${name}`,
                  ),
                ]
              : [],
          ),
        ]),
  ];
}

function derived({ domain, aliasDomains, hosts }: StackConfig): Record<keyof Hosts, HostClaim[]> {
  const named = (label: keyof Hosts, what: string, fallback: string): HostClaim => {
    const host = hosts[label];
    return host === undefined
      ? { host: fallback, service: label, what, key: "mybinder:domain" }
      : { host, service: label, what, key: `mybinder:hosts.${label}` };
  };
  const below = (label: keyof Hosts, what: string): HostClaim[] => [
    named(label, what, `${label}.${domain}`),
    ...aliasDomains.map((alias, index) => ({
      host: `${label}.${alias}`,
      service: label,
      what,
      alias,
      key: `mybinder:aliasDomains[${String(index)}]`,
    })),
  ];
  return {
    binder: [
      named("binder", "BinderHub", domain),
      ...hosts.binderAliases.map((host, index) => ({
        host,
        service: "binder" as const,
        what: "BinderHub",
        alias: host,
        key: `mybinder:hosts.binderAliases[${String(index)}]`,
      })),
    ],
    hub: below("hub", "the hub"),
    grafana: below("grafana", "Grafana"),
    prometheus: below("prometheus", "Prometheus"),
    static: below("static", "the badges"),
    registry: [named("registry", "the registry", `registry.${domain}`)],
  };
}
