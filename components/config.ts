import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ownSchema, ownValues } from "../charts/metaChart";
import { ChartUnavailable } from "../charts/source";
import { untoldText } from "../model/alerts/untold";
import { deriveStack, type Stack } from "../model/stack/config";
import { ConfigError } from "../model/stack/configError";
import { configSizeProblem } from "../model/stack/configSize";
import { encryptedText } from "../model/stack/encrypted";
import { lifecycleOf, refusal } from "../model/member/lifecycle";
import { backupWarning } from "../model/values/backup";
import { servesLaunches } from "../model/federation/federation";
import { boostNotices } from "../model/values/boosts";
import { overrideRefusals } from "../model/values/overrideRefusals";
import { overridesOf, staleText } from "../model/values/overrides";
import { ownKey, parseConfigText, stackNames } from "../model/stack/stackFiles";
import type { RawConfig } from "../model/schema/rawConfig";
import { recover, secretFile } from "../secret/kept";
import { checkOverrides } from "../secret/overrides";
import { readPublicConfig, withoutSecrets } from "../secret/publicConfig";

/**
 * The running stack, checked. The only reader of `pulumi.Config`. Throws one RunError with every problem, and for a
 * stack that is paused or gone: a program that registered nothing instead would have everything deleted.
 * `root` is the project's folder, where the stack files of a federation's members are.
 */
export function loadStack(root: string): Stack {
  const name = pulumi.getStack();
  const rawOf = (other: string): RawConfig | undefined => readPublicConfig(root, other);
  const stack = orRunError(() => {
    const derived = deriveStack(name, runningConfig(name), rawOf, stackNames(root));
    checkOverrides(derived);
    return derived;
  });
  const refused = refusal(name, lifecycleOf(stack.config));
  if (refused !== undefined) throw new pulumi.RunError(refused);
  const warning = backupWarning(name, stack.config);
  if (warning !== undefined) void pulumi.log.warn(warning);
  const untold = untoldText(stack);
  if (untold !== undefined) void pulumi.log.warn(untold);
  if (servesLaunches(stack.config)) {
    for (const { key, reason, notice } of boostNotices(stack.config.boosts, new Date())) {
      void pulumi.log.warn(`Pulumi.${name}.yaml, ${key} ("${reason}"): ${notice}`);
    }
  }
  // without overrides, a tenth of a second for reading the chart's values and schema is saved
  if (stack.config.overrides.length > 0) lookAtOverrides(stack, root);
  return stack;
}

function lookAtOverrides(stack: Stack, root: string): void {
  for (const override of overridesOf(stack, ownValues(root), new Date())) {
    if (override.stale.length > 0) void pulumi.log.warn(staleText(override));
  }
  // an error of the log ends a preview as failed, after all that is wrong was said
  for (const refusal of overrideRefusals(stack, ownSchema(root))) {
    void pulumi.log.error(`Pulumi.${stack.name}.yaml, ${refusal}`);
  }
}

/** Runs `work`; what an operator can fix ends the program with its message alone, without a stack trace. */
export function orRunError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof ChartUnavailable) {
      throw new pulumi.RunError(error.message);
    }
    throw error;
  }
}

/**
 * Reads secrets of the running stack; `undefined` for one that is not set (empty is Pulumi.yaml's "not set"). A long one is in
 * a file beside the stack file in `root`; its output rejects with a RunError when that is not as it was set.
 */
export function secretReader(root: string): (key: string) => pulumi.Output<string> | undefined {
  const stack = pulumi.getStack();
  return (key) => {
    const text = pulumi.runtime.allConfig()[`${pulumi.getProject()}:${key}`];
    if (!text) return undefined;
    const secret = new pulumi.Config().requireSecret(key);
    return secret.apply((kept) => recovered(root, stack, key, kept));
  };
}

function recovered(root: string, stack: string, key: string, kept: string): string {
  const file = secretFile(stack, key);
  try {
    return recover(kept, () => readFileSync(join(root, file), "utf8"));
  } catch {
    throw new pulumi.RunError(
      `stack ${stack}: the secret ${key} is in ${file}, which is missing or does not belong to Pulumi.${stack}.yaml; ` +
        `commit both files together, or set it again: npx mybinder secrets set ${key} --stack ${stack} --file FILE`,
    );
  }
}

/** Throws ConfigError where a key that is not in the catalogue holds a secret: it arrives here in clear. */
function runningConfig(stack: string): RawConfig {
  const prefix = `${pulumi.getProject()}:`;
  const given = Object.entries(pulumi.runtime.allConfig()).flatMap(([key, text]): [string, string][] => {
    const own = ownKey(key);
    return own === undefined || isEmpty(text) ? [] : [[own, text]];
  });
  const tooLong = configSizeProblem(stack, Object.fromEntries(given));
  if (tooLong !== undefined) throw new ConfigError(stack, [tooLong]);
  const open = Object.entries(withoutSecrets(Object.fromEntries(given)));
  const encrypted = open.map(([key]) => key).filter((key) => isSecret(prefix + key));
  if (encrypted.length > 0) {
    throw new ConfigError(
      stack,
      encrypted.map((key) => encryptedText(stack, prefix + key)),
    );
  }
  return Object.fromEntries(open.map(([key, text]) => [key, parseConfigText(key, text as string)]));
}

/** Whether any part of a key's value is encrypted. The SDK has the function, and leaves it out of its types. */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };
  return isConfigSecret(key);
}

/** Empty defaults of Pulumi.yaml stand for "not set". */
function isEmpty(text: string): boolean {
  return text === "" || text === "{}" || text === "[]";
}
