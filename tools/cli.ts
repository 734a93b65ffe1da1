import { Command } from "commander";
import { Failure } from "./ground/terminal/failure";
import { systemFailure } from "./ground/terminal/systemError";
import { wasInterrupted } from "./ground/terminal/signals";

/** The commands, in the order of the help. `commands/<name>` exports `<name>Command`. */
export const COMMANDS = [
  "start",
  "stop",
  "open",
  "doctor",
  "live",
  "load",
  "local",
  "rehearse",
  "machine",
  "nodes",
  "charts",
  "traffic",
  "bans",
  "backups",
  "logs",
  "bundle",
  "bench",
  "docs",
  "diff",
  "ci",
  "members",
  "stacks",
  "dns",
  "registry",
  "revert",
  "adopt",
  "secrets",
] as const;

/** Loads one command. Loading all of them takes longer than most of them work. */
export function loadCommand(name: (typeof COMMANDS)[number]): Command {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const module = require(`./commands/${name}`) as Record<string, (() => Command) | undefined>;
  const command = module[`${name}Command`];
  if (!command) throw new Error(`tools/commands/${name} exports no ${name}Command`);
  return command();
}

/** Runs the command line. A Failure ends with its message and exit code; anything else is a defect, with its trace. */
export async function main(args: readonly string[] = process.argv): Promise<void> {
  const program = new Command("mybinder").description("Tools for the operators of mybinder.org");
  const asked = COMMANDS.find((name) => name === args[2]);
  for (const name of asked === undefined ? COMMANDS : [asked]) program.addCommand(loadCommand(name));
  try {
    await program.parseAsync(args);
    process.exit(process.exitCode ?? 0);
  } catch (error) {
    if (wasInterrupted()) {
      process.stderr.write(
        "Interrupted. To continue, run the same command again; npm stop removes what was created.\n",
      );
      process.exit(130);
    }
    if (error instanceof Failure) {
      process.stderr.write(`${error.message}\n`);
      process.exit(error.exitCode);
    }
    const failure = systemFailure(error);
    if (!failure) throw error;
    process.stderr.write(`${failure.message}\n`);
    process.exit(failure.exitCode);
  }
}
