import { readStackFile } from "../../model/stackFiles";
import { CONFIG_LIMIT_BYTES, pack } from "../../secret/packed";
import { recordOf } from "../../secret/records";
import type { GivenSecret } from "../../secret/types";
import { Failure } from "../failure";
import { ROOT } from "../root";
import { encrypt } from "./pulumi";
import { checkPatterns } from "./python";
import { checkKubeconfig, checkShape } from "./shape";
import { writeEntry } from "./stackFile";
import { ciphertextIn } from "./state";

/**
 * Checks a value, has Pulumi encrypt it into the stack file, and records its age, end and fingerprints. `before`: the
 * record that it takes the place of. Throws Failure with what is wrong with the value, or with Pulumi's reason.
 */
export async function storeSecret(
  stack: string,
  secret: GivenSecret,
  value: string,
  before: Parameters<typeof recordOf>[4],
): Promise<void> {
  const { key } = secret;
  checkShape(secret, value);
  await checkPatterns(secret, value);
  checkKubeconfig(secret, stack, value);
  checkSize(secret, stack, pack(value));
  await encrypt(key, stack, pack(value));
  const ciphertext = ciphertextIn(readStackFile(ROOT, stack)?.[key]) ?? "";
  await writeEntry(stack, "secretRecords", key, recordOf(secret, value, ciphertext, new Date(), before));
}

/** Pulumi would set it, and then be unable to start the program. */
function checkSize({ key }: GivenSecret, stack: string, kept: string): void {
  const others = Object.entries(readStackFile(ROOT, stack) ?? {})
    .filter(([name]) => name !== key)
    .map(([, value]) => ciphertextIn(value)?.length ?? JSON.stringify(value).length);
  const total = others.reduce((sum, length) => sum + length, kept.length);
  if (total <= CONFIG_LIMIT_BYTES) return;
  throw new Failure(
    `the value of ${key} is refused: with it, the configuration of ${stack} would have ${String(total)} bytes, and Pulumi ` +
      `cannot start the program with more than ${String(CONFIG_LIMIT_BYTES)}; nothing was set`,
    2,
  );
}
