import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../model/schema";
import { parseYaml, YamlProblem } from "../model/silentYaml";
import { mergeValues, setAt, type Values } from "../model/mergeValues";
import { ADOPTED_SECRETS, type AdoptedSecrets } from "../secret/adopted";
import { secretsOf } from "../secret/catalogue";
import { unpack } from "../secret/packed";
import { strayRotations } from "../secret/rotation";
import type { GivenSecret, Secret } from "../secret/types";
import { draw } from "./drawnSecret";

/** The secrets of a stack, as the meta chart's values and by key. */
export interface StackSecrets {
  /** Secret values at their paths in the meta chart's values. */
  readonly values: Values;
  /** Given secrets by key; a key that is not set is missing. */
  readonly given: ReadonlyMap<string, pulumi.Output<string>>;
}

/**
 * Reads the given secrets of a stack and draws the generated ones, which the stack's state keeps until they are
 * rotated. Throws one RunError that lists every missing secret with the command that sets it, or every rotation of what
 * the stack does not have.
 */
export function stackSecrets(
  stack: string,
  config: StackConfig,
  read: (key: string) => pulumi.Output<string> | undefined,
  opts: pulumi.CustomResourceOptions,
): StackSecrets {
  const stray = strayRotations(config);
  if (stray.length > 0) throw strayRotation(stack, stray);
  const needed = secretsOf(config);
  const given = new Map<string, pulumi.Output<string>>();
  for (const secret of needed.filter(isGiven)) {
    const value = read(secret.key);
    if (value) {
      given.set(
        secret.key,
        value.apply((kept) => unpacked(stack, secret.key, kept)),
      );
    }
  }
  const missing = needed
    .filter(isGiven)
    .filter(({ key, optional }) => !given.has(key) && optional?.(config) !== true);
  if (missing.length > 0) throw missingSecrets(stack, missing);
  const adopted = given
    .get(ADOPTED_SECRETS)
    ?.apply((text) => parsed(stack, ADOPTED_SECRETS, text) as AdoptedSecrets);
  const values = needed.flatMap((secret) => {
    if (isGiven(secret)) return givenValues(stack, secret, given.get(secret.key));
    return draw(secret, config, adopted, opts);
  });
  return { values: mergeValues(...values), given };
}

function isGiven(secret: Secret): secret is GivenSecret {
  return secret.source === "given";
}

function givenValues(
  stack: string,
  { key, format, values, enables, digest }: GivenSecret,
  text: pulumi.Output<string> | undefined,
): Values[] {
  if (!text) return [];
  const value = format === "yaml" ? text.apply((yaml) => parsed(stack, key, yaml)) : text;
  return [
    ...values.map((path) => setAt(path, value)),
    ...(enables === undefined ? [] : [setAt(enables, true)]),
    ...(digest === undefined ? [] : [setAt(digest, text.apply(digestOf))]),
  ];
}

function unpacked(stack: string, key: string, kept: string): string {
  try {
    return unpack(kept);
  } catch {
    throw unreadable(stack, key, "damaged");
  }
}

function parsed(stack: string, key: string, yaml: string): unknown {
  try {
    return parseYaml(yaml);
  } catch (error) {
    const where = error instanceof YamlProblem ? ` (${error.message})` : "";
    throw unreadable(stack, key, `not readable as YAML${where}`);
  }
}

function unreadable(stack: string, key: string, what: string): pulumi.RunError {
  return new pulumi.RunError(
    `stack ${stack}: the secret ${key} is ${what}. Set it again: npx mybinder secrets set ${key} --stack ${stack} --file FILE`,
  );
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function strayRotation(stack: string, keys: readonly string[]): pulumi.RunError {
  return new pulumi.RunError(
    `stack ${stack}: mybinder:secretRotations names what the stack does not generate: ${keys.join(", ")}. ` +
      `What it does: npx mybinder secrets list ${stack}`,
  );
}

function missingSecrets(stack: string, missing: readonly GivenSecret[]): pulumi.RunError {
  const lines = missing.map(
    ({ key, purpose }) =>
      `  ${key}: ${purpose}\n    npx mybinder secrets set ${key} --stack ${stack} --file FILE`,
  );
  const count = missing.length === 1 ? "1 secret is" : `${String(missing.length)} secrets are`;
  return new pulumi.RunError(
    `stack ${stack}: ${count} not set\n${lines.join("\n")}\n` +
      `Without the check of its shape: pulumi config set --secret KEY --stack ${stack} < FILE`,
  );
}
