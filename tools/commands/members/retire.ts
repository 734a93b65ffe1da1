import { resolve } from "node:path";
import { Command } from "commander";
import { backups, retire, retireSteps } from "../../operate/members/retire";
import { leftBehind } from "../../operate/members/revoke";
import { toStderr } from "../../ground/terminal/report";
import { loadStackFile } from "../../ground/stackFile/stacks";

/** `mybinder members retire`. */
export function retireCommand(): Command {
  return new Command("retire")
    .argument("<name>", "a member whose lifecycle is gone")
    .description(
      "Remove a member from Pulumi's state, even if its API server does not answer; list what remains elsewhere.\n" +
        "Prints the commands; --yes runs them.",
    )
    .option("--yes", "run the commands")
    .option(
      "--backup <file>",
      "file for a copy of the state (default: <name>.state.json); an existing file is kept, and the new one gets a number",
    )
    .option("--json", "print the commands and what is left as JSON")
    .action(async (name: string, options: { yes?: true; backup?: string; json?: true }) => {
      const { stack } = loadStackFile(name);
      const file = resolve(options.backup ?? `${name}.state.json`);
      const { next, earlier } = backups(file);
      const steps = retireSteps(stack, next);
      const left = leftBehind(stack);
      if (options.yes) await retire(steps, earlier, toStderr);
      const kept = options.yes ? backups(file).earlier : earlier;
      if (options.json) {
        process.stdout.write(
          `${JSON.stringify({ steps, kept, left, done: options.yes ?? false }, undefined, 2)}\n`,
        );
        return;
      }
      const commands = steps.map(({ why, args }) => `# ${why}\npulumi ${args.join(" ")}\n`).join("");
      process.stdout.write(
        (options.yes
          ? `Removed ${name} from Pulumi's state. Copies of the state: ${kept.join(", ")}\n`
          : `${commands}\nNothing was run. To run these commands, add --yes.\n`) +
          `\nRemove or revoke elsewhere:\n${left.map((line) => `  - ${line}\n`).join("")}` +
          `\nThen: npx mybinder members remove ${name}\n`,
      );
    });
}
