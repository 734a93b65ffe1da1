import type { SecretRecord } from "../model/schema/secrets";
import { bits, ciphertextDigest, fingerprint, LEAST_BITS } from "./fingerprint";
import { fileDigest } from "./kept";
import { shapes } from "./shapes";
import type { GivenSecret } from "./types";

/** Why a value cannot be told apart safely; `undefined` when it can. A value that may be shared is not compared. */
export function weakness({ shape, shared }: GivenSecret, value: string): string | undefined {
  if (shared !== undefined) return undefined;
  const weakest = Math.min(...shapes[shape].credentials(value).map(bits));
  if (weakest >= LEAST_BITS) return undefined;
  return `it could be guessed (about ${String(Math.floor(weakest))} bits; at least ${String(LEAST_BITS)} are required); generate it randomly`;
}

/**
 * What is recorded of a value beside its ciphertext and, for a long one, its file's text. `previous` is the record that it replaces: the day stays when
 * the credentials are the same, as after a change of the key that encrypts them.
 */
export function recordOf(
  { shape, shared }: GivenSecret,
  value: string,
  { ciphertext, file }: { readonly ciphertext: string; readonly file?: string | undefined },
  now: Date,
  previous?: SecretRecord,
): SecretRecord {
  const { credentials, expiry } = shapes[shape];
  const fingerprints = shared === undefined ? credentials(value).map(fingerprint).sort() : [];
  const expires = expiry?.(value);
  const same =
    previous !== undefined && fingerprints.length > 0 && previous.credentials.join() === fingerprints.join();
  return {
    set: same ? previous.set : day(now),
    ciphertext: ciphertextDigest(ciphertext),
    ...(file !== undefined && { file: fileDigest(file) }),
    ...(expires && { expires: day(expires) }),
    credentials: fingerprints,
  };
}

/** A credential that more than one stack has, and where. */
export interface SharedCredential {
  /** `<stack> <key>`, sorted. */
  readonly places: readonly string[];
}

/** Of each stack, the records of its given secrets by key. */
export type Records = Readonly<Record<string, Readonly<Record<string, SecretRecord>>>>;

/**
 * The credentials that occur on more than one stack, under whichever key. `together` says whether two stacks may have the
 * same value of a key.
 */
export function sharedCredentials(
  records: Records,
  together: (key: string, stacks: readonly string[]) => boolean = () => false,
): SharedCredential[] {
  const places = new Map<string, Map<string, { key: string; place: string }>>();
  for (const [stack, ofStack] of Object.entries(records)) {
    for (const [key, { credentials }] of Object.entries(ofStack)) {
      for (const one of credentials) {
        const known = places.get(one) ?? new Map<string, { key: string; place: string }>();
        places.set(one, known.set(stack, { key, place: `${stack} ${key}` }));
      }
    }
  }
  return [...places.values()]
    .filter((stacks) => stacks.size > 1)
    .filter((stacks) => {
      const [{ key = "" } = {}, ...others] = stacks.values();
      return !(others.every((other) => other.key === key) && together(key, [...stacks.keys()]));
    })
    .map((stacks) => ({ places: [...stacks.values()].map(({ place }) => place).sort() }));
}

/** The members that have a value of a key, in groups of those with the same one; of those without one none. */
export function groupsOf(records: Records, key: string, members: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const stack of members) {
    const record = records[stack]?.[key];
    if (!record) continue;
    const value = record.credentials.join();
    groups.set(value, [...(groups.get(value) ?? []), stack]);
  }
  return [...groups.values()];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
