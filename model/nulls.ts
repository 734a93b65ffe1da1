/** Path of a value inside another: keys of maps and indices of lists, from the outside in. */
export type ValuePath = readonly (string | number)[];

/**
 * Where a tree of plain maps and lists holds null, in the order of the tree. Leaves that are not plain (outputs) are not
 * looked into.
 *
 * Helm values hold none. For a key that a dependency's own values.yaml has, Helm takes null as "delete the default"; any
 * other null it passes on, also one that was meant to delete a value of the meta chart, and the dependency's templates or
 * the program behind them then fail on it. test/chart/nulls.test.ts asks Helm itself.
 */
export function nullPaths(value: unknown): ValuePath[] {
  if (value === null) return [[]];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((inner: unknown, index) => [index, inner])
    : isPlainMap(value)
      ? Object.entries(value)
      : [];
  return entries.flatMap(([key, inner]) => nullPaths(inner).map((path) => [key, ...path]));
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
