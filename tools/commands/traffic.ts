import { Command, InvalidArgumentError } from "commander";
import { iso, parseDuration, parseUntil } from "../../model/traffic";
import type { TrafficEntry } from "../../model/trafficShare";
import { toStderr } from "../report";
import { applyTraffic } from "../traffic/apply";
import { changedTable, loadProxy, writeTable } from "../traffic/change";
import { trafficRows, trafficText } from "../traffic/show";

interface Common {
  readonly stack: string;
  readonly kubeconfig?: string;
  readonly apply: boolean;
  readonly until?: string;
  readonly reason?: string;
  readonly peak?: number;
  readonly force?: true;
}

/** `mybinder traffic`: who gets launches for a while, in seconds and without a release. */
export function trafficCommand(): Command {
  const command = new Command("traffic").description(
    "Steer launches between the members: edits mybinder:traffic of the proxy's stack file and applies only that",
  );
  command
    .command("show")
    .description("Members, their weights, and what differs from them at the moment")
    .option(...STACK)
    .option("--json", "print as JSON")
    .action(({ stack, json }: Common & { json?: true }) => {
      const { config, members } = loadProxy(stack);
      const rows = trafficRows(members, config.traffic, new Date());
      process.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : trafficText(rows));
    });
  change(command, "drain <member>", "No new launches at all; running sessions stay", (options) => ({
    ...common(options),
    drain: true,
  }));
  change(command, "undrain <member>", "What the member's weight says, from now on", () => undefined);
  change(
    command,
    "weight <member> <number>",
    "Another weight; 0 for no new repositories",
    (options, number) => ({ ...common(options), weight: Number(number) }),
  );
  change(
    command,
    "ramp <member>",
    "From 5 % of its weight to all of it, for a member that is new or was away",
    (options) => {
      const now = Date.now();
      return { ...common(options), rampFrom: iso(now), until: iso(now + (options.over ?? 0)) };
    },
  ).requiredOption("--over <time>", "how long it takes, such as 3d", duration);
  command
    .command("apply")
    .description("Apply the table of the stack file once more")
    .option(...STACK)
    .option(...KUBECONFIG)
    .action(async ({ stack, kubeconfig }: Common) => {
      await applyTraffic({ stack, table: loadProxy(stack).config.traffic, kubeconfig, report: toStderr });
    });
  return command;
}

const STACK = ["--stack <name>", "the proxy's stack", "prod"] as const;
const KUBECONFIG = ["--kubeconfig <file>", "apply with kubectl, not with Pulumi"] as const;

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
    .option("--peak <launches>", "launches that must remain (default: federation.capacityFloor)", launches)
    .option("--force", "even when fewer remain")
    .option(...KUBECONFIG)
    .option("--no-apply", "edit the stack file only");
  if (name === "drain" || name === "weight") {
    one.option("--until <time>", "ends by itself: 18:00 (UTC), 6h, 3d or 2026-11-21T18:00:00Z", until);
  }
  return one.action(async (...args: unknown[]) => {
    // commander passes the arguments, the options and the command
    const options = args.at(-2) as Options;
    const [member = "", value] = args.slice(0, -2) as (string | undefined)[];
    const { stack, peak, force = false, kubeconfig } = options;
    const entry = entryOf(options, value);
    const { table, remaining } = changedTable({ stack, member, entry, peak, force, now: new Date() });
    writeTable(stack, table);
    toStderr(`Pulumi.${stack}.yaml is edited; ${String(remaining)} launches remain. Commit it.`);
    if (!options.apply) return;
    await applyTraffic({ stack, table, kubeconfig, report: toStderr });
    toStderr("Applied. The kubelets bring it to the proxies within about a minute; then it takes a second.");
  });
}

function common({ until: end, reason }: Common): TrafficEntry {
  return { until: end, reason };
}

function until(text: string): string {
  const at = parseUntil(text, new Date());
  if (at === undefined) {
    throw new InvalidArgumentError("a time to come, such as 18:00 (UTC), 6h, 3d or 2026-11-21T18:00:00Z");
  }
  return at;
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError("a time such as 90m, 6h, 3d or 2w");
  return ms;
}

function launches(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError("a number of launches");
  return count;
}
