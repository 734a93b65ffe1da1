import { createHash, scryptSync } from "node:crypto";

/**
 * Not secret: it makes tables that others computed useless, no more. It must be the same for all stacks, or nothing
 * could be compared, and must not change, or every record would be void.
 */
const SALT = "mybinder/secret-fingerprint/7b1f0c7e9a3d4f52";
/** Below this, a machine could find the value by trying. */
export const LEAST_BITS = 80;

/**
 * A fingerprint by which CI sees that two stacks hold the same value, without any of the values. A key that only
 * operators know would itself be a secret shared by all stacks, and whoever leaves would keep it; so there is none. What
 * protects the value is that it cannot be guessed: none below LEAST_BITS is fingerprinted (`set` refuses it), and scrypt
 * makes each guess cost about 0.1 s and 32 MiB.
 */
export function fingerprint(value: string): string {
  return scryptSync(value, SALT, 16, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }).toString("hex");
}

/** A digest that tells which ciphertext a record is of. A ciphertext is public, so this hides nothing. */
export function ciphertextDigest(ciphertext: string): string {
  return createHash("sha256").update(ciphertext).digest("hex").slice(0, 16);
}

/**
 * An upper bound of how many bits it takes to guess a value, from how often each of its characters occurs: "aaaa" has
 * none. A sentence looks better than it is; the secrets that stacks are given are made by machines.
 */
export function bits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value.split("")) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - count * Math.log2(count / value.length), 0);
}
