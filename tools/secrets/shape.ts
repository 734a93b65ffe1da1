import { parse } from "yaml";
import { catalogue } from "../../secret/catalogue";
import type { GivenSecret } from "../../secret/types";
import { Failure } from "../failure";

/** The given secret of that key. Throws Failure (exit code 2) with the keys there are. */
export function givenSecret(key: string): GivenSecret {
  const given = catalogue.filter((secret): secret is GivenSecret => secret.source === "given");
  const found = given.find((secret) => secret.key === key);
  if (found) return found;
  const generated = catalogue.some((secret) => secret.key === key);
  const why = generated ? `${key} is generated and kept in the stack's state` : `there is no secret ${key}`;
  throw new Failure(`${why}; secrets that are set: ${given.map((secret) => secret.key).join(", ")}`, 2);
}

/**
 * Checks that a value has the shape of its placeholder: not empty, and YAML or JSON of the same kind where that is what
 * it is. Throws Failure (exit code 2) that says what is wrong, never the value.
 */
export function checkShape({ key, placeholder, format }: GivenSecret, value: string): void {
  if (value.trim() === "") throw new Failure(`the value of ${key} is empty; nothing was set`, 2);
  const wanted =
    format === "yaml" || placeholder.startsWith("{") || placeholder.startsWith("apiVersion:")
      ? kind(placeholder)
      : undefined;
  if (wanted === undefined) return;
  const found = kind(value);
  if (found !== wanted) {
    throw new Failure(`the value of ${key} is ${found}; it has to be ${wanted}; nothing was set`, 2);
  }
}

function kind(text: string): string {
  try {
    const value: unknown = parse(text);
    if (Array.isArray(value)) return "a YAML list";
    return value !== null && typeof value === "object" ? "a YAML or JSON map" : "plain text";
  } catch {
    return "not readable as YAML";
  }
}
