import { Command } from "commander";
import { KERNEL_SECONDS, LIMITS, SILENCE_SECONDS } from "../../live/launches";
import { linesText } from "../../live/check";
import { liveTests } from "../../live/liveTests";
import { livePlan } from "../../live/plan";
import { numberBetween } from "../ground/terminal/arguments";
import { Failure } from "../ground/terminal/failure";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { loadStackFile } from "../ground/stackFile/stacks";
import { launchedRepository } from "./launchedRepository";

interface Options {
  readonly stack: string;
  readonly build?: true;
  readonly launch: boolean;
  readonly repository?: string;
  readonly ref?: string;
  readonly timeout: number;
  readonly minutes: number;
  readonly json?: true;
}

/** `npm run live`: tries a deployed stack as visitors would. */
export function liveCommand(): Command {
  return new Command("live")
    .description(
      "Try a deployed stack as visitors would: its public hosts, where its proxy sends launches, its members, then a\n" +
        "launch at each, with a kernel and the shutdown. One line per check. Exits with 1 when a check fails.",
    )
    .requiredOption("--stack <name>", "the stack, as its file in this checkout has it")
    .option("--build", "also build an image, push it and launch it")
    .option("--no-launch", "launch nothing")
    .option(
      "--repository <owner/name>",
      "launch this repository at GitHub (default: that of mybinder:syntheticLaunches)",
    )
    .option("--ref <ref>", "its branch, tag or commit (default: that of mybinder:syntheticLaunches)")
    .option("--timeout <seconds>", "time limit for each answer", numberBetween(0.1, 600), 10)
    .option(
      "--minutes <minutes>",
      "time limit for the launches: none begins, waits or builds after it",
      numberBetween(0.1, 120),
      20,
    )
    .option("--json", "print as JSON")
    .action(async (options: Options, command: Command) => {
      const { stack } = loadStackFile(options.stack);
      const { repository, ref } = launchedRepository(stack, options, command);
      const signal = AbortSignal.any([interruptSignal(), AbortSignal.timeout(options.minutes * 60_000)]);
      const common = {
        repository,
        ref,
        limits: LIMITS,
        silenceSeconds: SILENCE_SECONDS,
        kernelSeconds: KERNEL_SECONDS,
        signal,
      };
      const plan = livePlan(stack, new Date());
      toStderr(
        `${options.stack}: ${String(plan.hosts.length)} hosts, ${String(plan.members.length)} members` +
          (options.launch ? `; launching ${repository} at ${ref}` : "; launching nothing"),
      );
      const lines = await liveTests(plan, {
        timeoutMs: options.timeout * 1000,
        now: new Date(),
        launches: [
          ...(options.launch ? [{ ...common, kind: "cached" as const }] : []),
          ...(options.launch && options.build ? [{ ...common, kind: "uncached" as const }] : []),
        ],
      });
      process.stdout.write(options.json ? `${JSON.stringify(lines, undefined, 2)}\n` : linesText(lines));
      const failed = lines.filter(({ outcome }) => outcome === "FAIL");
      if (failed.length > 0) {
        throw new Failure(
          `${options.stack}: ${String(failed.length)} of ${String(lines.length)} checks failed`,
        );
      }
    });
}
