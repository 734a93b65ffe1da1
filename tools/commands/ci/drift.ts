import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { ciEnvironment } from "../../../environment";
import { Failure } from "../../ground/terminal/failure";
import { run } from "../../ground/terminal/run";
import { interruptSignal } from "../../ground/terminal/signals";
import { loadStackFile } from "../../ground/stackFile/stacks";
import { localLab } from "../../lab/localLab";
import { type Drift, driftSchema, hasDrift, reportDrift } from "../../operate/ci/driftIssue";
import { diffLive } from "../diff/live";
import { repository } from "./repository";

interface Options {
  readonly out: string;
  readonly kubeconfig?: string;
}

/** Of what Pulumi printed. */
const LAST_CHARACTERS = 10_000;

/** `mybinder ci drift`: whether one stack is as the program says. */
export function driftCommand(): Command {
  return new Command("drift")
    .description("Say whether a stack is as the program says: its state, refreshed, and its live objects")
    .argument("<stack>")
    .requiredOption("--out <dir>", "folder for drift-STACK.json, which `ci drift-issue` reads")
    .option("--kubeconfig <file>", "kubeconfig of its cluster; without it, no objects are compared")
    .action(async (stack: string, { out, kubeconfig }: Options) => {
      loadStackFile(stack);
      const drift = { stack, ...(await pulumiDrift(stack)), ...(await liveDrift(stack, kubeconfig)) };
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, `drift-${stack}.json`), JSON.stringify(drift));
      process.stdout.write(`${stack}: ${hasDrift(drift) ? "DRIFT" : "no drift"}\n`);
      if (drift.problem !== undefined) {
        process.stdout.write(`  not compared with its cluster: ${drift.problem}\n`);
      }
    });
}

async function pulumiDrift(stack: string): Promise<Pick<Drift, "pulumi" | "output">> {
  const args = [
    "preview",
    "--stack",
    stack,
    "--refresh",
    "--expect-no-changes",
    "--non-interactive",
    "--color=never",
  ];
  const { code, stdout, stderr } = await run("pulumi", args, "", interruptSignal());
  if (code === 0) return { pulumi: "none", output: "" };
  const output = `${stdout}\n${stderr}`.slice(-LAST_CHARACTERS);
  return { pulumi: output.includes("no changes were expected") ? "changes" : "failed", output };
}

async function liveDrift(
  stack: string,
  kubeconfig: string | undefined,
): Promise<Pick<Drift, "live" | "problem">> {
  if (kubeconfig === undefined) return { problem: "no kubeconfig was named" };
  try {
    const { stacks } = await diffLive({ stack, kubeconfig }, "real", localLab);
    const [live] = stacks;
    return live ? { live } : {};
  } catch (error) {
    if (error instanceof Failure) return { problem: error.message };
    throw error;
  }
}

/** `mybinder ci drift-issue`: the one issue about drift. */
export function driftIssueCommand(): Command {
  return new Command("drift-issue")
    .description("Open, update or close the one issue about drift, from what `ci drift` wrote")
    .requiredOption("--results <dir>", "folder with drift-*.json")
    .action(async ({ results }: { results: string }) => {
      const files = existsSync(results) ? readdirSync(results, { recursive: true, encoding: "utf8" }) : [];
      const drifts = files
        .filter((file) => /(^|\/)drift-[^/]+\.json$/.test(file))
        .map((file) => driftSchema.parse(JSON.parse(readFileSync(join(results, file), "utf8"))));
      if (drifts.length === 0) throw new Failure(`no drift-*.json is in ${results}: no stack was looked at`);
      process.stdout.write(`${await reportDrift(repository(), drifts, ciEnvironment().runUrl)}\n`);
    });
}
