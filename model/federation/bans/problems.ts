import { networkText, parseNetwork } from "./network";
import { privateNetwork } from "./privateNetworks";
import { type Ban, PROVIDERS } from "./list";

/** Shorter prefixes are no ban but an outage. */
const SHORTEST = { 4: 8, 6: 19 } as const;

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
  const own = privateNetwork(network);
  return own && `it is in ${networkText(own)}, where our own pods and probes are`;
}
