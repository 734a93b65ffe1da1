import { isMap } from "../schema/plain/mergeValues";

/** One difference between two trees of values; `undefined` where one tree has no value. */
export interface Difference {
  /** Keys joined by dots; a dot in a key is escaped as `\.`. */
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

/**
 * Every difference between two trees, sorted by path. Maps are compared key by key, even where only one side has the map,
 * so that each line is one value. Lists are compared as a whole.
 */
export function diffValues(left: unknown, right: unknown, path = ""): Difference[] {
  if ((isMap(left) || left === undefined) && (isMap(right) || right === undefined)) {
    const keys = new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})]);
    if (keys.size > 0) {
      return [...keys].sort().flatMap((key) => diffValues(left?.[key], right?.[key], join(path, key)));
    }
  }
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [{ path, left, right }];
}

function join(path: string, key: string): string {
  const escaped = key.replaceAll(".", "\\.");
  return path === "" ? escaped : `${path}.${escaped}`;
}
