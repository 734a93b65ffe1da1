import { isObject } from "./config";

/*
 * What members say, taken into shapes with limits before it becomes a number, a label, a line of the log or an entry of
 * the table. One that says something else breaks the protocol: it is ill, and nobody else's problem.
 */

/** A member said what BinderHub never says. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** What a member says of its quota. */
export interface Load {
  /** Pods that count: users' and builds'. */
  readonly used: number;
  readonly quota: number;
}

/** The bytes of an answer; BinderHub's are a few hundred. All members together are a few MiB, also when all of them lie. */
export const MAX_BYTES = 32 << 10;
/** Metrics have a series for each check. */
const MAX_ENTRIES = 20;
const MAX_LENGTH = 200;
/** Pods of a member; the largest has some hundreds. */
const MAX_COUNT = 100_000;
const QUOTA_CHECK = "Pod quota";

/** The versions in an answer of /versions; other keys than texts are ignored. Throws Malformed when it is none. */
export function readVersions(body: unknown): Record<string, string> {
  if (!isObject(body)) throw new Malformed("/versions is not a map");
  const entries = Object.entries(body);
  if (entries.length > MAX_ENTRIES) throw new Malformed("/versions has too many keys");
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      typeof value === "string" ? [[name(key, "/versions"), text(value, "/versions")]] : [],
    ),
  );
}

/** The checks and the load in an answer of /health. Throws Malformed when it is none. */
export function readHealth(body: unknown): { checks: Record<string, boolean>; load?: Load } {
  const list = isObject(body) ? body["checks"] : undefined;
  if (!Array.isArray(list) || list.length > MAX_ENTRIES) throw new Malformed("/health has no list of checks");
  const checks = new Map<string, boolean>();
  let load: Load | undefined;
  for (const check of list as unknown[]) {
    if (!isObject(check) || typeof check["service"] !== "string" || typeof check["ok"] !== "boolean") {
      throw new Malformed("/health has a check without service and ok");
    }
    const { ok, total_pods: used, quota } = check;
    const service = name(check["service"], "/health");
    if (service !== QUOTA_CHECK) checks.set(service, check["ok"]);
    // BinderHub calls a quota that is reached "not ok"; the head room says the same, and earlier. null: it has none
    else if (quota === undefined) checks.set(service, ok);
    else if (quota !== null) load = { used: count(used), quota: count(quota) };
  }
  return { checks: Object.fromEntries(checks), ...(load && { load }) };
}

/** A name that becomes a label and a part of a log line: what one can read, and no more. */
function name(value: string, where: string): string {
  if (!/^[\x20-\x7e]{1,60}$/.test(value)) throw new Malformed(`${where} has a name that is not legible`);
  return value;
}

function text(value: string, where: string): string {
  if (value.length > MAX_LENGTH) throw new Malformed(`${where} has a text that is too long`);
  return value;
}

function count(value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT) {
    return value as number;
  }
  throw new Malformed("/health has a number of pods that is none");
}
