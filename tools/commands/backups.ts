import { Command, InvalidArgumentError } from "commander";
import { metaChartRelease } from "../../model/stack/releases";
import { type ClusterChoice, contextOf, kubectlAccessOf } from "../ground/cluster/clusterChoice";
import { kubectlCommand } from "../ground/cluster/kubectl";
import { loadStackFile } from "../ground/stackFile/stacks";
import { duration } from "../ground/terminal/arguments";
import { Failure } from "../ground/terminal/failure";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { localLab } from "../lab/localLab";
import { listSnapshots } from "../operate/backups/list";
import { restoreCommands } from "../operate/backups/restore";
import { snapshotsText } from "../operate/backups/snapshots";
import type { Stack } from "../../model/stack/config";

/** How long the list may take: a node that pulls the image first, and a bucket far away. */
const LIST_MS = 300_000;

interface ListOptions extends ClusterChoice {
  readonly timeout: number;
  readonly json?: true;
}

interface RestoreOptions {
  readonly stack: string;
  readonly kubeconfig?: string;
  readonly snapshot?: string;
  readonly json?: true;
}

/** `mybinder backups list | restore`: which backups a stack has, and how to restore one. */
export function backupsCommand(): Command {
  const command = new Command("backups").description("List a stack's backups, and say how to restore one");
  command
    .command("list")
    .description("List the backups by a Job in the cluster, which has the bucket's key and the password")
    .requiredOption("--stack <name>", "the stack")
    .option("--kubeconfig <file>", "kubeconfig of its cluster")
    .option("--local", "use its control plane on this machine instead")
    .option("--timeout <time>", "how long to wait for the Job (default: 5m)", duration, LIST_MS)
    .option("--json", "print as JSON")
    .action(async ({ stack: name, timeout: timeoutMs, json, ...choice }: ListOptions) => {
      const stack = backedUp(name);
      const access = await kubectlAccessOf(stack, choice, toStderr, localLab);
      const { namespace } = metaChartRelease(name);
      const found = await listSnapshots(access, namespace, { timeoutMs, signal: interruptSignal() });
      process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : snapshotsText(name, found));
    });
  command
    .command("restore <backup>")
    .description(
      "Print the commands that restore a backup: hub, grafana or harbor. Runs none of them; docs/backup.md says what each does",
    )
    .requiredOption("--stack <name>", "the stack")
    .option("--kubeconfig <file>", "kubeconfig of its cluster, for the commands")
    .option("--snapshot <id>", "the backup, as `backups list` shows it (default: the newest)", snapshotId)
    .option("--json", "print as JSON")
    .action((backup: string, { stack: name, kubeconfig, snapshot, json }: RestoreOptions) => {
      const { config } = backedUp(name);
      const kubectl = kubectlCommand({ kubeconfig, context: contextOf(config) });
      const options = { kubectl, ...(snapshot !== undefined && { snapshot }) };
      const commands = restoreCommands(name, config, backup, options);
      process.stdout.write(
        json ? `${JSON.stringify(commands, undefined, 2)}\n` : commands.map((line) => `${line}\n`).join(""),
      );
    });
  return command;
}

/** The stack. Throws a Failure (exit code 2) where it backs nothing up. */
function backedUp(name: string): Stack {
  const { stack } = loadStackFile(name);
  if (stack.config.backup) return stack;
  throw new Failure(
    `stack ${name} backs nothing up: mybinder:backup is not set in Pulumi.${name}.yaml (docs/backup.md)`,
    2,
  );
}

function snapshotId(text: string): string {
  if (/^[0-9a-f]{8,64}$/.test(text)) return text;
  throw new InvalidArgumentError("Allowed: an id of 8 to 64 hexadecimal digits, as `backups list` shows it.");
}
