import { Command } from "commander";
import { metaChartRelease } from "../../model/stack/releases";
import { accessOf, type ClusterChoice } from "../ground/cluster/clusterChoice";
import { historyOf } from "../ground/cluster/history";
import { loadStackFile } from "../ground/stackFile/stacks";
import { wholeNumber } from "../ground/terminal/arguments";
import { toStderr } from "../ground/terminal/report";
import { shellQuote } from "../ground/terminal/shellQuote";
import { localLab } from "../lab/localLab";
import { revertTarget, wasDeployed } from "../operate/revert/plan";
import { revert } from "../operate/revert/revert";

interface Options extends Omit<ClusterChoice, "stack"> {
  readonly to?: number;
  readonly stopped?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `mybinder revert STACK`: brings a stack's release back to its last good revision. */
export function revertCommand(): Command {
  return new Command("revert")
    .description("Bring a stack back to its last good deployment, without Pulumi and its state")
    .argument("<stack>", "the stack")
    .option(
      "--to <revision>",
      "the revision to go back to (default: the last one that was deployed before)",
      wholeNumber(1, 1e9),
    )
    .option("--kubeconfig <file>", "kubeconfig of its cluster")
    .option("--local", "use its control plane on this machine instead")
    .option("--stopped", "the deploy that Helm counts as running was stopped")
    .option("--dry-run", "only say which revision it would go back to")
    .option("--json", "print as JSON")
    .action(async (name: string, { to, stopped, dryRun, json, ...choice }: Options) => {
      const access = await accessOf(loadStackFile(name).stack, choice, toStderr, localLab);
      const release = metaChartRelease(name);
      const history = await historyOf(access, release);
      const where = choice.local ? "--local" : `--kubeconfig ${shellQuote(access.kubeconfig)}`;
      const command = `npx mybinder revert ${name} ${where}`;
      const target = revertTarget({ release, history, to, stopped: stopped ?? false, command }, new Date());
      const last = history.at(-1) ?? target;
      if (dryRun) {
        print({ stack: name, from: last.revision, to: target.revision }, json, [
          `${name} would go from revision ${String(last.revision)} (${last.status}) back to ${String(target.revision)}, deployed ${target.updated}`,
        ]);
        return;
      }
      const made = await revert(access, release, { last, target }, toStderr);
      print({ stack: name, from: last.revision, to: target.revision, revision: made.revision }, json, [
        `${name} is back at revision ${String(target.revision)}, as revision ${String(made.revision)}`,
        "next:  git revert the change and run pulumi up, so that the next deploy does not bring it back.",
        `       If Pulumi says that the stack is locked: pulumi cancel --stack ${name}`,
        ...(wasDeployed(last) ? [`undo:  ${command} --to ${String(last.revision)}`] : []),
      ]);
    });
}

function print(value: object, json: true | undefined, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${lines.join("\n")}\n`);
}
