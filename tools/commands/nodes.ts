import { Command } from "commander";
import type { ClusterConfig } from "../../model/schema/stack";
import { CULL_SECONDS, LONGEST_SESSION_SECONDS } from "../../model/member/sessions";
import type { ClusterChoice } from "../ground/cluster/clusterChoice";
import { localLab } from "../lab/localLab";
import { openCluster } from "../operate/nodes/cluster";
import { nodeRows, nodesText } from "../operate/nodes/list";
import { recycle, type Recycled } from "../operate/nodes/recycle";
import { duration } from "../ground/terminal/arguments";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { loadStackFile } from "../ground/stackFile/stacks";

/** The longest session and the time until the hub ends it, in milliseconds. */
const SESSION_MS = (LONGEST_SESSION_SECONDS + CULL_SECONDS) * 1000;

interface Options extends ClusterChoice {
  readonly json?: true;
}

interface RecycleFlags extends Options {
  readonly timeout: number;
  readonly wait: boolean;
}

/** `mybinder nodes list | recycle`: shows the nodes of a stack, and empties one. */
export function nodesCommand(): Command {
  const command = new Command("nodes").description("Show the nodes of a stack's cluster, or empty them");
  common(command.command("list").description("List the nodes, their pods, and which are cordoned")).action(
    async ({ json, ...choice }: Options) => {
      loadStackFile(choice.stack);
      const cluster = await openCluster(choice, toStderr, localLab);
      const rows = nodeRows(await cluster.nodes(), await cluster.pods(), new Date());
      process.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : nodesText(rows));
    },
  );
  common(
    command
      .command("recycle <node|pool>")
      .description(
        "Cordon the nodes, move their system pods one by one, and wait for sessions to end; run again to continue",
      ),
  )
    .option(
      "--timeout <time>",
      "how long to wait, such as 30m (default: the longest session)",
      duration,
      SESSION_MS,
    )
    .option("--no-wait", "do not wait for sessions to end")
    .action(async (target: string, { json, timeout: timeoutMs, wait, ...choice }: RecycleFlags) => {
      const { config } = loadStackFile(choice.stack).stack;
      const cluster = await openCluster(choice, toStderr, localLab);
      const signal = interruptSignal();
      const done = await recycle({ cluster, target, timeoutMs, wait, report: toStderr, signal });
      process.stdout.write(
        json ? `${JSON.stringify(done, undefined, 2)}\n` : recycledText(done, config.cluster),
      );
    });
  return command;
}

function common(command: Command): Command {
  return command
    .requiredOption("--stack <name>", "stack of the cluster")
    .option("--kubeconfig <file>", "kubeconfig of its cluster")
    .option("--local", "use its control plane on this machine instead")
    .option("--json", "print as JSON");
}

/** What is left, and who removes the nodes: never this command. */
function recycledText({ nodes, sessions, builds, bare }: Recycled, { kind }: ClusterConfig): string {
  const names = nodes.join(", ");
  const lines = [
    sessions + builds === 0
      ? `${names}: empty except for DaemonSet pods`
      : `${names}: ${String(sessions)} sessions and ${String(builds)} builds are still running; they end by themselves`,
    ...(bare.length > 0
      ? [`No controller owns these pods, so they were left running: ${bare.join(", ")}`]
      : []),
    kind === "gke"
      ? "Google's autoscaler removes an empty node in about ten minutes, unless its pool is at its minimum."
      : "The machine is not removed automatically: remove it yourself, or return it to service: kubectl uncordon NODE",
  ];
  return lines.map((line) => `${line}\n`).join("");
}
