import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../model/schema/stack";
import { parseYaml } from "../model/schema/plain/silentYaml";
import { mergeValues, setAt, type Values } from "../model/schema/plain/mergeValues";
import { ADOPTED_SECRETS, type AdoptedSecrets } from "../secret/adopted";
import { secretsOf } from "../secret/catalogue";
import { settingCommand } from "../secret/commands";
import { generatedSecrets, isDrawn } from "../secret/generated";
import { shapeProblem, shapes } from "../secret/shapes";
import { githubWarning } from "../secret/repositoryLogins";
import { strayRotations } from "../secret/rotation";
import type { GivenSecret, Secret } from "../secret/types";
import { generate, generatePassword } from "./generatedSecret";

/** The secrets of a stack, as the meta chart's values and by key. */
export interface StackSecrets {
  /** Secret values at their paths in the meta chart's values. */
  readonly values: Values;
  /** Given secrets by key; a key that is not set is missing. */
  readonly given: ReadonlyMap<string, pulumi.Output<string>>;
  /** Drawn secrets that nothing uses and a volume remembers. */
  readonly kept: readonly pulumi.Resource[];
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
        value.apply((text) => checked(stack, secret, text)),
      );
    }
  }
  const isUnset = (key: string | undefined): boolean => key !== undefined && !given.has(key);
  const missing = needed
    .filter(isGiven)
    .filter(({ key, optional }) => !given.has(key) && optional?.(config) !== true);
  if (missing.length > 0) throw missingSecrets(stack, missing);
  const unpaired = needed
    .filter(isGiven)
    .filter(({ key, pairedWith }) => given.has(key) && isUnset(pairedWith));
  if (unpaired.length > 0) throw unpairedSecrets(stack, unpaired);
  const warning = githubWarning(stack, config, (key) => given.has(key));
  if (warning !== undefined) void pulumi.log.warn(warning);
  const adopted = given.get(ADOPTED_SECRETS)?.apply((text) => parseYaml(text) as AdoptedSecrets);
  const values = needed.flatMap((secret) => {
    if (isGiven(secret)) return givenValues(secret, given.get(secret.key));
    return generate(secret, config, adopted, opts);
  });
  const kept = generatedSecrets
    .filter((secret) => isDrawn(secret, config) && !secret.neededBy(config))
    .map((secret) => generatePassword(secret, config, opts));
  return { values: mergeValues(...values), given, kept };
}

function isGiven(secret: Secret): secret is GivenSecret {
  return secret.source === "given";
}

function givenValues(
  { format, values, part, enables, digest }: GivenSecret,
  text: pulumi.Output<string> | undefined,
): Values[] {
  if (!text) return [];
  const value: pulumi.Output<unknown> = format === "yaml" ? text.apply(parseYaml) : text;
  return [
    ...values.map((path) => setAt(path, part ? value.apply((whole) => part(whole, path)) : value)),
    ...(enables === undefined ? [] : [setAt(enables, true)]),
    ...(digest === undefined ? [] : [setAt(digest, text.apply(digestOf))]),
  ];
}

/** The value of a secret, its shape checked: whoever set it with Pulumi's own command had no check. */
function checked(stack: string, { key, shape }: GivenSecret, value: string): string {
  const problem = shapeProblem(shapes[shape], value);
  if (problem === undefined) return value;
  throw new pulumi.RunError(
    `stack ${stack}: the secret ${key} is refused: ${problem}. ` +
      `Set it again: npx mybinder secrets set ${key} --stack ${stack} --file FILE`,
  );
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function strayRotation(stack: string, keys: readonly string[]): pulumi.RunError {
  return new pulumi.RunError(
    `stack ${stack}: mybinder:secretRotations names secrets that the stack does not generate: ${keys.join(", ")}. ` +
      `List its secrets: npx mybinder secrets list ${stack}`,
  );
}

function missingSecrets(stack: string, missing: readonly GivenSecret[]): pulumi.RunError {
  const lines = missing.map(
    (secret) => `  ${secret.key}: ${secret.purpose}\n    ${settingCommand(secret, stack)}`,
  );
  const count = missing.length === 1 ? "1 secret is" : `${String(missing.length)} secrets are`;
  return new pulumi.RunError(
    `stack ${stack}: ${count} not set\n${lines.join("\n")}\n` +
      `With Pulumi's own command: pulumi config set --secret KEY --stack ${stack} < FILE, then npx mybinder secrets record --stack ${stack}`,
  );
}

function unpairedSecrets(stack: string, unpaired: readonly GivenSecret[]): pulumi.RunError {
  const lines = unpaired.map(
    ({ key, pairedWith = "" }) =>
      `  ${key} has no effect without ${pairedWith}: npx mybinder secrets set ${pairedWith} --stack ${stack} --file FILE, ` +
      `or pulumi config rm ${key} --stack ${stack}`,
  );
  return new pulumi.RunError(`stack ${stack}: half of a pair of secrets is missing\n${lines.join("\n")}`);
}
