import { Command } from "commander";
import { newMirrorKey, publicMirrorKey } from "../../model/mirrorKey";
import { Failure } from "../failure";
import { writeEntry } from "../secrets/stackFile";
import { loadStackFile } from "../stacks";
import { givenSecret } from "../secrets/shape";
import { storeSecret } from "../secrets/store";

/** `mybinder registry key`: the key pair from which the passwords of a Harbor's mirrors follow. */
export function registryCommand(): Command {
  const command = new Command("registry").description("Image registries of members");
  command
    .command("key")
    .description(
      "Make a new key for the mirrors of a stack's Harbor: the private half is encrypted into the stack file by Pulumi, " +
        "the public half is written beside it; then deploy this stack and those that it mirrors with",
    )
    .requiredOption("--stack <stack>", "the stack")
    .action(async ({ stack }: { stack: string }) => {
      const { config } = loadStackFile(stack).stack;
      if (config.role === "proxy" || config.registry.kind !== "harbor") {
        throw new Failure(`${stack} has no Harbor, so it has no mirrors; needed is registry.kind harbor`, 2);
      }
      const key = newMirrorKey();
      const secret = givenSecret("registryMirrorKey");
      await storeSecret(stack, secret, key, config.secretRecords[secret.key]);
      await writeEntry(stack, "registry", "mirrorKey", publicMirrorKey(key));
      process.stdout.write(
        `wrote the key for mirrors into Pulumi.${stack}.yaml, its private half encrypted\n` +
          `Commit the file, then deploy ${stack} and the stacks that it mirrors with; passwords follow by themselves.\n`,
      );
    });
  return command;
}
