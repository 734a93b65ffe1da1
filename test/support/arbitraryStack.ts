import * as fc from "fast-check";
import { z } from "zod";
import { stackSchema } from "../../model/schema/stack";
import type { RawConfig } from "../../model/schema/rawConfig";

/** A part of the model's schema, as JSON Schema. */
export interface Part {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Part;
  readonly additionalProperties?: Part | boolean;
  readonly items?: Part;
  readonly oneOf?: readonly Part[];
  readonly anyOf?: readonly Part[];
  readonly allOf?: readonly Part[];
}

/** The model's schema of stacks of each role, what is not said left out. */
export const MODEL = z.toJSONSchema(stackSchema, { io: "input", unrepresentable: "any" }) as Part;

/**
 * Stack files like `raw` with up to four values replaced by others, at any place that the model's schema has: values of
 * the right grammar, at its limits, and of none. Most are still valid; whether one is, the model says.
 */
export function changedStack(raw: RawConfig): fc.Arbitrary<RawConfig> {
  const role = MODEL.oneOf?.find(({ properties }) => properties?.["role"]?.const === raw["role"]) ?? {};
  const step = (value: fc.Arbitrary<unknown>, index: number): fc.Arbitrary<unknown> =>
    index === 0
      ? value
      : step(
          value.chain((before) => changed(role, before)),
          index - 1,
        );
  return fc
    .integer({ min: 1, max: 4 })
    .chain((changes) => step(fc.constant(raw), changes)) as fc.Arbitrary<RawConfig>;
}

/** Values of a part, those at the limits of its grammar and hostile ones among them. */
export function anyOf(part: Part): fc.Arbitrary<unknown> {
  const known = made.get(part) ?? newArbitrary(part);
  made.set(part, known);
  return known;
}

/** An arbitrary of a grammar takes long to make, and there are a hundred of them. */
const made = new WeakMap<Part, fc.Arbitrary<unknown>>();

function newArbitrary(part: Part): fc.Arbitrary<unknown> {
  if (part.const !== undefined) return fc.constant(part.const);
  if (part.enum) return fc.constantFrom(...part.enum);
  const alternatives = part.oneOf ?? part.anyOf;
  if (alternatives) return fc.oneof(...alternatives.map(anyOf));
  switch (part.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return number(part);
    case "string":
      return text(part);
    case "array":
      return fc.array(anyOf(part.items ?? {}), { minLength: part.minItems ?? 0, maxLength: 3 });
    case "object":
      return object(part);
    default:
      return fc.constant({});
  }
}

function object({
  properties,
  required = [],
  propertyNames,
  additionalProperties,
}: Part): fc.Arbitrary<unknown> {
  if (properties) {
    const parts = Object.fromEntries(Object.entries(properties).map(([key, part]) => [key, anyOf(part)]));
    return fc.record(parts, { requiredKeys: required.filter((key) => key in parts), noNullPrototype: true });
  }
  const values = typeof additionalProperties === "object" ? anyOf(additionalProperties) : fc.constant("x");
  return fc.dictionary(text(propertyNames ?? {}), values, { maxKeys: 3, noNullPrototype: true });
}

function number({ type, minimum, exclusiveMinimum, maximum }: Part): fc.Arbitrary<number> {
  const least = minimum ?? exclusiveMinimum ?? 0;
  const most = maximum ?? Number.MAX_SAFE_INTEGER;
  const whole = fc.oneof(
    fc.integer({ min: Math.ceil(least), max: Math.floor(Math.min(most, least + 1000)) }),
    fc.constantFrom(least, most),
  );
  return type === "integer" ? whole : fc.oneof(whole, fc.double({ min: least, max: 1000, noNaN: true }));
}

/** What may not be in a name, a path, a URL or a template. */
const HOSTILE = [
  "\u0000",
  "\n",
  "\t",
  " ",
  '"',
  "'",
  "{{ . }}",
  "$(id)",
  ";",
  "#",
  ":",
  "/",
  "..",
  "é",
  "\u2028",
  "\ud800",
  "A",
];

/** Texts of a part's own grammar. */
export function proper(part: Part): fc.Arbitrary<string> {
  const pattern = part.pattern ?? part.allOf?.find((one) => one.pattern !== undefined)?.pattern;
  const texts =
    pattern === undefined || pattern.includes("\\p{")
      ? fc.string({ minLength: Math.max(1, part.minLength ?? 0), maxLength: 20 })
      : fc.stringMatching(new RegExp(pattern), { size: "small" });
  return texts.filter((value) => value.length <= (part.maxLength ?? Infinity));
}

function text(part: Part): fc.Arbitrary<string> {
  const fits = proper(part);
  const hostile = fc.tuple(fits, fc.nat(), fc.constantFrom(...HOSTILE)).map(([value, at, bad]) => {
    const cut = at % (value.length + 1);
    return value.slice(0, cut) + bad + value.slice(cut);
  });
  return fc.oneof({ arbitrary: fits, weight: 3 }, { arbitrary: hostile, weight: 1 });
}

/** `value` with one place below `part` changed. */
function changed(part: Part, value: unknown): fc.Arbitrary<unknown> {
  const branch = part.oneOf?.find((one) => matches(one, value)) ?? part;
  if (branch.type === "object" && branch.properties) {
    const entries = Object.entries(branch.properties).filter(([, { const: fixed }]) => fixed === undefined);
    if (entries.length === 0) return fc.constant(value);
    const map = value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
    return fc
      .constantFrom(...entries)
      .chain(([key, below]) => changed(below, map[key]).map((inner) => ({ ...map, [key]: inner })));
  }
  if (branch.type === "array" && Array.isArray(value) && value.length > 0) {
    const list = value as unknown[];
    const one = fc
      .nat({ max: list.length - 1 })
      .chain((at) => changed(branch.items ?? {}, list[at]).map((inner) => list.with(at, inner)));
    const more = anyOf(branch.items ?? {}).map((item) => [...list, item]);
    return fc.oneof(one, more, anyOf(branch));
  }
  return anyOf(branch);
}

function matches({ properties = {} }: Part, value: unknown): boolean {
  const map = value as Readonly<Record<string, unknown>> | undefined;
  return Object.entries(properties).some(
    ([key, part]) => part.const !== undefined && part.const === map?.[key],
  );
}

/** A stack without its overrides, on a larger machine: some of them lower what its pods ask for, so that they fit. */
export function withoutOverrides(raw: RawConfig): RawConfig {
  const cluster = raw["cluster"] as { readonly machine?: { readonly memoryGiB: number } } | undefined;
  const machine = cluster?.machine;
  const larger = machine && { machine: { ...machine, memoryGiB: 2 * machine.memoryGiB } };
  return { ...raw, ...(cluster && { cluster: { ...cluster, ...larger } }), overrides: [] };
}
