import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isObject, type MemberConfig } from "./config";

/** What a member said of itself in one round. */
export interface Observation {
  /** Why it could not be asked; undefined when it answered with what it should. */
  readonly problem?: { readonly kind: "unreachable" | "malformed"; readonly text: string };
  readonly versions: Readonly<Record<string, string>>;
  /** Every check of /health by its service, the quota excepted. */
  readonly checks: Readonly<Record<string, boolean>>;
  readonly load?: { readonly used: number; readonly quota: number };
}

/** BinderHub's answers are a few hundred bytes. */
const MAX_BYTES = 1 << 20;
/** Metrics have a series for each check: a member must not make thousands. */
const MAX_CHECKS = 20;
const QUOTA_CHECK = "Pod quota";

/** Asks a member once for its versions and its health. Never rejects. */
export async function observe(member: MemberConfig, timeoutMs: number): Promise<Observation> {
  const nothing = { versions: {}, checks: {} };
  try {
    const [versions, health] = await Promise.all([
      askJson(`${member.url}/versions`, timeoutMs, [200]),
      // unhealthy is 503, and says which check failed
      askJson(`${member.url}${member.healthPath ?? "/health"}`, timeoutMs, [200, 503]),
    ]);
    return { ...readHealth(health), versions: readVersions(versions) };
  } catch (error) {
    const kind = error instanceof Malformed ? "malformed" : "unreachable";
    return { ...nothing, problem: { kind, text: error instanceof Error ? error.message : String(error) } };
  }
}

class Malformed extends Error {}

/** The versions in an answer of /versions. Throws when it is none. */
export function readVersions(body: unknown): Record<string, string> {
  if (!isObject(body)) throw new Malformed("/versions is not a map");
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}

/** The checks and the load in an answer of /health. Throws when it is none. */
export function readHealth(body: unknown): Pick<Observation, "checks" | "load"> {
  const list = isObject(body) ? body["checks"] : undefined;
  if (!Array.isArray(list) || list.length > MAX_CHECKS) throw new Malformed("/health has no list of checks");
  const checks: Record<string, boolean> = {};
  let load: Observation["load"];
  for (const check of list as unknown[]) {
    if (!isObject(check) || typeof check["service"] !== "string" || typeof check["ok"] !== "boolean") {
      throw new Malformed("/health has a check without service and ok");
    }
    const { service, ok, total_pods: used, quota } = check as { service: string; ok: boolean } & typeof check;
    if (service === QUOTA_CHECK && typeof used === "number" && typeof quota === "number") {
      load = { used, quota };
    }
    // BinderHub calls a quota that is reached "not ok"; the head room says the same, and earlier
    else if (service !== QUOTA_CHECK || quota !== null) checks[service.slice(0, 60)] = ok;
  }
  return { checks, ...(load && { load }) };
}

function askJson(url: string, timeoutMs: number, statuses: readonly number[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? requestHttps : requestHttp;
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = send(url, { agent: false, signal, headers: { Accept: "application/json" } }, (response) => {
      const status = response.statusCode ?? 0;
      if (!statuses.includes(status)) {
        response.destroy();
        reject(new Malformed(`${url} answered ${String(status)}`));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > MAX_BYTES) {
          response.destroy();
          reject(new Malformed(`${url} answered more than ${String(MAX_BYTES)} bytes`));
        }
      });
      response.on("error", reject);
      response.on("end", () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")));
        } catch {
          reject(new Malformed(`${url} did not answer with JSON`));
        }
      });
    });
    asked.on("error", (error) => {
      reject(signal.aborted ? new Error(`${url} did not answer in ${String(timeoutMs)} ms`) : error);
    });
    asked.end();
  });
}
