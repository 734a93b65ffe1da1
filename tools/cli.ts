import { Command } from "commander";
import { adoptCommand } from "./commands/adopt";
import { benchCommand } from "./commands/bench";
import { bundleCommand } from "./commands/bundle";
import { chartsCommand } from "./commands/charts";
import { diffCommand } from "./commands/diff";
import { docsCommand } from "./commands/docs";
import { localCommand } from "./commands/local";
import { membersCommand } from "./commands/members";
import { machineCommand } from "./commands/machine";
import { nodesCommand } from "./commands/nodes";
import { registryCommand } from "./commands/registry";
import { rehearseCommand } from "./commands/rehearse";
import { secretsCommand } from "./commands/secrets";
import { stacksCommand } from "./commands/stacks";
import { startCommand } from "./commands/start";
import { stopCommand } from "./commands/stop";
import { trafficCommand } from "./commands/traffic";
import { Failure } from "./failure";
import { wasInterrupted } from "./signals";
import { loadStackFile } from "./stacks";

/** Runs the command line. A Failure ends with its message and exit code; anything else is a defect, with its trace. */
export async function main(args: readonly string[] = process.argv): Promise<void> {
  const program = new Command("mybinder")
    .description("Tools for the operators of mybinder.org")
    .addCommand(startCommand())
    .addCommand(stopCommand())
    .addCommand(localCommand((name) => loadStackFile(name).stack.pools))
    .addCommand(rehearseCommand())
    .addCommand(machineCommand())
    .addCommand(nodesCommand())
    .addCommand(chartsCommand())
    .addCommand(trafficCommand())
    .addCommand(bundleCommand())
    .addCommand(benchCommand())
    .addCommand(docsCommand())
    .addCommand(diffCommand())
    .addCommand(membersCommand())
    .addCommand(stacksCommand())
    .addCommand(registryCommand())
    .addCommand(adoptCommand())
    .addCommand(secretsCommand());
  try {
    await program.parseAsync(args);
    process.exit(process.exitCode ?? 0);
  } catch (error) {
    if (wasInterrupted()) {
      process.stderr.write(
        "Interrupted. The same command goes on from here; npm stop removes what there is.\n",
      );
      process.exit(130);
    }
    if (error instanceof Failure) {
      process.stderr.write(`${error.message}\n`);
      process.exit(error.exitCode);
    }
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") {
      process.stderr.write(
        `The disk is full: ${String(error)}. Free some room and run the same command again.\n`,
      );
      process.exit(3);
    }
    throw error;
  }
}
