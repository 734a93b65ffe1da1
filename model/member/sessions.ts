import { isMap } from "../schema/plain/mergeValues";
import { sessionBytes } from "../schema/plain/quantity";
import type { MemberConfig } from "../schema/stack";
import type { Resources } from "./systemRequests";

/** How long a session lasts at most: `jupyterhub.cull.maxAge` of the chart. */
export const LONGEST_SESSION_SECONDS = 21_600;
/** How often the hub looks for sessions to end: `jupyterhub.cull.every` of the chart. */
export const CULL_SECONDS = 660;

/** A session's guarantees, and the problems of its limits. */
export interface Sessions {
  readonly guarantee: Resources;
  readonly problems: readonly string[];
}

/** One of the four settings, from the stack file's key or the last override that has it. */
interface Setting {
  readonly key: string;
  readonly value: unknown;
  /** Bytes or CPUs; `undefined` when JupyterHub could not read it. */
  readonly amount: number | undefined;
}

/**
 * The guarantees of a session, and whether its limits are at least as large. Kubernetes refuses a pod whose limit is below
 * its request, so no session would start. Overrides count.
 */
export function sessionsOf(config: MemberConfig): Sessions {
  const setting = (what: "memory" | "cpu", kind: "Guarantee" | "Limit"): Setting => {
    const found = settingOf(config, what, kind);
    return { ...found, amount: what === "memory" ? memoryOf(found.value) : cpusOf(found.value) };
  };
  const pairs = (["memory", "cpu"] as const).map(
    (what) => [setting(what, "Guarantee"), setting(what, "Limit")] as const,
  );
  const [memory, cpu] = pairs.map(([guarantee]) => guarantee.amount ?? 0);
  return {
    guarantee: { cpus: cpu ?? 0, bytes: memory ?? 0 },
    problems: pairs.flatMap(([guarantee, limit]) => [
      ...[guarantee, limit].flatMap(unreadable),
      ...below(guarantee, limit),
    ]),
  };
}

function settingOf(
  { binder, overrides }: MemberConfig,
  what: "memory" | "cpu",
  kind: "Guarantee" | "Limit",
): Pick<Setting, "key" | "value"> {
  const path = ["binderhub", "jupyterhub", "singleuser", what, kind.toLowerCase()];
  const own = { key: `mybinder:binder.user.${what}${kind}`, value: binder.user[`${what}${kind}`] as unknown };
  return overrides.reduce((last, { values }, index) => {
    const value = path.reduce<unknown>((inner, key) => (isMap(inner) ? inner[key] : undefined), values);
    if (value === undefined) return last;
    return { key: `mybinder:overrides[${String(index)}].values.${path.join(".")}`, value };
  }, own);
}

function unreadable({ key, value, amount }: Setting): string[] {
  if (amount !== undefined) return [];
  return [`${key}: found ${JSON.stringify(value)}; allowed: memory such as 450M or 2G, CPUs such as 0.5`];
}

function below(guarantee: Setting, limit: Setting): string[] {
  if (limit.amount === undefined || guarantee.amount === undefined || limit.amount >= guarantee.amount) {
    return [];
  }
  return [
    `${limit.key}: found ${String(limit.value)}, below the guarantee ${String(guarantee.value)}, ` +
      `so no session could start; allowed: at least ${String(guarantee.value)}`,
  ];
}

function memoryOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  try {
    return sessionBytes(String(value));
  } catch {
    return undefined;
  }
}

function cpusOf(value: unknown): number | undefined {
  const cpus = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof cpus === "number" && Number.isFinite(cpus) ? cpus : undefined;
}
