import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

/** How a value is kept: in the stack file, encrypted by Pulumi, and a long one in a file beside it. */
export interface Kept {
  /** What Pulumi encrypts: the value itself, or the key of the file. */
  readonly inStackFile: string;
  /** The file's text: the value, compressed and encrypted. `undefined`: there is none. */
  readonly file?: string;
}

/** Pulumi hands all config of a stack to the program in one environment variable, which Linux bounds: long values stay out. */
const FILE_FROM_CHARACTERS = 16 * 1024;
const KEY_OF_FILE = /^file:([A-Za-z0-9_-]{43})$/;
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LINE = 100;

/**
 * A value as it is to be kept. The key of a file is drawn for that file alone and stands, encrypted by Pulumi, in the stack
 * file: who can decrypt the one can decrypt the other.
 */
export function keep(value: string): Kept {
  if (value.length < FILE_FROM_CHARACTERS && !KEY_OF_FILE.test(value)) return { inStackFile: value };
  const [key, nonce] = [randomBytes(32), randomBytes(NONCE_BYTES)];
  const cipher = createCipheriv(CIPHER, key, nonce);
  const encrypted = Buffer.concat([cipher.update(gzipSync(value, { level: 9 })), cipher.final()]);
  const whole = Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString("base64");
  const lines = whole.match(new RegExp(`.{1,${String(LINE)}}`, "g")) ?? [];
  return { inStackFile: `file:${key.toString("base64url")}`, file: `${lines.join("\n")}\n` };
}

/**
 * The value that was kept. `readFile` gives the text of the file beside the stack file, and is called only where there is
 * one. Throws when that is missing, damaged or of another value.
 */
export function recover(inStackFile: string, readFile: () => string): string {
  const key = KEY_OF_FILE.exec(inStackFile)?.[1];
  if (key === undefined) return inStackFile;
  const whole = Buffer.from(readFile(), "base64");
  const tagEnd = NONCE_BYTES + TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, Buffer.from(key, "base64url"), whole.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(whole.subarray(NONCE_BYTES, tagEnd));
  return gunzipSync(Buffer.concat([decipher.update(whole.subarray(tagEnd)), decipher.final()])).toString();
}

/** Name of the file beside the stack file that a long value is kept in. */
export function secretFile(stack: string, key: string): string {
  return `Pulumi.${stack}.${key}.enc`;
}

/** The files of long secrets in a folder, each with its stack and key. */
export function secretFilesIn(folder: string): { file: string; stack: string; key: string }[] {
  return readdirSync(folder).flatMap((file) => {
    const [, stack, key] = /^Pulumi\.([a-z0-9-]+)\.([A-Za-z0-9]+)\.enc$/.exec(file) ?? [];
    return stack === undefined || key === undefined ? [] : [{ file, stack, key }];
  });
}

/** A digest by which a record knows its file. The file is public, so this hides nothing. */
export function fileDigest(file: string): string {
  return createHash("sha256").update(file).digest("hex").slice(0, 16);
}
