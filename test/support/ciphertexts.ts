import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackNames } from "../../model/stack/stackFiles";
import { givenSecrets } from "../../secret/given";
import { ROOT } from "../../tools/ground/root";

/** A stack file's text with a ciphertext, of nothing, for every given secret that it has not. */
export function withCiphertexts(text: string): string {
  const nonce = Buffer.alloc(12, "nonce").toString("base64");
  const lines = givenSecrets
    .filter(({ key }) => !text.includes(`mybinder:${key}:`))
    .map(({ key }) => `  mybinder:${key}:\n    secure: v1:${nonce}:${Buffer.from(key).toString("base64")}\n`);
  return text.replace(/^config:\n/m, `config:\n${lines.join("")}`);
}

/**
 * A folder that a program can run in: the stack files as they are when every stack has every secret set, and the charts.
 * Nothing can be decrypted there: a run gets its own secrets from its test.
 */
export function encryptedProject(): { root: string; remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), "mybinder-encrypted-"));
  for (const stack of stackNames(ROOT)) {
    const file = `Pulumi.${stack}.yaml`;
    writeFileSync(join(root, file), withCiphertexts(readFileSync(join(ROOT, file), "utf8")));
  }
  symlinkSync(join(ROOT, "charts"), join(root, "charts"));
  mkdirSync(join(root, "program"));
  return {
    root,
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
