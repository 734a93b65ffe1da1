import { addressesOf, cidrText, isWithin, type Network, networkText, parseNetwork } from "./network";
import type { Ban, BanKind } from "./list";

/** The longest prefix of a block whose addresses cryptnono is told one by one: it knows no blocks. */
const FLOW_LENGTH = 24;

/** The banned addresses that ask us, each once, in the one way to write them. */
export function bannedClients(bans: readonly Ban[]): string[] {
  return networksOf(bans, "client").map(networkText);
}

/** The banned host names, without those below another one. */
export function bannedHosts(bans: readonly Ban[]): string[] {
  const hosts = new Set(whatOf(bans, "host"));
  return [...hosts].filter((host) => !parentsOf(host).some((parent) => hosts.has(parent))).sort();
}

/** Patterns of banned repositories by the class of their provider. */
export function bannedRepositories(bans: readonly Ban[]): Record<string, string[]> {
  const patterns: Record<string, string[]> = {};
  for (const { kind, provider, what } of bans) {
    if (kind === "repository" && provider) (patterns[provider] ??= []).push(what);
  }
  return patterns;
}

/**
 * CoreDNS' server blocks for banned names, a file of K3s' ConfigMap coredns-custom: the name and all below it do not exist.
 * Blocks of their own, because CoreDNS finds one of thousands by its name; a plugin of the main block would try them all.
 */
export function coreDnsServers(bans: readonly Ban[]): string {
  const hosts = bannedHosts(bans);
  if (hosts.length === 0) return "# no host name is banned\n";
  return `${hosts.map((host) => `${host}:53`).join(" ")} {\n    errors\n    template ANY ANY {\n        rcode NXDOMAIN\n    }\n}\n`;
}

/** Addresses for cryptnono's flow killer, one a line. It knows IPv4 without blocks: blocks up to /24 are written out. */
export function flowAddresses(bans: readonly Ban[]): string {
  const small = networksOf(bans, "destination").filter(
    ({ family, length }) => family === 4 && length >= FLOW_LENGTH,
  );
  return [...new Set(small.flatMap(addressesOf)), ""].join("\n") || "\n";
}

/** What of an ipBlock's `cidr` pods must not reach: its own exceptions, and the banned destinations in it. Sorted. */
export function egressExcept(cidr: string, own: readonly string[], bans: readonly Ban[]): string[] {
  const outer = parseNetwork(cidr);
  const banned = networksOf(bans, "destination").filter((one) => outer !== undefined && isWithin(one, outer));
  return [...new Set([...own, ...banned.map(cidrText)])].sort();
}

/**
 * Traefik's dynamic configuration that refuses banned clients with 403 at both entry points, before any other router. Without
 * a banned client it has no router; what is left stays, because Traefik skips an empty configuration and keeps the last one.
 */
export function traefikConfig(bans: readonly Ban[]): Readonly<Record<string, unknown>> {
  const clients = bannedClients(bans);
  const router = {
    rule: clients.map((client) => `ClientIP(\`${client}\`)`).join(" || "),
    // above every rule's length, which is a router's priority by default
    priority: 1_000_000_000,
    middlewares: ["refuse"],
    service: "nobody",
  };
  return {
    http: {
      ...(clients.length > 0 && {
        routers: {
          "banned-web": { ...router, entryPoints: ["web"] },
          "banned-websecure": { ...router, entryPoints: ["websecure"], tls: {} },
        },
      }),
      // lets nobody through: 255.255.255.255 sends nothing
      middlewares: { refuse: { ipAllowList: { sourceRange: ["255.255.255.255/32"] } } },
      services: { nobody: { loadBalancer: { servers: [{ url: "http://127.0.0.1:9" }] } } },
    },
  };
}

/** Key of HAProxy's map of banned clients under which it says which list it holds. No client has this address. */
export const CLIENTS_DIGEST_KEY = "0.0.0.0";

/** The lines of HAProxy's map of banned clients, without the digest. */
export function clientLines(bans: readonly Ban[]): string[] {
  return bannedClients(bans).map((client) => `${client} banned`);
}

function networksOf(bans: readonly Ban[], kind: BanKind): Network[] {
  const texts = new Set(whatOf(bans, kind));
  return [...texts].sort().flatMap((text) => parseNetwork(text) ?? []);
}

function whatOf(bans: readonly Ban[], kind: BanKind): string[] {
  return bans.filter((ban) => ban.kind === kind).map(({ what }) => what);
}

function parentsOf(host: string): string[] {
  const labels = host.split(".");
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join("."));
}
