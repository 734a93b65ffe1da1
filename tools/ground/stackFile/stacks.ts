import { deriveStack, parseConfig, type Stack } from "../../../model/stack/config";
import { ConfigError } from "../../../model/stack/configError";
import { configSizeProblem } from "../../../model/stack/configSize";
import type { StackConfig } from "../../../model/schema/stack";
import { readStackFile, stackNames } from "../../../model/stack/stackFiles";
import type { RawConfig } from "../../../model/schema/rawConfig";
import { checkOverrides } from "../../../secret/overrides";
import { readPublicConfig } from "../../../secret/publicConfig";
import { Failure } from "../terminal/failure";
import { ROOT } from "../root";

/** A stack file's public configuration: what is secret is left out, encrypted or not. */
export function publicConfig(stack: string): RawConfig | undefined {
  return readPublicConfig(ROOT, stack);
}

/** A stack with the public configuration it was derived from. */
export interface LoadedStack {
  readonly stack: Stack;
  readonly raw: RawConfig;
}

/**
 * A stack's configuration, its shape checked, without the members that it may have. Throws Failure (exit code 2) with every
 * problem, or with the names there are.
 */
export function stackConfig(name: string): StackConfig {
  try {
    const raw = publicConfig(name);
    if (!raw) throw noStack(name);
    return parseConfig(name, raw);
  } catch (error) {
    if (error instanceof ConfigError) throw new Failure(error.message, 2);
    throw error;
  }
}

/**
 * The stack of that name, checked. `changes` replace keys of its stack file. Throws Failure (exit code 2) with
 * every problem, or with the names there are.
 */
export function loadStackFile(name: string, changes: RawConfig = {}): LoadedStack {
  try {
    const file = publicConfig(name);
    const raw = file && { ...file, ...changes };
    if (raw) {
      const stack = deriveStack(name, raw, publicConfig, stackNames(ROOT));
      checkOverrides(stack);
      const tooLong = configSizeProblem(name, { ...readStackFile(ROOT, name), ...changes });
      if (tooLong !== undefined) throw new ConfigError(name, [tooLong]);
      return { stack, raw };
    }
  } catch (error) {
    if (error instanceof ConfigError) throw new Failure(error.message, 2);
    throw error;
  }
  throw noStack(name);
}

function noStack(name: string): Failure {
  return new Failure(
    `there is no stack ${name} (no Pulumi.${name}.yaml); stacks: ${stackNames(ROOT).join(", ")}`,
    2,
  );
}
