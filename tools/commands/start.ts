import { join } from "node:path";
import { Command } from "commander";
import { environment, type Environment } from "../../environment";
import { up } from "../lab/controlPlane";
import { Failure } from "../ground/terminal/failure";
import { ensureToolchain, type Toolchain } from "../lab/kube/toolchain";
import { checkCachedCharts } from "../ground/cluster/charts";
import { rehearse } from "../lab/rehearse/rehearse";
import { renderResult } from "../lab/rehearse/table";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { type LoadedStack, loadStackFile } from "../ground/stackFile/stacks";
import { clusterOf, contextFile, namedContext, type NamedContext } from "../lab/start/context";
import { deployedWith, type Engine, markEngine } from "../lab/start/deployedWith";
import { pulumiUp, whyNotPulumi } from "../lab/start/pulumi";

const STACK = "local";

interface Options {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly rehearse?: true;
}

/** Where stack local goes. */
interface Target {
  readonly loaded: LoadedStack;
  readonly kubeconfig: string;
  readonly context: NamedContext | undefined;
  /** File that says which engine deployed here. */
  readonly mark: string;
}

interface Setting {
  readonly environment: Environment;
  readonly toolchain: Toolchain;
  readonly signal: AbortSignal;
}

/** `npm start`: the embedded control plane (or a named context) with stack `local` deployed on it. */
export function startCommand(): Command {
  return new Command("start")
    .description(
      "Start the embedded control plane and deploy stack local on it: with Pulumi if its CLI, its plugins and the charts " +
        "are available, else as a rehearsal. A second run changes nothing.",
    )
    .option(
      "--context <name>",
      "use this cluster of yours instead (kind, k3d, K3s), by its kubeconfig context",
    )
    .option("--kubeconfig <file>", "the kubeconfig that has the context (default: ~/.kube/config)")
    .option("--rehearse", "do not use Pulumi even if it is available")
    .action(async (options: Options) => {
      if (options.kubeconfig !== undefined && options.context === undefined) {
        throw new Failure(
          "--kubeconfig needs --context NAME: a cluster is used only when you name its context",
          2,
        );
      }
      const signal = interruptSignal();
      const env = environment();
      checkCachedCharts(env.chartCache);
      const toolchain = await ensureToolchain({ environment: env, report: toStderr, signal });
      const setting = { environment: env, toolchain, signal };
      const target = await openTarget(options, setting);
      const { engine, why } = await chooseEngine(options, target, setting);
      toStderr(
        `Deploying stack local ${engine === "pulumi" ? "with Pulumi" : `as a rehearsal, not with Pulumi: ${why}`}`,
      );
      markEngine(target.mark, engine);
      if (engine === "pulumi") await deployWithPulumi(target, setting);
      else await deployAsRehearsal(target, setting);
      process.stdout.write(whatNext(target, toolchain.kubectl));
    });
}

async function openTarget({ context, kubeconfig }: Options, setting: Setting): Promise<Target> {
  const { environment: env, toolchain, signal } = setting;
  if (context !== undefined) {
    const named = namedContext(context, kubeconfig);
    const loaded = loadStackFile(STACK, await clusterOf(toolchain.kubectl, named));
    return {
      loaded,
      kubeconfig: named.kubeconfig,
      context: named,
      mark: contextFile(env, context, "engine"),
    };
  }
  const loaded = loadStackFile(STACK);
  const { pools } = loaded.stack;
  const plane = await up({ name: STACK, pools, environment: env, toolchain, report: toStderr, signal });
  return { loaded, kubeconfig: plane.kubeconfig, context: undefined, mark: join(plane.dir, "engine") };
}

/** Pulumi where it can be, unless a rehearsal was there before: neither engine knows what the other made. */
async function chooseEngine(
  options: Options,
  { mark }: Target,
  { environment: env, toolchain }: Setting,
): Promise<{ engine: Engine; why: string }> {
  const before = deployedWith(mark);
  if (options.rehearse) {
    if (before === "pulumi") {
      throw new Failure(
        "stack local was deployed with Pulumi; run npm stop, then npm start -- --rehearse",
        2,
      );
    }
    return { engine: "rehearsal", why: "you asked for a rehearsal" };
  }
  if (before === "rehearsal") {
    return { engine: "rehearsal", why: "a rehearsal is already deployed here (to start over, run npm stop)" };
  }
  const why = await whyNotPulumi(env, toolchain.helm);
  if (why === undefined) return { engine: "pulumi", why: "" };
  if (before === "pulumi") {
    throw new Failure(`stack local was deployed with Pulumi, but now ${why}. To start over, run npm stop`, 3);
  }
  return { engine: "rehearsal", why };
}

async function deployWithPulumi({ loaded, kubeconfig }: Target, setting: Setting): Promise<void> {
  const { environment: env, toolchain, signal } = setting;
  await pulumiUp({ loaded, environment: env, kubeconfig, helm: toolchain.helm, report: toStderr, signal });
}

async function deployAsRehearsal({ loaded, context }: Target, setting: Setting): Promise<void> {
  const { environment: env, signal } = setting;
  const [result] = await rehearse({
    stacks: [loaded],
    charts: "auto",
    keep: true,
    ...(context && { context }),
    rolloutTimeout: 120,
    parallel: 1,
    environment: env,
    report: toStderr,
    signal,
  });
  if (result) process.stdout.write(`${renderResult(result)}\n`);
  if (!result?.ok) throw new Failure("stack local is not deployed; see the problems above");
}

function whatNext({ kubeconfig, context }: Target, kubectl: string): string {
  const access = `${kubectl} --kubeconfig ${kubeconfig}${context ? ` --context ${context.context}` : ""}`;
  return `
Stack local is deployed.

The kubeconfig of its cluster is ${kubeconfig}
To see the pods, run:
  ${access} --namespace local get pods --output wide
${
  context
    ? ""
    : `To see its front page and its status page, run:
  npx mybinder open
`
}To try a change, edit a file in charts/mybinder/templates and run npm start again.
To rehearse other stacks, run:
  npx mybinder rehearse staging prod
To stop it and remove its data, run:
  npm stop${context ? ` -- --context ${context.context}` : ""}
`;
}
