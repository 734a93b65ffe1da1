import type { StackConfig } from "../schema/stack";
import { type HostClaim, hostClaims, isBelow } from "./hosts";

/** A DNS record that a public host needs. */
export interface DnsRecord {
  readonly name: string;
  readonly type: "A" | "AAAA";
  /** The address; `undefined` where the stack file does not say it. */
  readonly value: string | undefined;
  /** Which address it is, in words. */
  readonly address: string;
  /** In seconds. */
  readonly ttl: number;
  /** Whether it leads to the stack's cluster, and not to an external member. */
  readonly own: boolean;
  /** Whether the program makes the record. */
  readonly made: boolean;
  /** What answers at the host, in words. */
  readonly what: string;
  /** Key of the stack file that sets the host. */
  readonly key: string;
}

/** Services whose hosts may be in somebody else's zone; all others are below the stack's own domain or named one by one. */
const ELSEWHERE: ReadonlySet<HostClaim["service"]> = new Set(["redirects", "archive", undefined]);

/** The records of every public host of a stack, external members' too, in the order of its services. */
export function dnsRecords(config: StackConfig): DnsRecord[] {
  const { dns } = config;
  const known = knownAddress(config);
  return distinct(hostClaims(config)).flatMap((claim): DnsRecord[] => {
    const { what, key } = claim;
    const record = { name: hostOf(claim), ttl: dns.ttl, what, key, own: claim.service !== undefined };
    if (claim.service === undefined) {
      return [{ ...record, type: "A", value: undefined, address: `the address of ${what}`, made: false }];
    }
    const made = dns.zone !== undefined && isBelow(record.name, dns.zone.domain);
    return [
      { ...record, type: "A", ...known, made },
      ...(dns.ipv6 === undefined
        ? []
        : [{ ...record, type: "AAAA" as const, value: dns.ipv6, address: dns.ipv6, made }]),
    ];
  });
}

/** Whether the program makes the address that the stack's hosts lead to, and so knows it when it runs. */
export function makesAddress({ cluster, dns }: StackConfig): boolean {
  if (dns.address !== undefined || cluster.kind === "existing" || !cluster.managed) return false;
  return cluster.kind === "gke" ? cluster.entrypointAddress !== undefined : cluster.googleVm !== undefined;
}

/** What does not hold between a stack's hosts and its zone; each a sentence with the key, what was found and what is allowed. */
export function dnsProblems(config: StackConfig): string[] {
  const { zone } = config.dns;
  if (zone === undefined) return [];
  const { value } = knownAddress(config);
  const outside = distinct(hostClaims(config))
    .filter(({ service, alias }) => !ELSEWHERE.has(service) && alias === undefined)
    .filter((claim) => !isBelow(hostOf(claim), zone.domain));
  return [
    ...outside.map(
      ({ host, key, what }) =>
        `mybinder:dns.zone.domain: found ${zone.domain}, but ${what} answers at ${host} (${key}), which is outside that zone; ` +
        `allowed: a domain that ${host} is below, or no mybinder:dns.zone`,
    ),
    ...(value === undefined && !makesAddress(config)
      ? [
          "mybinder:dns.address: not set, and the program does not make the address; allowed: the IPv4 address to which the " +
            "records in mybinder:dns.zone are to lead",
        ]
      : []),
  ];
}

function knownAddress({ cluster, dns }: StackConfig): Pick<DnsRecord, "value" | "address"> {
  const host = cluster.kind === "k3s" ? cluster.host : undefined;
  const value = dns.address ?? (host !== undefined && /^[0-9.]+$/.test(host) ? host : undefined);
  return { value, address: value ?? wordsFor(cluster) };
}

function wordsFor(cluster: StackConfig["cluster"]): string {
  if (cluster.kind === "k3s") return "the address of the machine";
  if (cluster.kind === "gke" && cluster.entrypointAddress !== undefined) {
    return `the address ${cluster.entrypointAddress} of Google's project ${cluster.project}`;
  }
  return "the address of the ingress";
}

/** The host without a port, which only an external member's may have. */
function hostOf({ host }: HostClaim): string {
  return host.replace(/:[0-9]+$/, "");
}

/** One claim for each host: the first. */
function distinct(claims: readonly HostClaim[]): HostClaim[] {
  const hosts = claims.map(hostOf);
  return claims.filter((claim, index) => hosts.indexOf(hostOf(claim)) === index);
}
