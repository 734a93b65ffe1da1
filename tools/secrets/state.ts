import { isMap } from "../../model/mergeValues";
import type { StackConfig } from "../../model/schema";
import { readStackFile } from "../../model/stackFiles";
import { catalogue } from "../../secret/catalogue";
import type { Secret } from "../../secret/types";
import { ROOT } from "../root";
import { loadStackFile } from "../stacks";

/**
 * How a secret stands in a stack: `set` (encrypted in the stack file), `missing`, `not set` (and optional), `generated`
 * (kept in the state), `plain text` (in the stack file, readable by everybody) or `unused` (set, but nothing uses it).
 */
export type SecretState = "set" | "missing" | "not set" | "generated" | "plain text" | "unused";

/** A secret of a stack and how it stands. */
export interface StackSecret {
  readonly stack: string;
  readonly key: string;
  readonly state: SecretState;
  readonly purpose: string;
}

/** Every secret that a stack uses or has, from its stack file alone: nothing is decrypted. */
export function secretsOfStack(stack: string): StackSecret[] {
  const raw = readStackFile(ROOT, stack) ?? {};
  const { config } = loadStackFile(stack).stack;
  return catalogue.flatMap((secret) => {
    const state = stateOf(secret, config, raw[secret.key]);
    return state === undefined ? [] : [{ stack, key: secret.key, state, purpose: secret.purpose }];
  });
}

function stateOf(secret: Secret, config: StackConfig, value: unknown): SecretState | undefined {
  const needed = secret.neededBy(config);
  if (secret.source === "generated") return needed ? "generated" : undefined;
  if (value === undefined) {
    if (!needed) return undefined;
    return secret.optional?.(config) ? "not set" : "missing";
  }
  if (!isMap(value) || typeof value["secure"] !== "string") return "plain text";
  return needed ? "set" : "unused";
}
