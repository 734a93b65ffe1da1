import { Command, Option } from "commander";
import type { ChartChoice } from "../ground/cluster/charts";
import { Failure } from "../ground/terminal/failure";
import { localLab } from "../lab/localLab";
import { compareManifests } from "../operate/diff/manifests";
import { diffMarkdown } from "../operate/diff/markdown";
import type { DiffReport } from "../operate/diff/report";
import { diffText } from "../operate/diff/text";
import { diffLive } from "./diff/live";
import { diffRefs, diffStackObjects } from "./diff/programs";
import { renderDifferences, reportOverrides, stackDifferences } from "./diff/values";

interface Options {
  readonly base?: string;
  readonly head?: string;
  readonly stacks?: string[];
  readonly objects?: true;
  readonly manifests?: string[];
  readonly live?: true;
  readonly kubeconfig?: string;
  readonly local?: true;
  readonly overrides?: true;
  readonly charts: ChartChoice;
  readonly exitCode?: true;
  readonly json?: true;
  readonly markdown?: true;
}

const EXAMPLES = `
Examples:
  npx mybinder diff --base main                        # what this checkout changes, in every stack
  npx mybinder diff staging --base v1 --head v2        # between two commits, in one stack
  npx mybinder diff staging --live --kubeconfig FILE   # between the program and its cluster
  npx mybinder diff --stacks staging prod              # roles, names of secrets and Helm values of two stacks
  npx mybinder diff --stacks staging prod --objects    # their objects
  npx mybinder diff --manifests before after           # two folders, or files, of manifests

What comes from a secret is never shown. Nothing is changed, and only --live asks a cluster.`;

/** `mybinder diff`: what differs, object by object. */
export function diffCommand(): Command {
  return new Command("diff")
    .description(
      "Show what differs, object by object: between two commits, two stacks, or the program and a cluster",
    )
    .argument("[stack...]", "only these stacks")
    .option("--base <ref>", "compare with this commit or branch, rendered by its own code")
    .option("--head <ref>", "compare this commit or branch with --base, in place of the working tree")
    .option("--live", "compare the program with a stack's cluster: --kubeconfig FILE or --local")
    .option("--kubeconfig <file>", "kubeconfig of the stack's cluster; the default kubeconfig is never used")
    .option("--local", "the stack's control plane on this machine instead")
    .option(
      "--stacks <names...>",
      "compare two stacks: role, names of secrets, and every Helm value that the program sets",
    )
    .option("--objects", "compare the objects of the two stacks instead")
    .option("--manifests <paths...>", "compare two folders, or files, of manifests")
    .option("--overrides", "list every override of every stack instead; exits with 1 when one is stale")
    .addOption(
      new Option("--charts <which>", "auto: the published charts if all can be had, else stand-ins for all")
        .choices(["auto", "real", "stand-ins"])
        .default("auto"),
    )
    .option("--exit-code", "exit with 1 when something differs")
    .option("--json", "print as JSON")
    .option("--markdown", "print as Markdown")
    .addHelpText("after", EXAMPLES)
    .action(async (stacks: string[], options: Options, command: Command) => {
      if (options.overrides) {
        reportOverrides(options.json ?? false);
        return;
      }
      if (options.stacks && !options.objects) {
        const [left, right] = pair(options.stacks, "--stacks staging prod", command);
        const found = stackDifferences(left, right);
        print(options.json ? JSON.stringify(found, undefined, 2) : renderDifferences(found, left, right));
        return;
      }
      const report = await compare(stacks, options, command);
      const text = options.markdown ? diffMarkdown(report) : diffText(report).trimEnd();
      print(options.json ? JSON.stringify(report, undefined, 2) : text);
      const differ = report.stacks.filter(({ objects }) => objects.length > 0).map(({ stack }) => stack);
      if (options.exitCode && differ.length > 0) throw new Failure(`differences in: ${differ.join(", ")}`);
    });
}

async function compare(stacks: string[], options: Options, command: Command): Promise<DiffReport> {
  const { base, head, charts, live, kubeconfig, local } = options;
  if (options.stacks) {
    const [left, right] = pair(options.stacks, "--stacks staging prod", command);
    return diffStackObjects(left, right, charts);
  }
  if (options.manifests) {
    const [left, right] = pair(options.manifests, "--manifests before after", command);
    return compareManifests(left, right);
  }
  if (live) {
    const [stack, ...more] = stacks;
    if (stack === undefined || more.length > 0) {
      command.error("--live takes one stack: npx mybinder diff staging --live --kubeconfig FILE", {
        exitCode: 2,
      });
    }
    const choice = { stack, ...(kubeconfig !== undefined && { kubeconfig }), ...(local && { local }) };
    return diffLive(choice, charts, localLab);
  }
  if (base === undefined) {
    command.error("name what to compare: --base REF, --live, --stacks A B or --manifests A B", {
      exitCode: 2,
    });
  }
  return diffRefs({ base, head }, stacks, charts);
}

function pair(names: readonly string[], example: string, command: Command): [string, string] {
  const [left, right, ...rest] = names;
  if (left === undefined || right === undefined || rest.length > 0) {
    const option = example.split(" ")[0] ?? "";
    command.error(`${option} takes two: ${example}`, { exitCode: 2 });
  }
  return [left, right];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
