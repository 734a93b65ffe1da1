import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { parse } from "yaml";
import type { StackConfig } from "../model/schema";
import { mergeValues, setAt, type Values } from "../model/mergeValues";
import { secretsOf } from "../secret/catalogue";
import type { GeneratedSecret, GivenSecret, Secret } from "../secret/types";

/** The secrets of a stack, as the meta chart's values and by key. */
export interface StackSecrets {
  /** Secret values at their paths in the meta chart's values. */
  readonly values: Values;
  /** Given secrets by key; a key that is not set is missing. */
  readonly given: ReadonlyMap<string, pulumi.Output<string>>;
}

/**
 * Reads the given secrets of a stack and draws the generated ones, which the stack's state keeps from then on.
 * Throws one RunError that lists every missing secret with the command that sets it.
 */
export function stackSecrets(
  stack: string,
  config: StackConfig,
  read: (key: string) => pulumi.Output<string> | undefined,
  opts: pulumi.CustomResourceOptions,
): StackSecrets {
  const needed = secretsOf(config);
  const given = new Map<string, pulumi.Output<string>>();
  for (const secret of needed.filter(isGiven)) {
    const value = read(secret.key);
    if (value) given.set(secret.key, value);
  }
  const missing = needed
    .filter(isGiven)
    .filter(({ key, optional }) => !given.has(key) && optional?.(config) !== true);
  if (missing.length > 0) throw missingSecrets(stack, missing);
  const values = needed.flatMap((secret) => {
    const value = isGiven(secret) ? parsed(secret, given.get(secret.key)) : draw(secret, opts);
    if (!value) return [];
    const switches = isGiven(secret) && secret.enables !== undefined ? [setAt(secret.enables, true)] : [];
    return [...secret.values.map((path) => setAt(path, value)), ...switches];
  });
  return { values: mergeValues(...values), given };
}

function isGiven(secret: Secret): secret is GivenSecret {
  return secret.source === "given";
}

function parsed(
  { format }: GivenSecret,
  value: pulumi.Output<string> | undefined,
): pulumi.Output<unknown> | undefined {
  return format === "yaml" ? value?.apply((text): unknown => parse(text)) : value;
}

function draw(
  { key, shape, length }: GeneratedSecret,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (shape === "hex") return pulumi.secret(new random.RandomBytes(key, { length }, opts).hex);
  return pulumi.secret(new random.RandomPassword(key, { length, special: false }, opts).result);
}

function missingSecrets(stack: string, missing: readonly GivenSecret[]): pulumi.RunError {
  const lines = missing.map(
    ({ key, purpose }) =>
      `  ${key}: ${purpose}\n    pulumi config set --secret ${key} --stack ${stack} < FILE`,
  );
  const count = missing.length === 1 ? "1 secret is" : `${String(missing.length)} secrets are`;
  return new pulumi.RunError(`stack ${stack}: ${count} not set\n${lines.join("\n")}`);
}
