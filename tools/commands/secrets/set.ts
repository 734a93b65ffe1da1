import { Command } from "commander";
import { readStackFile } from "../../../model/stackFiles";
import { CONFIG_LIMIT_BYTES, pack } from "../../../secret/packed";
import { recordOf } from "../../../secret/records";
import type { GivenSecret } from "../../../secret/types";
import { Failure } from "../../failure";
import { ROOT } from "../../root";
import { readValue } from "../../secrets/input";
import { encrypt } from "../../secrets/pulumi";
import { checkShape, givenSecret } from "../../secrets/shape";
import { writeEntry } from "../../secrets/stackFile";
import { ciphertextIn } from "../../secrets/state";
import { loadStackFile } from "../../stacks";

/** `mybinder secrets set`: checks a value, has Pulumi encrypt it, and records its age, end and fingerprints. */
export function setCommand(): Command {
  return new Command("set")
    .description(
      "Encrypt a secret into the stack file with Pulumi; the value comes from a file, standard input or a prompt",
    )
    .argument("<key>")
    .requiredOption("--stack <stack>", "the stack")
    .option("--file <file>", "file with the value")
    .action(async (key: string, { stack, file }: { stack: string; file?: string }) => {
      const secret = givenSecret(key);
      const { config } = loadStackFile(stack).stack;
      const value = await readValue(key, file);
      checkShape(secret, value);
      checkSize(secret, stack, pack(value));
      await encrypt(key, stack, pack(value));
      const ciphertext = ciphertextIn(readStackFile(ROOT, stack)?.[key]) ?? "";
      const record = recordOf(secret, value, ciphertext, new Date(), config.secretRecords[key]);
      writeEntry(stack, "secretRecords", key, record);
      process.stderr.write(`set ${key} in Pulumi.${stack}.yaml, encrypted\n`);
      if (!secret.neededBy(config)) {
        process.stderr.write(`nothing on ${stack} uses ${key}: npx mybinder secrets check will say so\n`);
      }
    });
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
