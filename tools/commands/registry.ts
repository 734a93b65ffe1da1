import { Command } from "commander";
import { newMirrorKey, publicMirrorKey } from "../../model/member/mirrorKey";
import { Failure } from "../ground/terminal/failure";
import { writeEntry } from "../operate/secrets/stackFile";
import { loadStackFile } from "../ground/stackFile/stacks";
import { givenSecret } from "../operate/secrets/shape";
import { storeSecret } from "../operate/secrets/store";

/** `mybinder registry key`: the key pair from which the passwords of a Harbor's mirrors follow. */
export function registryCommand(): Command {
  const command = new Command("registry").description("Image registries of members");
  command
    .command("key")
    .description(
      "Create a new mirror key for a stack's Harbor and write it to the stack file: Pulumi encrypts the private half; " +
        "the public half stays readable. Then deploy this stack and its mirrors",
    )
    .requiredOption("--stack <stack>", "the stack")
    .action(async ({ stack }: { stack: string }) => {
      const { config } = loadStackFile(stack).stack;
      if (config.role === "proxy" || config.registry.kind !== "harbor") {
        throw new Failure(
          `stack ${stack} has no Harbor, so it has no mirrors; mirrors need registry.kind harbor`,
          2,
        );
      }
      const key = newMirrorKey();
      const secret = givenSecret("registryMirrorKey");
      await storeSecret(stack, secret, key, config.secretRecords[secret.key]);
      await writeEntry(stack, "registry", "mirrorKey", publicMirrorKey(key));
      process.stdout.write(
        `wrote the mirror key to Pulumi.${stack}.yaml, its private half encrypted\n` +
          `Commit the file, then deploy ${stack} and the stacks with which it mirrors; their passwords are derived from it.\n`,
      );
    });
  return command;
}
