import { Command } from "commander";
import { Failure } from "../ground/terminal/failure";
import {} from "../../model/federation/traffic";
import type { TrafficEntry } from "../../model/federation/trafficShare";
import { editFiles } from "../ground/stackFile/editor";
import { toStderr } from "../ground/terminal/report";
import { iso } from "../ground/terminal/times";
import { applyTraffic } from "../operate/traffic/apply";
import { duration, numberBetween, serverUrl, until, wholeNumber } from "../ground/terminal/arguments";
import { changedTable, loadProxy, writeFloor, writeTable } from "../operate/traffic/change";
import { launchesToKeep, prometheusOf, recentPeak } from "../operate/traffic/peak";
import { trafficRows, trafficText } from "../operate/traffic/show";

interface Common {
  readonly stack: string;
  readonly kubeconfig?: string;
  readonly apply: boolean;
  readonly until?: string;
  readonly reason?: string;
  readonly peak?: number;
  readonly force?: true;
  readonly prometheus?: string;
  readonly days: number;
}

/** `mybinder traffic`: who gets launches for a while, in seconds and without a release. */
export function trafficCommand(): Command {
  const command = new Command("traffic").description(
    "Steer launches between the members: edits mybinder:traffic in the proxy's stack file and applies only that",
  );
  command
    .command("show")
    .description("List the members with their weights and current traffic entries")
    .option(...STACK)
    .option("--json", "print as JSON")
    .action(({ stack, json }: Common & { json?: true }) => {
      const { members, effective } = loadProxy(stack);
      const rows = trafficRows(members, effective, new Date());
      process.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : trafficText(rows));
    });
  change(
    command,
    "drain <member>",
    "Send a member no new launches; running sessions continue",
    (options) => ({
      ...common(options),
      drain: true,
    }),
  );
  change(command, "undrain <member>", "Return a member to its configured weight", () => undefined);
  change(
    command,
    "weight <member> <number>",
    "Change a member's weight; 0: no new repositories",
    (options, number) => ({ ...common(options), weight: weightOf(number) }),
  );
  change(
    command,
    "ramp <member>",
    "Raise a member's traffic from 5 % of its weight to all of it, for a new or returning member",
    (options) => {
      const now = new Date().getTime();
      return { ...common(options), rampFrom: iso(now), until: iso(now + (options.over ?? 0)) };
    },
  ).requiredOption("--over <time>", "duration of the ramp, such as 3d", duration);
  command
    .command("peak")
    .description("Show the peak of concurrent launches in recent days, from Prometheus")
    .option(...STACK)
    .option(...PROMETHEUS)
    .option(...DAYS)
    .option("--write", "write it to the stack file as federation.capacityFloor, which every preview checks")
    .option("--json", "print as JSON")
    .action(async ({ stack, prometheus, days, write, json }: Common & { write?: true; json?: true }) => {
      loadProxy(stack);
      const url = prometheus ?? prometheusOf(stack);
      const peak = await recentPeak({ prometheus: url, days, timeoutMs: 30_000 });
      process.stdout.write(
        json ? `${JSON.stringify({ peak, days, prometheus: url })}\n` : `${String(peak)}\n`,
      );
      if (!write) return;
      await editFiles((files) => {
        writeFloor(files, stack, peak);
      });
      toStderr(`Pulumi.${stack}.yaml: set federation.capacityFloor to ${String(peak)}. Commit the file.`);
    });
  command
    .command("apply")
    .description("Apply the stack file's traffic table again")
    .option(...STACK)
    .option(...KUBECONFIG)
    .action(async ({ stack, kubeconfig }: Common) => {
      await applyTraffic({ stack, table: loadProxy(stack).effective, kubeconfig, report: toStderr });
    });
  return command;
}

const STACK = ["--stack <name>", "the proxy's stack", "prod"] as const;
const PROMETHEUS = [
  "--prometheus <url>",
  "the Prometheus that scrapes the proxy (default: the stack's)",
  serverUrl,
] as const;
const DAYS = ["--days <count>", "number of days to look back", wholeNumber(1, 3650), 7] as const;
const KUBECONFIG = [
  "--kubeconfig <file>",
  "apply with kubectl and this kubeconfig, not with Pulumi",
] as const;

type Options = Common & { readonly over?: number };

function change(
  command: Command,
  usage: string,
  description: string,
  entryOf: (options: Options, value: string | undefined) => TrafficEntry | undefined,
): Command {
  const [name = ""] = usage.split(" ");
  const one = command
    .command(usage)
    .description(description)
    .option(...STACK)
    .option("--reason <text>", "why, for the next operator")
    .option(
      "--peak <launches>",
      "launches that must remain (default: the recent peak, at least federation.capacityFloor)",
      wholeNumber(0, 1_000_000),
    )
    .option(...PROMETHEUS)
    .option(...DAYS)
    .option("--force", "do it even if fewer launches remain")
    .option(...KUBECONFIG)
    .option("--no-apply", "only edit the stack file");
  if (name === "drain" || name === "weight") {
    one.option(
      "--until <time>",
      "when the change expires: 18:00 (UTC), 6h, 3d or 2026-11-21T18:00:00Z",
      until,
    );
  }
  return one.action(async (...args: unknown[]) => {
    // commander passes the arguments, the options and the command
    const options = args.at(-2) as Options;
    const [member = "", value] = args.slice(0, -2) as (string | undefined)[];
    const { stack, force = false, kubeconfig } = options;
    const entry = entryOf(options, value);
    const peak = entry === undefined ? undefined : await launchesToKeep(options, toStderr);
    const { effective, remaining } = await editFiles((files) => {
      files.text(`Pulumi.${stack}.yaml`);
      const changed = changedTable({ stack, member, entry, peak, force, now: new Date() });
      writeTable(files, stack, changed.table);
      return changed;
    });
    toStderr(`Edited Pulumi.${stack}.yaml; ${String(remaining)} launches remain. Commit the file.`);
    if (!options.apply) return;
    await applyTraffic({ stack, table: effective, kubeconfig, report: toStderr });
    toStderr("Applied. The proxies read the change within two seconds.");
  });
}

/** commander hands the arguments of a command over as they are. */
function weightOf(text = ""): number {
  try {
    return numberBetween(0, 1000)(text);
  } catch (error) {
    throw new Failure(`the weight ${JSON.stringify(text)}: ${(error as Error).message}`, 2);
  }
}

function common({ until: end, reason }: Common): TrafficEntry {
  return { until: end, reason };
}
