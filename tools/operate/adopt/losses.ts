import { isDeepStrictEqual } from "node:util";
import { diffValues } from "../../../model/values/diffValues";
import { isMap, type Values } from "../../../model/schema/plain/mergeValues";
import { parseQuantity } from "../../../model/schema/plain/quantity";
import type { KubeObject } from "../../ground/cluster/kubectl";
import { type LiveValues, valueAt } from "./livePlaces";
import { type ReviewedObject, reviewedObjects } from "./reviewed/objects";
import { type ReviewedValue, reviewedValues } from "./reviewed/values";

/** Something that a live release has and the first `pulumi up` deletes or leaves out. Shows no value of the release. */
export interface Loss {
  /** By which it is waived: a path of values, `Kind/name` of an object, the key of a secret. */
  readonly name: string;
  /** What is lost, and what an operator can do about it. */
  readonly what: string;
}

/** Something that is gone, too, but that the program has in another form; reviewed in reviewed/. */
export interface Replaced {
  readonly name: string;
  readonly by: string;
}

export interface Comparison {
  readonly losses: readonly Loss[];
  readonly replaced: readonly Replaced[];
}

/** The paths of a release's values that it uses, each with its value: what is switched off is not used. */
function usedValues(live: LiveValues): Map<string, unknown> {
  const leaves = diffValues({}, withNamedEntries(live)).map(({ path, right }) => [path, right] as const);
  const off = leaves
    .filter(([path, value]) => value === false && /(^|\.)enabled$|^[a-zA-Z-]+Enabled$/.test(path))
    .map(([path]) => path.replace(/\.?[eE]nabled$/, ""));
  const isOff = (path: string): boolean =>
    off.some((section) => path.startsWith(`${section}.`) && path !== `${section}.enabled`);
  return new Map(leaves.filter(([path, value]) => value !== null && !isOff(path)));
}

/**
 * Every value that a live release was given and that the program (whose values are `ours`) does not give too: neither the
 * same at its path, nor taken over as a secret (`taken`, paths), nor in another form. A section of which the program knows
 * nothing is one loss.
 */
export function compareValues(live: LiveValues, ours: Values, taken: readonly string[]): Comparison {
  const own = withNamedEntries(ours) as Values;
  const replaced: Replaced[] = [];
  const open = new Map<string, ReviewedValue | undefined>();
  const settled: string[] = [];
  for (const [path, value] of usedValues(live)) {
    const same = isTaken(path, taken) || isSame(value, valueAt(own, path)) || isOffBoth(path, value, own);
    const rule = same ? undefined : reviewedValues.find(({ at }) => matches(path, at));
    const holds = rule?.by !== undefined && (rule.holds?.(value, ours, path) ?? true);
    if (holds) replaced.push({ name: path, by: rule.by });
    if (same || holds) settled.push(path);
    else open.set(path, rule);
  }
  return { losses: grouped(open, settled, own), replaced: distinct(replaced) };
}

/** Every object of a live release that Helm deletes since ours does not have it; `isKept`: it stays, whatever Helm has. */
export function compareObjects(
  stack: string,
  live: { readonly objects: readonly KubeObject[]; readonly values: LiveValues },
  ours: readonly KubeObject[],
  isKept: (object: KubeObject) => boolean,
): Comparison {
  const there = new Set(ours.map((object) => objectName(stack, object)));
  const gone = live.objects
    .filter((object) => !isKept(object))
    .map((object) => objectName(stack, object))
    .filter((name) => !there.has(name))
    .map((name) => ({ name, rule: ruleOf(stack, live.values, name) }));
  const wholes = new Map<string, string[]>();
  for (const { name, rule } of gone) {
    if (rule?.by !== undefined) continue;
    const whole = rule?.name ?? name;
    wholes.set(whole, [...(wholes.get(whole) ?? []), name]);
  }
  return {
    losses: [...wholes].map(([whole, names]) => {
      const rule = gone.find(({ name }) => name === names[0])?.rule;
      const what = names.join() === whole ? "Helm deletes it" : `Helm deletes ${names.join(", ")}`;
      return { name: whole, what: `${what}${meaning(rule)}` };
    }),
    replaced: gone.flatMap(({ name, rule }) => (rule?.by === undefined ? [] : [{ name, by: rule.by }])),
  };
}

/** `Kind/name`, and `Kind/namespace/name` where it is not in the stack's namespace. */
export function objectName(stack: string, { kind, metadata: { name, namespace } }: KubeObject): string {
  return [kind, ...(namespace === undefined || namespace === stack ? [] : [namespace]), name].join("/");
}

function ruleOf(stack: string, live: LiveValues, name: string): ReviewedObject | undefined {
  return reviewedObjects.find(
    ({ objects, where }) =>
      objects.some((one) => one.replace("STACK", stack) === name) && (where?.(live) ?? true),
  );
}

function meaning(rule: { readonly means?: string } | undefined): string {
  return rule?.means === undefined ? "" : `; ${rule.means}`;
}

/** Open values as losses: one for each section that the program knows nothing of, else one for each value. */
function grouped(
  open: ReadonlyMap<string, ReviewedValue | undefined>,
  settled: readonly string[],
  ours: Values,
): Loss[] {
  const sections = new Map<string, string[]>();
  for (const [path, rule] of open) {
    const section =
      rule?.by === undefined
        ? prefixes(path).find(
            (prefix) =>
              valueAt(ours, prefix) === undefined && !settled.some((one) => one.startsWith(`${prefix}.`)),
          )
        : undefined;
    const name = section ?? path;
    sections.set(name, [...(sections.get(name) ?? []), path]);
  }
  return [...sections].map(([section, paths]) => {
    const rule = paths.map((path) => open.get(path)).find((one) => one !== undefined);
    const given = valueAt(ours, section);
    const unknown = `the program has no rule for ${section === rule?.name ? "its values" : section}`;
    const what =
      rule?.by !== undefined
        ? `${rule.by}, with another value`
        : given === undefined
          ? `${unknown}${paths.length > 1 ? ` (${String(paths.length)} values)` : ""}`
          : `the program sets ${shown(given)}`;
    return { name: rule?.name ?? section, what: `${what}${meaning(rule)}` };
  });
}

/** One loss for each name: objects and values of the same thing are waived together. */
export function allLosses(...comparisons: readonly Comparison[]): Comparison {
  const byName = new Map<string, Loss[]>();
  for (const loss of comparisons.flatMap(({ losses }) => losses)) {
    byName.set(loss.name, [...(byName.get(loss.name) ?? []), loss]);
  }
  return {
    losses: [...byName].map(([name, losses]) => {
      const parts = losses.flatMap(({ what }) => what.split("; "));
      return { name, what: [...new Set(parts)].join("; ") };
    }),
    replaced: comparisons.flatMap(({ replaced }) => replaced),
  };
}

function prefixes(path: string): string[] {
  const keys = path.split(/(?<!\\)\./);
  return keys.map((_, index) => keys.slice(0, index + 1).join("."));
}

/** A value of ours, which has no secret in it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? "another value" : text;
}

function isTaken(path: string, taken: readonly string[]): boolean {
  return taken.some((one) => path === one || path.startsWith(`${one}.`));
}

/** A switch that is off in the release, and of which the program has nothing either. */
function isOffBoth(path: string, value: unknown, ours: Values): boolean {
  return value === false && path.endsWith(".enabled") && valueAt(ours, path) === undefined;
}

/** Whether two values mean the same: `0.1` and `"100m"` do, and so does the order of a map's keys not matter. */
export function isSame(one: unknown, other: unknown): boolean {
  if (isDeepStrictEqual(plain(one), plain(other))) return true;
  const [a, b] = [quantity(one), quantity(other)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.abs(a) * 1e-9;
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function quantity(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  try {
    return parseQuantity(value);
  } catch {
    return undefined;
  }
}

/** Lists of variables as maps, so that each is looked at by its name. */
function withNamedEntries(value: unknown): unknown {
  if (Array.isArray(value)) {
    const entries = value as { name?: unknown; value?: unknown }[];
    const named =
      entries.length > 0 &&
      entries.every((one) => isMap(one) && typeof one.name === "string" && "value" in one);
    return named ? Object.fromEntries(entries.map((one) => [String(one.name), one.value])) : value;
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNamedEntries(inner)]));
}

/** Whether a path is one that a pattern names, or below it; `*` is one key. */
function matches(path: string, pattern: string): boolean {
  const keys = path.split(/(?<!\\)\./);
  const wanted = pattern.split(/(?<!\\)\./);
  return wanted.length <= keys.length && wanted.every((key, index) => key === "*" || key === keys[index]);
}

function distinct(replaced: readonly Replaced[]): Replaced[] {
  return [...new Map(replaced.map((one) => [`${one.name} ${one.by}`, one])).values()];
}
