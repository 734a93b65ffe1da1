/** A Helm value: a JSON value, `undefined` (same as absent), or a leaf that is not plain data (an output). */
export type Values = Record<string, unknown>;

/**
 * Merges Helm values, later layers over earlier ones, by Helm's rule for several `-f` files: maps merge key by
 * key, everything else replaces. A `null` replaces too and stays; release.ts refuses it.
 * Inputs are not changed.
 * Source: `mergeMaps` in helm.sh/helm/v3/pkg/cli/values; `test/chart/values.test.ts` asks helm itself.
 */
export function mergeValues(...layers: readonly Values[]): Values {
  return layers.reduce<Values>((merged, layer) => mergeTwo(merged, layer), {});
}

function mergeTwo(under: Values, over: Values): Values {
  const merged: Values = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isMap(value) ? mergeTwo(isMap(below) ? below : {}, value) : value;
  }
  return merged;
}

/** Whether a value is a map in Helm's sense. Outputs and other class instances are leaves. */
export function isMap(value: unknown): value is Values {
  if (value === null || typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `setAt("a.b", 1)` is `{ a: { b: 1 } }`. A dot within a key is escaped: `a.b\.c`. */
export function setAt(path: string, value: unknown): Values {
  const keys = path.split(/(?<!\\)\./).map((key) => key.replaceAll("\\.", "."));
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;
}
