import { Command } from "commander";
import { keepsLogs } from "../../model/member/logs";
import { metaChartRelease } from "../../model/stack/releases";
import type { Stack } from "../../model/stack/config";
import { type ClusterChoice, kubectlAccessOf } from "../ground/cluster/clusterChoice";
import { loadStackFile } from "../ground/stackFile/stacks";
import { duration, wholeNumber } from "../ground/terminal/arguments";
import { Failure } from "../ground/terminal/failure";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { localLab } from "../lab/localLab";
import { lineText, linesIn, type LogLine, statsText } from "../operate/logs/lines";
import { followPath, type LogSearch, searchPath, STATS } from "../operate/logs/request";
import { askStore, followStore } from "../operate/logs/store";

const HOUR_MS = 3_600_000;
/** The answer is held in memory. */
const MOST_LINES = 100_000;

interface Options extends Omit<ClusterChoice, "stack">, Omit<LogSearch, "query" | "since"> {
  readonly since?: number;
  readonly follow?: true;
  readonly stats?: true;
  readonly json?: true;
}

/** `mybinder logs`: the logs of a stack's pods, also of pods that are gone. */
export function logsCommand(): Command {
  return new Command("logs")
    .description("Search the logs of a stack's pods, also of pods that are gone (docs/logs.md)")
    .argument("<stack>", "the stack")
    .argument("[query]", 'LogsQL: words, "a phrase", or filters and pipes (default: every line)')
    .option("--kubeconfig <file>", "kubeconfig of its cluster")
    .option("--local", "use its control plane on this machine instead")
    .option("--since <time>", "from how long ago on (default: 1h)", duration)
    .option("--namespace <name>", "of this namespace alone")
    .option("--pod <name>", "of pods whose name begins so")
    .option("--container <name>", "of this container alone")
    .option("--repository <text>", "of sessions and builds of repositories whose URL has this in it")
    .option("--client <address>", "of sessions that this address launched")
    .option("--limit <number>", "at most so many lines, the newest", wholeNumber(1, MOST_LINES), 1000)
    .option("--follow", "print each new line until interrupted")
    .option("--stats", "print who wrote most instead: lines, megabytes, pod, client, repository")
    .option("--json", "print each line as JSON, with all its fields")
    .action(search);
}

async function search(name: string, query: string | undefined, options: Options): Promise<void> {
  const { since = HOUR_MS, follow, stats, json, limit, kubeconfig, local, ...named } = options;
  if (stats && (follow ?? query) !== undefined) {
    throw new Failure("--stats is a query of its own, and has an end: leave out --follow and the query", 2);
  }
  const stack = keeping(name);
  const choice = { ...(kubeconfig !== undefined && { kubeconfig }), ...(local && { local }) };
  const access = await kubectlAccessOf(stack, choice, toStderr, localLab);
  const { namespace } = metaChartRelease(name);
  const asked: LogSearch = {
    ...named,
    limit,
    since: new Date(new Date().getTime() - since),
    query: stats ? STATS : query,
  };
  const print = (line: LogLine): unknown =>
    process.stdout.write(`${json ? JSON.stringify(line) : lineText(line)}\n`);
  if (follow) {
    const onLine = (text: string): void => {
      for (const line of linesIn(text)) print(line);
    };
    await followStore(access, namespace, followPath(asked), onLine, interruptSignal());
    return;
  }
  const lines = linesIn(await askStore(access, namespace, searchPath(asked)));
  if (stats && !json) process.stdout.write(statsText(lines));
  else for (const line of lines) print(line);
  if (!stats && lines.length === limit) {
    toStderr(`the newest ${String(limit)} lines; there may be more: --limit, or a shorter --since`);
  }
}

/** The stack. Throws a Failure (exit code 2) where it keeps no logs. */
function keeping(name: string): Stack {
  const { stack } = loadStackFile(name);
  if (keepsLogs(stack.config)) return stack;
  const { cluster, logs } = stack.config;
  if (cluster.kind === "gke") {
    throw new Failure(
      `stack ${name} is on GKE, where Cloud Logging keeps the logs: gcloud logging read 'resource.type="k8s_container"' --project ${cluster.project} (docs/logs.md)`,
      2,
    );
  }
  const found = logs.enabled === undefined ? `nothing, which means false on kind ${cluster.kind}` : "false";
  throw new Failure(
    `stack ${name} keeps no logs: mybinder:logs.enabled: found ${found}; write enabled: true into Pulumi.${name}.yaml, ` +
      `then: pulumi up --stack ${name} (docs/logs.md)`,
    2,
  );
}
