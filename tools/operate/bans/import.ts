import { type Ban, type BanKind, banKey, type Provider } from "../../../model/federation/bans/list";
import { networkText, parseNetwork } from "../../../model/federation/bans/network";
import { banProblem } from "../../../model/federation/bans/problems";
import { parseYaml } from "../../../model/schema/plain/silentYaml";
import { type Bans, bansOf } from "../../../secret/bans";
import { PROVIDERS } from "../../../model/federation/bans/list";
import { Failure } from "../../ground/terminal/failure";
import type { StackList } from "./lists";

/** The three secrets of a release of the former script, which the one list replaces. */
export const FORMER = ["bannedEgress", "bannedIngress", "bannedSpecs"] as const;

/**
 * What the former secrets of a stack ban, as bans. Throws Failure with the place of what cannot be one, without showing it.
 */
export function formerBans({ stack, secret }: StackList): Ban[] {
  const parsed = (key: (typeof FORMER)[number]): unknown => {
    const text = secret(key);
    return text === undefined ? undefined : parseYaml(text);
  };
  const egress = (parsed("bannedEgress") ?? {}) as Readonly<Record<string, readonly string[]>>;
  const ingress = (parsed("bannedIngress") ?? []) as readonly string[];
  const specs = (parsed("bannedSpecs") ?? {}) as Bans;
  const found = [
    ...Object.entries(egress).flatMap(([name, list]) =>
      list.map((what) => address("destination", what, `from bannedEgress, list ${name}`)),
    ),
    ...ingress.map((what) => address("client", what, "from bannedIngress")),
    ...PROVIDERS.filter((provider) => provider !== "GistRepoProvider" || !Array.isArray(specs)).flatMap(
      (provider) => bansOf(specs, provider).map((what) => repository(provider, what)),
    ),
  ];
  const problems = found.flatMap((ban, index) => {
    const problem = banProblem(ban);
    return problem === undefined ? [] : [`${stack}, ban ${String(index + 1)} (${ban.reason}): ${problem}`];
  });
  if (problems.length > 0) throw new Failure(`nothing was set:\n${problems.join("\n")}`);
  return [...new Map(found.map((ban) => [banKey(ban), ban])).values()];
}

function address(kind: BanKind, text: string, reason: string): Ban {
  const network = parseNetwork(text);
  return { kind, what: network ? networkText(network) : text, reason };
}

function repository(provider: Provider, what: string): Ban {
  return { kind: "repository", provider, what, reason: "from bannedSpecs" };
}
