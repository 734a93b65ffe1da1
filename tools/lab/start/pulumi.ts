import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChartUnavailable, locateChart } from "../../../charts/source";
import { childEnvironment, type Environment } from "../../../environment";
import { Failure } from "../../ground/terminal/failure";
import { allPins } from "../../ground/cluster/charts";
import { run } from "../../ground/terminal/run";
import type { Report } from "../../ground/terminal/report";
import { ROOT } from "../../ground/root";
import type { LoadedStack } from "../../ground/stackFile/stacks";
import { backend, forgetPulumi, keepSalt, writeConfig } from "./backend";

/** Everything a run of the real engine needs. */
export interface PulumiRun {
  readonly loaded: LoadedStack;
  readonly environment: Environment;
  readonly kubeconfig: string;
  readonly helm: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The provider packages whose plugins a deploy of an existing cluster needs. */
const PLUGINS = ["kubernetes", "random"] as const;

/** The passphrase of stack `local`. It guards generated values of a cluster on the same machine: nothing. */
const PASSPHRASE = "local";

/** Why `npm start` cannot use the Pulumi engine; `undefined` when it can. Asks for every plugin and chart. */
export async function whyNotPulumi(environment: Environment, helm: string): Promise<string | undefined> {
  const version = await run("pulumi", ["version"]).catch(() => undefined);
  if (version?.code !== 0) return "there is no pulumi on PATH";
  for (const name of PLUGINS) {
    const { code, stderr } = await run("pulumi", ["plugin", "install", "resource", name, sdkVersion(name)]);
    if (code !== 0) {
      return `the plugin ${name} ${sdkVersion(name)} is not available: ${stderr.trim().split("\n").at(-1) ?? ""}`;
    }
  }
  try {
    for (const pin of allPins(ROOT)) {
      locateChart(pin, { cache: environment.chartCache, helm, pullSeconds: 10 });
    }
    return undefined;
  } catch (error) {
    if (error instanceof ChartUnavailable && error.missing) return error.problem;
    if (error instanceof ChartUnavailable) throw new Failure(error.message, 3);
    throw error;
  }
}

/** Deploys the stack with `pulumi up` and a file backend of its own. Throws Failure when it does not end well. */
export async function pulumiUp(options: PulumiRun): Promise<void> {
  const { loaded, report } = options;
  mkdirSync(backend(options.environment), { recursive: true, mode: 0o700 });
  await selectStack(options);
  const configFile = writeConfig(options.environment, options.loaded);
  report("pulumi up");
  await pulumi(options, [
    "up",
    "--stack",
    loaded.stack.name,
    "--config-file",
    configFile,
    "--yes",
    "--skip-preview",
    "--non-interactive",
  ]);
}

/** Takes away what `pulumiUp` made, and its state. Nothing to do when there is none. */
export async function pulumiDestroy(options: PulumiRun): Promise<void> {
  const folder = backend(options.environment);
  if (!existsSync(folder)) return;
  const configFile = writeConfig(options.environment, options.loaded);
  await pulumi(options, [
    "destroy",
    "--stack",
    options.loaded.stack.name,
    "--config-file",
    configFile,
    "--yes",
    "--skip-preview",
    "--non-interactive",
  ]);
  forgetPulumi(options.environment);
}

/**
 * Makes the stack in the backend, or selects it. Pulumi writes the salt of a new stack's passphrase into the stack file:
 * it is kept beside the backend, and the file stays as it was, so that it says nothing of one machine.
 */
async function selectStack(options: PulumiRun): Promise<void> {
  const { name } = options.loaded.stack;
  const file = join(ROOT, `Pulumi.${name}.yaml`);
  const before = readFileSync(file, "utf8");
  try {
    await pulumi(options, [
      ...["stack", "select", name, "--create"],
      ...["--secrets-provider", "passphrase", "--non-interactive"],
    ]);
  } finally {
    const after = readFileSync(file, "utf8");
    if (after !== before) writeFileSync(file, before);
    keepSalt(options.environment, after);
  }
}

function pulumi(
  { environment, kubeconfig, helm, signal }: PulumiRun,
  args: readonly string[],
): Promise<void> {
  const child = spawn("pulumi", args, {
    cwd: ROOT,
    env: childEnvironment({
      PULUMI_BACKEND_URL: `file://${backend(environment)}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      MYBINDER_KUBECONFIG: kubeconfig,
      MYBINDER_HELM: helm,
    }),
    stdio: ["ignore", "inherit", "inherit"],
    // a group of its own: with the terminal's Ctrl-C and ours it would get two, and drop what it is doing half done
    detached: true,
  });
  const interrupt = (): void => {
    child.kill("SIGINT");
  };
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  // a second Ctrl-C ends us at once, and pulumi with us
  process.once("exit", interrupt);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("exit", interrupt);
      if (code === 0) resolve();
      else {
        reject(new Failure(`pulumi ${args[0] ?? ""} ended with ${String(code)}; its own message is above`));
      }
    });
  });
}

function sdkVersion(name: (typeof PLUGINS)[number]): string {
  const file = require.resolve(`@pulumi/${name}/package.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
