import { Command } from "commander";
import { KERNEL_SECONDS, LIMITS, SILENCE_SECONDS } from "../../live/launches";
import { loadTest } from "../../live/load";
import { loadText } from "../../live/loadText";
import { livePlan } from "../../live/plan";
import { numberBetween, wholeNumber } from "../ground/terminal/arguments";
import { Failure } from "../ground/terminal/failure";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { loadStackFile } from "../ground/stackFile/stacks";
import { launchedRepository } from "./launchedRepository";

interface Options {
  readonly stack: string;
  readonly launches: number;
  readonly spread: number;
  readonly minutes: number;
  readonly repository?: string;
  readonly ref?: string;
  readonly onProduction?: true;
  readonly json?: true;
}

/** A repository's quota at BinderHub is 100; more would measure that. */
const MOST_LAUNCHES = 100;

/** `npx mybinder load`: many launches at once at each member of a stack. */
export function loadCommand(): Command {
  return new Command("load")
    .description(
      "Launch many times at once at each member of a stack, open the notebook page and a kernel in each server, and\n" +
        "shut all of them down at the end. Prints how long each part took. Exits with 1 when a launch fails.",
    )
    .requiredOption("--stack <name>", "the stack, as its file in this checkout has it")
    .option("--launches <number>", "launches at each member", wholeNumber(1, MOST_LAUNCHES), 5)
    .option(
      "--spread <seconds>",
      "time within which all of them begin, each at a random moment",
      numberBetween(0, 600),
      10,
    )
    .option(
      "--repository <owner/name>",
      "launch this repository at GitHub (default: that of mybinder:syntheticLaunches)",
    )
    .option("--ref <ref>", "its branch, tag or commit (default: that of mybinder:syntheticLaunches)")
    .option(
      "--minutes <minutes>",
      "time limit for the launches: none begins, waits or builds after it",
      numberBetween(0.1, 120),
      20,
    )
    .option(
      "--on-production",
      "allow a stack where people launch: all but those that are proxy and member in one",
    )
    .option("--json", "print each launch as JSON")
    .action(async (options: Options, command: Command) => {
      const { stack } = loadStackFile(options.stack);
      const { role } = stack.config;
      if (role !== "both" && !options.onProduction) {
        command.error(
          `--stack: found ${options.stack}, where people launch; allowed: a stack of role both, such as staging, or --on-production`,
          { exitCode: 2 },
        );
      }
      const { repository, ref } = launchedRepository(stack, options, command);
      const { members, skipped } = livePlan(stack, new Date());
      for (const { at, found } of skipped) toStderr(`${at} is left out: ${found}`);
      const { launches, spread } = options;
      toStderr(
        `${options.stack}: ${String(launches)} launches of ${repository} at ${ref}, within ${String(spread)} s, at each of ` +
          `${String(members.length)} members: ${members.map(({ name }) => name).join(", ")}`,
      );
      const results = await loadTest(members, {
        ...{ repository, ref, launches, spreadSeconds: spread },
        ...{ limits: LIMITS, silenceSeconds: SILENCE_SECONDS, kernelSeconds: KERNEL_SECONDS },
        signal: AbortSignal.any([interruptSignal(), AbortSignal.timeout(options.minutes * 60_000)]),
      });
      process.stdout.write(options.json ? `${JSON.stringify(results, undefined, 2)}\n` : loadText(results));
      const failed = results.filter(({ failure }) => failure !== undefined);
      if (failed.length > 0) {
        throw new Failure(
          `${options.stack}: ${String(failed.length)} of ${String(results.length)} launches failed`,
        );
      }
    });
}
