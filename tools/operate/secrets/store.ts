import { configSizeProblem } from "../../../model/stack/configSize";
import { readStackFile } from "../../../model/stack/stackFiles";
import { keep } from "../../../secret/kept";
import { recordOf } from "../../../secret/records";
import type { GivenSecret } from "../../../secret/types";
import { Failure } from "../../ground/terminal/failure";
import { ROOT } from "../../ground/root";
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
  const kept = keep(value);
  checkSize(secret, stack, kept.inStackFile);
  await encrypt(key, stack, kept);
  const ciphertext = ciphertextIn(readStackFile(ROOT, stack)?.[key]) ?? "";
  await writeEntry(
    stack,
    "secretRecords",
    key,
    recordOf(secret, value, { ciphertext, file: kept.file }, new Date(), before),
  );
}

/** Pulumi would set it, and then be unable to start the program. */
function checkSize({ key }: GivenSecret, stack: string, kept: string): void {
  const problem = configSizeProblem(stack, { ...readStackFile(ROOT, stack), [key]: kept });
  if (problem === undefined) return;
  throw new Failure(`the value of ${key} is refused: with it, ${problem}; nothing was set`, 2);
}
