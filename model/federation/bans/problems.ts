import { isWithin, type Network, networkText, parseNetwork } from "./network";
import { type Ban, PROVIDERS } from "./list";

/** Shorter prefixes are no ban but an outage. */
const SHORTEST = { 4: 8, 6: 19 } as const;

/** Networks that are nobody's on the internet: our own pods and probes come from them. */
const OURS = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::/16",
  "fc00::/7",
  "fe80::/10",
].flatMap((text) => parseNetwork(text) ?? []);

const HOST = /^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
/** Names that only a cluster resolves. */
const LOCAL = /(^|\.)(local|internal|localhost|arpa)$/;

/** What is wrong with a ban: the rule, and what is allowed; `undefined` when nothing is. The caller says which ban. */
export function banProblem({ kind, what, provider, reason, until }: Ban): string | undefined {
  if (reason.trim() === "" || reason.includes("\n")) return "the reason is one line, and not empty";
  if (until !== undefined && Number.isNaN(Date.parse(until))) {
    return "until is a time such as 2026-12-01T18:00:00Z";
  }
  if (kind === "repository") {
    return PROVIDERS.some((one) => one === provider)
      ? undefined
      : `the provider is one of ${PROVIDERS.join(", ")}`;
  }
  if (provider !== undefined) return `only a repository has a provider, not a ${kind}`;
  return kind === "host" ? hostProblem(what) : networkProblem(what);
}

function hostProblem(what: string): string | undefined {
  if (!HOST.test(what)) {
    return "a host is a full name in lower case such as pool.example.org; names below it are banned with it";
  }
  return LOCAL.test(what) ? "a name of the cluster itself must resolve" : undefined;
}

function networkProblem(what: string): string | undefined {
  const network = parseNetwork(what);
  if (!network) return "an address or a CIDR block, of IPv4 or IPv6, without bits beyond its prefix";
  if (networkText(network) !== what) return `it is written ${networkText(network)}`;
  const shortest = SHORTEST[network.family];
  if (network.length < shortest) {
    return `the prefix of IPv${String(network.family)} has at least ${String(shortest)} bits`;
  }
  const own = OURS.find((one) => touches(network, one));
  return own && `it is in ${networkText(own)}, where our own pods and probes are`;
}

function touches(a: Network, b: Network): boolean {
  return isWithin(a, b) || isWithin(b, a);
}
