import { answersForFederation } from "./federation";
import { isDeployed, lifecycleOf } from "../member/lifecycle";
import { type HostClaim, hostClaims } from "../member/hosts";
import type { Others } from "../member/mirrors";
import { isMap } from "../schema/plain/mergeValues";
import type { StackConfig } from "../schema/stack";

/** A public host that a stack asks from outside, and whose it is. */
export interface ProbedHost {
  /** Stack that answers there, or the name of an external member. */
  readonly stack: string;
  readonly host: string;
  readonly service: NonNullable<HostClaim["service"]>;
  /** Whether HTTPS answers there. */
  readonly tls: boolean;
  /** Where a redirect leads. */
  readonly target?: { readonly to: string; readonly type: "host" | "url" };
}

/**
 * The hosts that a stack asks: a proxy those of its members, a member those of the proxies that list it, and a stack that is both
 * its own. So whoever is down, somebody else notices. A broken stack file of a proxy blocks no member.
 */
export function probedHosts(
  name: string,
  config: StackConfig,
  { names, rawOf, configOf }: Others,
): ProbedHost[] {
  if (answersForFederation(config)) {
    return config.federation.members.flatMap(({ name: member, external }) => {
      if (external) return [externalHost(member, external.url)];
      const other = configOf(member);
      return other && isDeployed(lifecycleOf(other)) ? hostsOfStack(member, other) : [];
    });
  }
  return names.flatMap((proxy) => {
    if (proxy === name || !lists(rawOf(proxy), name)) return [];
    try {
      const other = configOf(proxy);
      return other ? hostsOfStack(proxy, other) : [];
    } catch {
      return [];
    }
  });
}

function hostsOfStack(stack: string, config: StackConfig): ProbedHost[] {
  const { tls } = config.certificates;
  const redirects = answersForFederation(config) ? config.redirects : [];
  return hostClaims(config).flatMap(({ host, service }) => {
    if (service === undefined) return [];
    const target = service === "redirects" ? redirects.find(({ from }) => from === host) : undefined;
    return [{ stack, host, service, tls, ...(target && { target: { to: target.to, type: target.type } }) }];
  });
}

function externalHost(stack: string, url: string): ProbedHost {
  const { host, protocol } = new URL(url);
  return { stack, host, service: "binder", tls: protocol === "https:" };
}

function lists(raw: unknown, name: string): boolean {
  const federation = isMap(raw) ? raw["federation"] : undefined;
  const members: unknown = isMap(federation) ? federation["members"] : undefined;
  return Array.isArray(members) && members.some((member) => isMap(member) && member["name"] === name);
}
