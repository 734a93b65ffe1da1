import { isMap } from "../../../model/schema/plain/mergeValues";
import type { StackConfig } from "../../../model/schema/stack";
import { readStackFile, stackNames } from "../../../model/stack/stackFiles";
import { catalogue } from "../../../secret/catalogue";
import type { Secret } from "../../../secret/types";
import { ROOT } from "../../ground/root";
import { loadStackFile } from "../../ground/stackFile/stacks";

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
  readonly usedBy: string;
  /** Day on which it was set or, when generated, last rotated; missing when nothing recorded it. */
  readonly since?: string;
  /** Days since then. */
  readonly ageDays?: number;
  /** Day on which the access that it gives ends. */
  readonly expires?: string;
  /** Days until then; negative when it has ended. */
  readonly expiresInDays?: number;
}

const DAY = 24 * 3600 * 1000;

/** Every secret that the stacks (none named: all) use or have, from their stack files alone: nothing is decrypted. */
export function secretsOfStacks(stacks: readonly string[], now: Date): StackSecret[] {
  return (stacks.length === 0 ? stackNames(ROOT) : stacks).flatMap((stack) => secretsOfStack(stack, now));
}

function secretsOfStack(stack: string, now: Date): StackSecret[] {
  const { config } = loadStackFile(stack).stack;
  const raw = readStackFile(ROOT, stack) ?? {};
  return catalogue.flatMap((secret) => {
    const { key, purpose, usedBy } = secret;
    const state = stateOf(secret, config, raw[key]);
    return state === undefined ? [] : [{ stack, key, state, purpose, usedBy, ...times(secret, config, now) }];
  });
}

function stateOf(secret: Secret, config: StackConfig, value: unknown): SecretState | undefined {
  const needed = secret.neededBy(config);
  if (secret.source === "generated") return needed ? "generated" : undefined;
  if (value === undefined) {
    if (!needed) return undefined;
    return secret.optional?.(config) ? "not set" : "missing";
  }
  if (ciphertextIn(value) === undefined) return "plain text";
  return needed ? "set" : "unused";
}

/** The ciphertext of a stack file's value; `undefined` when it is not encrypted. */
export function ciphertextIn(value: unknown): string | undefined {
  return isMap(value) && typeof value["secure"] === "string" ? value["secure"] : undefined;
}

function times(
  { key, source }: Secret,
  { secretRecords, secretRotations }: StackConfig,
  now: Date,
): Pick<StackSecret, "since" | "ageDays" | "expires" | "expiresInDays"> {
  const record = secretRecords[key];
  const since = source === "given" ? record?.set : secretRotations[key]?.slice(0, 10);
  const expires = record?.expires;
  return {
    ...(since !== undefined && { since, ageDays: -daysUntil(since, now) }),
    ...(expires !== undefined && { expires, expiresInDays: daysUntil(expires, now) }),
  };
}

function daysUntil(day: string, now: Date): number {
  return Math.round((Date.parse(day) - Date.parse(now.toISOString().slice(0, 10))) / DAY);
}
