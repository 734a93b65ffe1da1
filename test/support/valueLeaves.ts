import { isMap, mergeValues, setAt, type Values } from "../../model/schema/plain/mergeValues";

/** A value at its path, where lists and empty maps are values. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** Every leaf of values, by its path, with a dot in a key escaped as for setAt. */
export function leavesOf(values: Values, under = ""): Leaf[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = `${under === "" ? "" : `${under}.`}${key.replaceAll(".", "\\.")}`;
    return isMap(value) && Object.keys(value).length > 0 ? leavesOf(value, path) : [{ path, value }];
  });
}

/** The values with each of these leaves changed to another value of its type. */
export function changed(values: Values, leaves: readonly Leaf[]): Values {
  return mergeValues(values, ...leaves.map(({ path, value }) => setAt(path, another(value))));
}

function another(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return /^[0-9]/.test(value) ? `1${value}` : `${value}-changed`;
  if (Array.isArray(value)) {
    const [first] = value as unknown[];
    return value.length === 0
      ? ["changed"]
      : typeof first === "string"
        ? [...(value as unknown[]), "changed"]
        : [];
  }
  return { changed: "changed" };
}

/** Values with a mark in each of these leaves that can hold one, and the marks by path. */
export function marked(
  values: Values,
  leaves: readonly Leaf[],
): { values: Values; marks: Map<string, string> } {
  const marks = new Map<string, string>();
  const layers = leaves.flatMap(({ path, value }, index): Values[] => {
    const number = 7_000_000 + index;
    const mark = typeof value === "number" ? String(number) : `mark${String(number)}`;
    const put = withMark(value, mark);
    if (put === undefined) return [];
    marks.set(path, mark);
    return [setAt(path, put)];
  });
  return { values: mergeValues(values, ...layers), marks };
}

function withMark(value: unknown, mark: string): unknown {
  if (typeof value === "number") return Number(mark);
  if (typeof value === "string") return value === "" ? undefined : mark;
  const texts = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
  return texts ? [...(value as unknown[]), mark] : undefined;
}
