import { z } from "zod";
import { stackSchema } from "../../model/schema/stack";

interface JsonSchema {
  readonly const?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
}

/**
 * Every key that a stack file may have, down to what is no map, of all roles: `[]` is an element of a list, `*` any name,
 * and a kind is in brackets, as in `cluster(k3s).machine.cpus`.
 */
export function schemaKeys(): string[] {
  const { oneOf = [] } = z.toJSONSchema(stackSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return [...new Set(oneOf.flatMap((role) => keysOf(role, "")))];
}

function keysOf(
  { oneOf, properties, items, additionalProperties: more }: JsonSchema,
  path: string,
): string[] {
  if (oneOf) {
    return oneOf.flatMap((branch) => keysOf(branch, `${path}(${branch.properties?.["kind"]?.const ?? ""})`));
  }
  if (properties) {
    return Object.entries(properties).flatMap(([key, inner]) =>
      keysOf(inner, path === "" ? key : `${path}.${key}`),
    );
  }
  if (items?.properties) return keysOf(items, `${path}[]`);
  if (typeof more === "object" && more.properties) return keysOf(more, `${path}.*`);
  return [path];
}

/** A copy of `config` with the value at a key of {@link schemaKeys}; of a list it is the first, of a map of names `entry`. */
export function withKey(
  config: unknown,
  key: string,
  value: unknown,
  entry: string,
): Record<string, unknown> {
  const path = key
    .replace(/\([A-Za-z0-9]+\)/g, "")
    .replaceAll("[]", ".0")
    .split(".")
    .map((part) => (part === "*" ? entry : part));
  const copy = structuredClone(config) as Record<string, unknown>;
  let inner: Record<string, unknown> = copy;
  for (const [index, part] of path.slice(0, -1).entries()) {
    inner[part] ??= path[index + 1] === "0" ? [] : {};
    inner = inner[part] as Record<string, unknown>;
  }
  const last = path.at(-1) ?? "";
  if (value === undefined) Reflect.deleteProperty(inner, last);
  else inner[last] = value;
  return copy;
}
