import { PROVIDERS } from "../model/federation/bans/list";
import { type Bans, bansOf, bansPath } from "./bans";
import { always, serves } from "./needs";
import type { GivenSecret } from "./types";

/** What a restart of BinderHub costs: its preStop hook (charts/mybinder/values.yaml) waits for what is under way, up to a limit. */
export const BINDER_RESTARTS =
  "BinderHub's replicas restart one after the other; each waits up to 10 minutes for its launches, and what takes longer fails";
const NOT_A_CREDENTIAL = "it gives no access, and what is banned on one member is banned on all";
const UNBAN = "nothing: it gives no access";

/** Lists of who and what is banned: kept secret so that nobody reads how to get around them. */
export const bannedLists: readonly Omit<GivenSecret, "source" | "placeholder">[] = [
  {
    key: "bans",
    purpose: "the one list of bans: addresses, host names and repositories, each with its reason and end",
    usedBy:
      "the ban keeper (entrypoint, BinderHub, CoreDNS, network policies, cryptnono), the federation proxy's agent",
    shape: "ban-list",
    optional: always,
    values: [],
    neededBy: always,
    shared: NOT_A_CREDENTIAL,
    setWith: "npx mybinder bans add",
    rotation: {
      renew: "npx mybinder bans add or remove",
      effect: "nothing restarts but cryptnono, where addresses that pods must not reach changed",
      revoke: UNBAN,
    },
  },
  {
    key: "bannedEgress",
    purpose: "named lists of addresses that user and build pods must not reach",
    usedBy: "the network policies of user and build pods",
    shape: "address-lists",
    format: "yaml",
    optional: always,
    values: ["networkPolicy.egress.bannedIps"],
    neededBy: serves,
    shared: NOT_A_CREDENTIAL,
    rotation: { renew: "edit the lists", effect: "nothing restarts", revoke: UNBAN },
  },
  {
    key: "bannedIngress",
    purpose: "list of addresses that must not reach us",
    usedBy: "the network policy of the ingress",
    shape: "address-list",
    format: "yaml",
    optional: always,
    values: ["networkPolicy.ingress.bannedIps"],
    neededBy: always,
    shared: NOT_A_CREDENTIAL,
    rotation: { renew: "edit the list", effect: "nothing restarts", revoke: UNBAN },
  },
  {
    key: "bannedSpecs",
    purpose: "patterns of repositories that are refused, by BinderHub's provider; a plain list is GitHub's",
    usedBy: "BinderHub",
    shape: "bans",
    format: "yaml",
    optional: always,
    values: PROVIDERS.map(bansPath),
    part: (bans, path) =>
      PROVIDERS.filter((one) => bansPath(one) === path).flatMap((one) => bansOf(bans as Bans, one)),
    neededBy: serves,
    shared: NOT_A_CREDENTIAL,
    rotation: { renew: "edit the lists", effect: BINDER_RESTARTS, revoke: UNBAN },
  },
  {
    key: "cryptnonoRules",
    purpose:
      "texts of command lines that miners have, by name of the rule; without it only the chart's test rule",
    usedBy: "cryptnono",
    shape: "command-rules",
    format: "yaml",
    optional: always,
    values: ["cryptnono.detectors.execwhacker.configs"],
    neededBy: serves,
    shared: NOT_A_CREDENTIAL,
    rotation: { renew: "edit the rules", effect: "cryptnono restarts on every node", revoke: UNBAN },
  },
  {
    key: "processRules",
    purpose: "rules on what runs in user and build pods; without it no process scanner runs",
    usedBy: "the process scanner",
    shape: "process-rules",
    format: "yaml",
    optional: always,
    values: ["processScanner.rules"],
    enables: "processScanner.enabled",
    neededBy: serves,
    shared: NOT_A_CREDENTIAL,
    rotation: {
      renew: "edit the rules",
      effect: "the process scanner restarts on every node",
      revoke: UNBAN,
    },
  },
];
