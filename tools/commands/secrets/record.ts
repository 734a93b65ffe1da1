import { Command } from "commander";
import { readStackFile } from "../../../model/stack/stackFiles";
import { givenSecrets } from "../../../secret/given";
import { recordOf } from "../../../secret/records";
import { ROOT } from "../../ground/root";
import { recovered } from "../../operate/secrets/kept";
import { decrypt } from "../../operate/secrets/pulumi";
import { checkShape } from "../../operate/secrets/shape";
import { writeEntry } from "../../operate/secrets/stackFile";
import { ciphertextIn } from "../../operate/secrets/state";
import { loadStackFile } from "../../ground/stackFile/stacks";

/** `mybinder secrets record`: the records of a stack, made again from its secrets. */
export function recordCommand(): Command {
  return new Command("record")
    .description(
      "Update the records of a stack's secrets (age, expiry, fingerprints) after they were encrypted again or set with\n" +
        "pulumi. Needs access to the stack. A secret whose value is unchanged keeps its day.",
    )
    .requiredOption("--stack <stack>", "the stack")
    .action(async ({ stack }: { stack: string }) => {
      const { config } = loadStackFile(stack).stack;
      const values = await decrypt(stack);
      const raw = readStackFile(ROOT, stack) ?? {};
      const now = new Date();
      for (const secret of givenSecrets) {
        const { key } = secret;
        const kept = values.get(key);
        const ciphertext = ciphertextIn(raw[key]);
        const before = config.secretRecords[key];
        if (kept === undefined || ciphertext === undefined) {
          if (before) await writeEntry(stack, "secretRecords", key, undefined);
          continue;
        }
        const { value, file } = recovered(stack, key, kept);
        checkShape(secret, value);
        const record = recordOf(secret, value, { ciphertext, file }, now, before);
        await writeEntry(stack, "secretRecords", key, record);
        process.stderr.write(`recorded ${key} of ${stack}\n`);
      }
    });
}
