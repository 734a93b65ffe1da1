import { Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../model/traffic";
import type { ClusterConfig } from "../../model/schema";
import { CULL_SECONDS, LONGEST_SESSION_SECONDS } from "../../model/sessions";
import type { ClusterChoice } from "../clusterChoice";
import { localLab } from "../lab/localLab";
import { openCluster } from "../nodes/cluster";
import { nodeRows, nodesText } from "../nodes/list";
import { recycle, type Recycled } from "../nodes/recycle";
import { toStderr } from "../report";
import { interruptSignal } from "../signals";
import { loadStackFile } from "../stacks";

/** The longest session and the time until the hub ends it, in milliseconds. */
const SESSION_MS = (LONGEST_SESSION_SECONDS + CULL_SECONDS) * 1000;

interface Options extends ClusterChoice {
  readonly json?: true;
}

interface RecycleFlags extends Options {
  readonly timeout: number;
  readonly wait: boolean;
}

/** `mybinder nodes list | recycle`: the nodes of a stack, and how one is emptied. */
export function nodesCommand(): Command {
  const command = new Command("nodes").description("Show the nodes of a stack's cluster, and empty them");
  common(command.command("list").description("Nodes, what is on them, and which are cordoned")).action(
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
        "Cordon it, move its system pods one by one, wait for its sessions; run again, it goes on",
      ),
  )
    .option(
      "--timeout <time>",
      "how long to wait, such as 30m (default: the longest session)",
      duration,
      SESSION_MS,
    )
    .option("--no-wait", "end when the system pods have moved")
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
    .requiredOption("--stack <name>", "stack whose cluster it is")
    .option("--kubeconfig <file>", "access to its cluster")
    .option("--local", "its control plane on this machine instead")
    .option("--json", "print as JSON");
}

/** What is left, and who removes the nodes: never this command. */
function recycledText({ nodes, sessions, builds, bare }: Recycled, { kind }: ClusterConfig): string {
  const names = nodes.join(", ");
  const lines = [
    sessions + builds === 0
      ? `${names}: empty but for what belongs to the node`
      : `${names}: ${String(sessions)} sessions and ${String(builds)} builds run on; they end by themselves`,
    ...(bare.length > 0 ? [`nobody would make these anew, so they stay: ${bare.join(", ")}`] : []),
    kind === "gke"
      ? "Google's autoscaler removes an empty node in about ten minutes, unless its pool is at its minimum."
      : "Nothing removes the machine: take it away yourself, or let it take pods again: kubectl uncordon NODE",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("a time such as 90m or 6h");
  return ms;
}
