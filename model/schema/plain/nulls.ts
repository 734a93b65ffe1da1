/** Path of a value within another: keys of maps and indices of lists, from the outside in. */
export type ValuePath = readonly (string | number)[];

/**
 * Paths of the nulls in a tree of plain maps and lists, in the order of the tree. Leaves that are not plain data (outputs)
 * are not searched.
 *
 * Helm values must not hold nulls. For a key of a dependency's own values.yaml, Helm reads null as "delete the default". Any
 * other null is passed on, even one meant to delete a value of the meta chart, and then the dependency's templates or its
 * program fail on it. test/chart/nulls.test.ts asks Helm itself.
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
