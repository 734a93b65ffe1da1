import { Command, Option } from "commander";
import { environment } from "../../environment";
import { stackNames } from "../../model/stack/stackFiles";
import { Failure } from "../ground/terminal/failure";
import { wholeNumber } from "../ground/terminal/arguments";
import { type ChartChoice } from "../ground/cluster/charts";
import { rehearse, type StackResult } from "../lab/rehearse/rehearse";
import { changes, renderResult } from "../lab/rehearse/table";
import { toStderr } from "../ground/terminal/report";
import { ROOT } from "../ground/root";
import { interruptSignal } from "../ground/terminal/signals";
import { loadStackFile } from "../ground/stackFile/stacks";
import { deployedStacks } from "../ground/stackFile/stackMatrix";

interface Options {
  readonly all?: true;
  readonly charts: ChartChoice;
  readonly keep?: true;
  readonly json?: true;
  readonly timeout: number;
  readonly parallel: number;
}

/** `mybinder rehearse <stack>…`: the program, unchanged, on a real API server, without the Pulumi engine. */
export function rehearseCommand(): Command {
  return new Command("rehearse")
    .description(
      "Run the program of one or more stacks on an embedded control plane, without Pulumi, login, passphrase or cloud.\n" +
        "Helm installs the releases; all other objects are applied server-side. Keeps no state.",
    )
    .argument("[stack...]", "stacks to rehearse")
    .option("--all", "rehearse every stack that is not paused or gone")
    .addOption(
      new Option(
        "--charts <which>",
        "auto: cache, repository, else stand-ins; real: no stand-ins; stand-ins: nothing else",
      )
        .choices(["auto", "real", "stand-ins"])
        .default("auto"),
    )
    .option("--keep", "keep the control planes running; rehearse again to see what changes")
    .option("--timeout <seconds>", "time limit for the rollout of one release", wholeNumber(1, 3600), 60)
    .option("--parallel <count>", "number of control planes to run at the same time", wholeNumber(1, 32), 2)
    .option("--json", "print the result as JSON")
    .action(async (names: string[], options: Options) => {
      const wanted = options.all ? deployedStacks(toStderr) : [...new Set(names)];
      if (wanted.length === 0) {
        throw new Failure(
          `no stack named: name one or more, or use --all; stacks: ${stackNames(ROOT).join(", ")}`,
          2,
        );
      }
      const stacks = wanted.map((name) => loadStackFile(name));
      const results = await rehearse({
        stacks,
        charts: options.charts,
        keep: options.keep ?? false,
        rolloutTimeout: options.timeout,
        parallel: options.parallel,
        environment: environment(),
        report: toStderr,
        signal: interruptSignal(),
      });
      process.stdout.write(
        options.json ? `${asJson(results)}\n` : `${results.map(renderResult).join("\n\n")}\n`,
      );
      const failed = results.filter(({ ok }) => !ok).map(({ stack }) => stack);
      if (failed.length > 0) throw new Failure(`the rehearsal failed: ${failed.join(", ")}`);
      if (!options.keep && !options.json) {
        toStderr("The control planes were removed. To inspect them with kubectl, rehearse with --keep.");
      }
    });
}

function asJson(results: readonly StackResult[]): string {
  return JSON.stringify(
    results.map((result) => ({ ...result, changes: changes(result.registrations) })),
    undefined,
    2,
  );
}
