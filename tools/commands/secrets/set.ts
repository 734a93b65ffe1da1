import { Command } from "commander";
import { readValue } from "../../operate/secrets/input";
import { givenSecret, hasLines } from "../../operate/secrets/shape";
import { storeSecret } from "../../operate/secrets/store";
import { loadStackFile } from "../../ground/stackFile/stacks";

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
      const value = await readValue(key, file, hasLines(secret));
      await storeSecret(stack, secret, value, config.secretRecords[key]);
      process.stderr.write(`set ${key} in Pulumi.${stack}.yaml, encrypted\n`);
      if (!secret.neededBy(config)) {
        process.stderr.write(
          `warning: nothing on stack ${stack} uses ${key}; npx mybinder secrets check will fail\n`,
        );
      }
    });
}
