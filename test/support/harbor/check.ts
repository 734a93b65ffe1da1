import { definitions, MAX_PAGE_SIZE, type Operation, operations, type Type } from "./description";

/** A request as it came. */
export interface Incoming {
  readonly method: string;
  /** Below /api/v2.0, decoded once. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The operation of a request, with the values of its path; `undefined` when the description has none. */
export function operationOf({
  method,
  path,
}: Incoming):
  { readonly operation: Operation; readonly values: Readonly<Record<string, string>> } | undefined {
  for (const operation of operations) {
    if (operation.method !== method) continue;
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    const found = new RegExp(`^${operation.path.replace(/\{\w+\}/g, "([^/]+)")}$`).exec(path);
    if (!found) continue;
    return {
      operation,
      values: Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ""])),
    };
  }
  return undefined;
}

/** What of a request is not as described. */
export function violations(request: Incoming): string[] {
  const found = operationOf(request);
  const at = `${request.method} ${request.path}`;
  if (!found) return [`${at}: there is no such operation`];
  const { operation, values } = found;
  const integers = operation.integers ?? [];
  return [
    ...integers
      .filter((name) => !/^\d+$/.test(values[name] ?? ""))
      .map((name) => `${at}: ${name} is no integer`),
    ...[...request.query].flatMap(([name, value]) => queryProblem(operation, name, value)),
    ...Object.keys(request.headers)
      .filter((name) => name.startsWith("x-") && operation.headers?.includes(name) !== true)
      .map((name) => `header ${name} is not described`),
    ...(operation.body === undefined
      ? request.body === undefined
        ? []
        : ["a body is not described"]
      : fieldProblems(`#${operation.body}`, request.body, operation.body)),
  ].map((problem) => (problem.startsWith(at) ? problem : `${at}: ${problem}`));
}

function queryProblem({ query = {} }: Operation, name: string, value: string): string[] {
  const type = query[name];
  if (type === undefined) return [`query ${name} is not described`];
  if (type === "integer" && !/^\d+$/.test(value)) return [`query ${name} is no integer`];
  if (name === "page_size" && Number(value) > MAX_PAGE_SIZE) return ["query page_size is above its maximum"];
  return [];
}

function fieldProblems(type: Type, value: unknown, at: string): string[] {
  if (type.endsWith("[]")) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((item, index) =>
      fieldProblems(type.slice(0, -2) as Type, item, `${at}[${String(index)}]`),
    );
  }
  if (type.startsWith("#")) {
    const fields = definitions[type.slice(1)];
    if (!fields) throw new Error(`description.ts has no ${type}`);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return [`${at} is no object`];
    return Object.entries(value).flatMap(([name, inner]) => {
      const field = fields[name];
      return field === undefined
        ? [`${at}.${name} is not described`]
        : fieldProblems(field, inner, `${at}.${name}`);
    });
  }
  const actual = Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  if (type === "map") {
    const ok = actual === "object" && Object.values(value as object).every(Number.isInteger);
    return ok ? [] : [`${at} is no map of integers`];
  }
  return actual === type ? [] : [`${at} is ${actual}, described is ${type}`];
}
