import type { CertificatesConfig, DnsProvider } from "../schema/certificates";
import type { StackConfig } from "../schema/stack";
import { type HostClaim, hostClaims, isBelow, type PublicService } from "./hosts";

/** A certificate for every name directly below a domain. */
export interface WildcardCertificate {
  /** Name of the Certificate and of its Secret. */
  readonly name: string;
  readonly dnsNames: readonly string[];
  /** ClusterIssuer that issues it. */
  readonly issuer: string;
}

/** Secrets of the certificates of each service's first hosts; those of mybinder.org-deploy, so that a live stack keeps them. */
const SECRETS: Readonly<Record<Exclude<PublicService, "binder">, string>> = {
  hub: "kubelego-tls-hub",
  grafana: "kubelego-tls-grafana",
  prometheus: "kubelego-tls-prometheus",
  static: "kubelego-tls-static",
  registry: "tls-harbor",
  federation: "kubelego-tls-federation-redirect",
  redirects: "kubelego-tls-redirector",
  archive: "kubelego-tls-gcs-proxy",
};

/** The Secret with the certificate of a host; `undefined` where the stack has none. */
export function certificateOf(
  { host, service, alias }: HostClaim,
  { certificates }: StackConfig,
  stack: string,
): string | undefined {
  if (!certificates.tls || service === undefined) return undefined;
  const wildcard = certificates.wildcards.find((domain) => isCovered(host, domain));
  if (wildcard !== undefined) return secretOf(wildcard);
  const secret = service === "binder" ? `kubelego-tls-binder-${stack}` : SECRETS[service];
  return alias === undefined ? secret : `${secret}-${alias}`;
}

/** The wildcard certificates of a stack, for the domain itself only where a host is there: each name takes a challenge. */
export function wildcardCertificates(config: StackConfig): WildcardCertificate[] {
  const hosts = hostClaims(config).map(({ host }) => host);
  const { issuer, wildcards } = config.certificates;
  return wildcards.map((domain) => ({
    name: secretOf(domain),
    dnsNames: [...(hosts.includes(domain) ? [domain] : []), `*.${domain}`],
    issuer,
  }));
}

/** What does not hold in a stack's certificates; each names the key, what was found and what is allowed. */
export function certificateProblems(config: StackConfig): string[] {
  const { issuer, acme, tls, dns01, wildcards } = config.certificates;
  const at = (key: string, found: unknown, rule: string): string =>
    `mybinder:certificates.${key}: found ${JSON.stringify(found)}; allowed: ${rule}`;
  const zones = Object.entries(dns01).flatMap(([provider, one]) =>
    (one?.zones ?? []).map((zone, index) => ({ zone, key: `dns01.${provider}.zones[${String(index)}]` })),
  );
  const zoneNames = zones.map(({ zone }) => zone);
  const isAgain = (list: readonly string[], index: number): boolean =>
    list.indexOf(list[index] ?? "") < index;
  const hosts = hostClaims(config).flatMap(({ host, service }) => (service === undefined ? [] : [host]));
  return [
    ...(issuer === "acme" && acme === undefined
      ? [
          at(
            "issuer",
            issuer,
            "letsencrypt-prod, letsencrypt-staging, or acme beside mybinder:certificates.acme",
          ),
        ]
      : []),
    ...(!tls && config.role !== "proxy" && config.registry.kind === "harbor"
      ? [
          at(
            "tls",
            tls,
            "true beside mybinder:registry.kind harbor, where images are pushed and pulled by HTTPS alone",
          ),
        ]
      : []),
    ...zones.flatMap(({ zone, key }, index) =>
      isAgain(zoneNames, index) ? [at(key, zone, "each zone once")] : [],
    ),
    ...wildcards.flatMap((domain, index) => {
      const key = `wildcards[${String(index)}]`;
      if (!tls) return [at(key, domain, "none with mybinder:certificates.tls: false")];
      if (isAgain(wildcards, index)) return [at(key, domain, "each domain once")];
      if (!zoneNames.some((zone) => isBelow(domain, zone))) {
        const found = zoneNames.length === 0 ? "it has none" : `it has ${zoneNames.join(", ")}`;
        return [
          at(
            key,
            domain,
            `a domain in a zone of mybinder:certificates.dns01 (${found}), because a wildcard needs DNS-01`,
          ),
        ];
      }
      if (!hosts.some((host) => isCovered(host, domain))) {
        return [at(key, domain, "a domain with a public host of the stack at it or directly below it")];
      }
      return [];
    }),
  ];
}

/** Whether a stack writes TXT records with a provider. */
export function usesProvider({ certificates }: StackConfig, provider: DnsProvider): boolean {
  return certificates.dns01[provider] !== undefined;
}

/** The providers that write TXT records for a stack. */
export function providersOf({ dns01 }: CertificatesConfig): DnsProvider[] {
  return (Object.keys(dns01) as DnsProvider[]).filter((provider) => dns01[provider] !== undefined);
}

/** A wildcard stands for one label: RFC 6125, section 6.4.3. */
function isCovered(host: string, domain: string): boolean {
  return host === domain || host.slice(host.indexOf(".") + 1) === domain;
}

function secretOf(domain: string): string {
  return `wildcard-${domain}`;
}
