import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, randomBytes } from "node:crypto";

/*
 * Two stacks that share nothing must know a mirror's password. Each stack has an X25519 key pair: the private key is its
 * secret, the public key is in its stack file. Both sides derive the same password from their own private key and the
 * other's public key (RFC 7748, section 6.1; RFC 5869), so no secret is copied between them.
 * Keys are the raw 32 bytes, in base64url.
 */

/** DER prefix that turns a raw key into PKCS #8 or SubjectPublicKeyInfo (RFC 8410). */
const PRIVATE = "302e020100300506032b656e04220420";
const PUBLIC = "302a300506032b656e032100";

/** Generates a private key. */
export function newMirrorKey(): string {
  return randomBytes(32).toString("base64url");
}

/** The public key of a private key. Throws when the text is not a key. */
export function publicMirrorKey(privateKey: string): string {
  const der = createPublicKey(privateKeyOf(privateKey)).export({ type: "spki", format: "der" });
  return der.subarray(PUBLIC.length / 2).toString("base64url");
}

/**
 * Password of the robot account of `pusher` at the Harbor of `receiver`: 46 characters, with both cases and a digit, as
 * Harbor requires. Throws when a text is not a key.
 */
export function mirrorPassword(
  privateKey: string,
  publicKey: string,
  { pusher, receiver }: { readonly pusher: string; readonly receiver: string },
): string {
  const spki = Buffer.concat([Buffer.from(PUBLIC, "hex"), bytesOf(publicKey)]);
  const shared = diffieHellman({
    privateKey: privateKeyOf(privateKey),
    publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
  });
  const derived = hkdfSync("sha256", shared, "", `mybinder mirror ${pusher} ${receiver}`, 32);
  return `Mb1${Buffer.from(derived).toString("base64url")}`;
}

function privateKeyOf(key: string): ReturnType<typeof createPrivateKey> {
  const pkcs8 = Buffer.concat([Buffer.from(PRIVATE, "hex"), bytesOf(key)]);
  return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

function bytesOf(key: string): Buffer {
  const bytes = Buffer.from(key.trim(), "base64url");
  if (bytes.length !== 32) throw new Error("a mirror key must have 32 bytes, written in base64url");
  return bytes;
}
