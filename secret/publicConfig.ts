import { rawConfigOf, readStackFile } from "../model/stack/stackFiles";
import type { RawConfig } from "../model/schema/rawConfig";
import { secretKeys } from "./catalogue";

/** A stack's configuration without its secrets, encrypted or not: what a schema and other stacks may see. */
export function withoutSecrets(raw: RawConfig): RawConfig {
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !secretKeys.has(key)));
}

/** The public configuration in a stack file's text. Throws ConfigError when it is not a YAML map. */
export function publicConfigOf(stack: string, text: string): RawConfig {
  return withoutSecrets(rawConfigOf(stack, text));
}

/**
 * The public configuration in the stack file in `root`; `undefined` when there is none. The program and every tool read
 * other stacks through this, so that none stumbles over secrets that another stack has set. Throws ConfigError.
 */
export function readPublicConfig(root: string, stack: string): RawConfig | undefined {
  const raw = readStackFile(root, stack);
  return raw && withoutSecrets(raw);
}
