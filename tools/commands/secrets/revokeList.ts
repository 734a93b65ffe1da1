import { Command } from "commander";
import { readStackFile } from "../../../model/stack/stackFiles";
import { wantedProvider } from "../../../secret/access";
import { revokeSteps } from "../../../secret/revoke";
import { ROOT } from "../../ground/root";
import { readAccess } from "../../operate/secrets/access";
import { loadStackFile } from "../../ground/stackFile/stacks";

/** `mybinder secrets revoke-list`: what somebody knows who could decrypt a stack, and how each is made worthless. */
export function revokeListCommand(): Command {
  return new Command("revoke-list")
    .description(
      "List the steps to revoke somebody's access to a stack, or that of a lost machine: a new encryption key, then the\n" +
        "replacement of every credential that could be decrypted",
    )
    .requiredOption("--stack <stack>", "the stack")
    .option("--json", "print as JSON")
    .action(({ stack, json }: { stack: string; json?: true }) => {
      const { config } = loadStackFile(stack).stack;
      const raw = readStackFile(ROOT, stack) ?? {};
      const wanted = wantedProvider(readAccess(), stack);
      const credentials = revokeSteps(stack, config, (key) => raw[key] !== undefined);
      const provider = [
        `pulumi stack change-secrets-provider ${JSON.stringify(wanted)} --stack ${stack}   # another key or passphrase`,
        `npx mybinder secrets record --stack ${stack}`,
        "secret/access.yaml: remove who has lost access",
      ];
      if (json) {
        process.stdout.write(`${JSON.stringify({ stack, provider, credentials }, undefined, 2)}\n`);
        return;
      }
      const text = credentials.map(
        ({ key, purpose, steps }) => `${key}: ${purpose}\n${steps.map((step) => `  ${step}\n`).join("")}`,
      );
      process.stdout.write(
        `provider of ${stack}\n${provider.map((step) => `  ${step}\n`).join("")}${text.join("")}`,
      );
    });
}
