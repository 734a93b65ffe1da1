import type { z } from "zod";

/** Every problem of a stack's configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(
    readonly stackName: string,
    readonly problems: readonly string[],
    file = `Pulumi.${stackName}.yaml`,
  ) {
    const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
    super(
      `stack ${stackName}: ${count} in its configuration (${file})\n` +
        problems.map((problem) => `  ${escaped(problem)}`).join("\n"),
    );
  }
}

/** Escapes control characters, so that a value from a stack file cannot send any to the operator's terminal. */
function escaped(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u0009\u000b-\u001f\u007f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const NAMESPACE = "mybinder";
const SECRET_LOOKING = /password|token|secret|key|credential/i;

/** Turns `["cluster", "machine", "cpus"]` into `mybinder:cluster.machine.cpus`, which `pulumi config set --path` accepts. */
export function keyPath(path: readonly PropertyKey[], namespace = NAMESPACE): string {
  const text = path
    .map((part) => (typeof part === "number" ? `[${String(part)}]` : `.${printable(String(part))}`))
    .join("");
  return `${namespace}:${text.replace(/^\./, "")}`;
}

/** A key in a form that prints on one line. */
function printable(key: string): string {
  return key.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, (found) => JSON.stringify(found).slice(1, -1));
}

/** Describes a zod issue: the key's path, what was found and what is allowed. */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown, namespace = NAMESPACE): string {
  const key = (path: readonly PropertyKey[]): string => keyPath(path, namespace);
  if (issue.code === "unrecognized_keys") {
    return issue.keys
      .map((unknown) =>
        issue.path.length === 0 && unknown.includes(":")
          ? strayNamespace(unknown)
          : `${key([...issue.path, unknown])}: unknown key; ${issue.message}`,
      )
      .join("\n  ");
  }
  const found = valueAt(input, issue.path);
  if (found === undefined) return `${key(issue.path)}: not set; allowed: ${allowed(issue)}`;
  return `${key(issue.path)}: found ${show(found, issue.path)}; allowed: ${allowed(issue)}`;
}

/** Describes a key that is not `mybinder:<key>`: its name still has the colon. */
function strayNamespace(given: string): string {
  const key = printable(given);
  const [namespace = "", ...rest] = key.split(":");
  const right = `allowed: ${NAMESPACE}:${rest.at(-1) ?? ""}`;
  return namespace === "" || namespace === NAMESPACE
    ? `${key.replace(/^:/, "")}: found a key without namespace; ${right}`
    : `${key}: found a key in namespace ${namespace}, which nothing reads; ${right}`;
}

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `a value of type ${issue.expected}`;
    case "invalid_value":
      return issue.values.map((value) => String(value)).join(", ");
    case "too_small":
      return `at least ${String(issue.minimum)}${unit(issue.origin)}`;
    case "too_big":
      return `at most ${String(issue.maximum)}${unit(issue.origin)}`;
    case "invalid_union":
      return firstOfUnion(issue) ?? issue.message;
    default:
      return issue.message;
  }
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}

function firstOfUnion(issue: z.core.$ZodIssueInvalidUnion): string | undefined {
  const messages = issue.errors.flatMap((branch) => branch.map(allowed));
  return messages.length > 0 ? [...new Set(messages)].join(", or ") : undefined;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      value !== null && typeof value === "object" ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    input,
  );
}

function show(value: unknown, path: readonly PropertyKey[]): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  if (typeof value === "object") return `a map with ${Object.keys(value).join(", ") || "no keys"}`;
  if (path.some((part) => SECRET_LOOKING.test(String(part)))) return `a ${typeof value} (not shown)`;
  const text = JSON.stringify(value);
  return `${text.length > 60 ? `${text.slice(0, 57)}…` : text} (${typeof value})`;
}
