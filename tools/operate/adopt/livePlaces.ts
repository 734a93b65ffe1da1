import type { LivePlace, SecretPlace } from "../../../secret/adopted";

/** Values that a release was given. */
export type LiveValues = Readonly<Record<string, unknown>>;

/** What a place has in a release's values, and at which paths. */
export interface Found {
  readonly paths: readonly string[];
  /** `undefined` when there is nothing. */
  readonly value: unknown;
}

/** Looks a place up in the values of a release: the first of its paths that has something, or every part that has. */
export function valueIn(values: LiveValues, place: Exclude<LivePlace, SecretPlace>): Found {
  if ("values" in place) {
    const path = [place.values].flat().find((one) => isThere(valueAt(values, one)));
    if (path === undefined) return { paths: [], value: undefined };
    return { paths: [path], value: valueAt(values, path) };
  }
  const found = Object.entries(place.parts)
    .map(([part, path]) => ({ part, path, value: valueAt(values, path) }))
    .filter(({ value }) => isThere(value));
  const map = Object.fromEntries(found.map(({ part, value }) => [part, value]));
  return { paths: found.map(({ path }) => path), value: found.length === 0 ? undefined : map };
}

/**
 * The value at a path: dots separate, `\.` is a dot of a key. A list of variables, `{name, value}` each, is gone into by name,
 * as an `extraEnv` may be one or a map.
 */
export function valueAt(values: LiveValues, path: string): unknown {
  return path
    .split(/(?<!\\)\./)
    .map((key) => key.replaceAll("\\.", "."))
    .reduce<unknown>((inner, key) => {
      if (Array.isArray(inner)) {
        return (inner as { name?: unknown; value?: unknown }[]).find(({ name }) => name === key)?.value;
      }
      return typeof inner === "object" && inner !== null ? (inner as LiveValues)[key] : undefined;
    }, values);
}

/** Empty counts as nothing. */
function isThere(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
  );
}
