import type { TrafficTable } from "../../model/federation/trafficShare";

/** A member as the chart describes it to the agent. */
export interface MemberConfig {
  readonly name: string;
  /** Scheme and host, without a slash at the end. */
  readonly url: string;
  readonly weight: number;
  /** Launches at the same time, as the deployment derives it: a member cannot claim more. */
  readonly launchQuota?: number;
  readonly healthPath?: string;
}

/** The agent's configuration: the part of the chart's values that it needs, in seconds where it is time. */
export interface AgentConfig {
  /** In the order in which they serve pages. */
  readonly members: readonly MemberConfig[];
  /** Between two rounds of requests. */
  readonly periodSeconds: number;
  /** After which a member whose /versions does not answer counts as unreachable. */
  readonly timeoutSeconds: number;
  /** After which a member whose /health does not answer, though its /versions does, counts as ill. */
  readonly healthPatienceSeconds: number;
  /** For how long a member repeats a count of its pods: BinderHub counts at most once in 60 s (its health.py). */
  readonly quotaSeconds: number;
  /** Replicas of the proxy, each of which sees its part of the launches. */
  readonly replicas: number;
  /** Bad rounds in a row after which a member that answers badly, or not at all, is left out. */
  readonly fall: number;
  /** Good rounds in a row after which it is back. */
  readonly rise: number;
  /** Part of its quota that a member keeps free, at least. */
  readonly headroom: number;
  /** Part of its quota, above the head room, over which its weight falls to nothing. */
  readonly taper: number;
  /** What /versions should say, by its keys; a key that is missing is compared with most members. */
  readonly expectedVersions: Readonly<Record<string, string>>;
  /** How long a member may have other versions. */
  readonly skewMinutes: number;
  /** Launches that must remain when members are left out for their versions; default: half of all. */
  readonly capacityFloor?: number;
  /** How old the result of a synthetic launch may be. */
  readonly launchMaxAgeMinutes: number;
  /** URL of the API server that has the inputs; undefined: only the mounted files are read. */
  readonly apiServer?: string;
  /** Host of the federation, for its status page. */
  readonly host?: string;
  /** URL at which HAProxy serves the status page; undefined: it is not asked to keep it. */
  readonly statusUrl?: string;
}

/** Where the agent reads and writes. All in the pod, shared with HAProxy. */
export interface Paths {
  readonly config: string;
  /** Folder of traffic.json, launches.json and bans.json, for as long as the API server has not answered. */
  readonly input: string;
  /** Folder of the service account: token, ca.crt, namespace. */
  readonly account: string;
  /** HAProxy's map file, from which it starts. */
  readonly table: string;
  /** HAProxy's map of banned clients. */
  readonly clients: string;
  readonly socket: string;
}

/** Far more than any; shares are sums of weights. */
const MAX_WEIGHT = 1e6;

/** The traffic table from its text. Throws when it is not one: the caller keeps the last good one. */
export function parseTraffic(text: string): TrafficTable {
  const table: unknown = JSON.parse(text);
  if (!isObject(table)) throw new Error("not a map of members");
  for (const [member, entry] of Object.entries(table)) {
    if (!isObject(entry)) throw new Error(`${member} is not a map`);
    const { weight, drain, until, rampFrom } = entry;
    // 1e999 is a number in JSON, and Infinity here
    if (weight !== undefined && !(typeof weight === "number" && weight >= 0 && weight <= MAX_WEIGHT)) {
      bad(member, "weight");
    }
    if (drain !== undefined && drain !== true) bad(member, "drain");
    for (const [key, time] of Object.entries({ until, rampFrom })) {
      if (time !== undefined && !(typeof time === "string" && !Number.isNaN(Date.parse(time)))) {
        bad(member, key);
      }
    }
  }
  return table as TrafficTable;
}

function bad(member: string, key: string): never {
  throw new Error(`${member}.${key} is malformed`);
}

/** Results of synthetic launches, by member. */
export type LaunchResults = Readonly<Record<string, { readonly ok: boolean; readonly at: string }>>;

/** The results of synthetic launches from their text. Throws when it is something else. */
export function parseLaunches(text: string): LaunchResults {
  const results: unknown = JSON.parse(text);
  if (!isObject(results)) throw new Error("not a map of members");
  for (const [member, result] of Object.entries(results)) {
    if (!isObject(result) || typeof result["ok"] !== "boolean" || typeof result["at"] !== "string") {
      throw new Error(`${member} has no {ok, at}`);
    }
  }
  return results as LaunchResults;
}

/** Whether a value is a map. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
