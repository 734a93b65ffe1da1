import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recover, secretFile } from "../../../secret/kept";
import { Failure } from "../../ground/terminal/failure";
import { ROOT } from "../../ground/root";

/**
 * A value from what Pulumi decrypted, and the text of the file that it is in. Throws Failure where that is missing or not the
 * one that was written.
 */
export function recovered(
  stack: string,
  key: string,
  kept: string,
): { value: string; file: string | undefined } {
  const name = secretFile(stack, key);
  let file: string | undefined;
  try {
    const value = recover(kept, () => (file = readFileSync(join(ROOT, name), "utf8")));
    return { value, file };
  } catch {
    throw new Failure(
      `${key} of ${stack} is in ${name}, which is missing or does not belong to Pulumi.${stack}.yaml; ` +
        `set it again: npx mybinder secrets set ${key} --stack ${stack} --file FILE`,
    );
  }
}
