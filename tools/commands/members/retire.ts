import { resolve } from "node:path";
import { Command } from "commander";
import { backups, retire, retireSteps } from "../../members/retire";
import { leftBehind } from "../../members/revoke";
import { toStderr } from "../../report";
import { loadStackFile } from "../../stacks";

/** `mybinder members retire`. */
export function retireCommand(): Command {
  return new Command("retire")
    .argument("<name>", "a member whose lifecycle is gone")
    .description(
      "Take a member out of Pulumi's state, whether its API server answers or not; list what is left elsewhere.\n" +
        "Prints the commands; with --yes it runs them.",
    )
    .option("--yes", "run the commands")
    .option(
      "--backup <file>",
      "where the state is kept (default: <name>.state.json); a file that is there stays, the next is numbered",
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
          ? `${name} is out of Pulumi's state. What it held: ${kept.join(", ")}\n`
          : `${commands}\nNothing was run; with --yes it is.\n`) +
          `\nRemove or revoke elsewhere:\n${left.map((line) => `  - ${line}\n`).join("")}` +
          `\nThen: npx mybinder members remove ${name}\n`,
      );
    });
}
