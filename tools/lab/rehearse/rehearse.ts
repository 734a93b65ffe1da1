import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "../../../environment";
import { down, status, up } from "../controlPlane";
import { foldersOf, rehearsalLock } from "../controlPlane/folders";
import { Failure } from "../../ground/terminal/failure";
import { type LockHolder, withLock } from "../../ground/terminal/lock";
import { ensureToolchain, type Toolchain } from "../kube/toolchain";
import type { Report } from "../../ground/terminal/report";
import { ROOT } from "../../ground/root";
import { contextFile, type NamedContext } from "../start/context";
import { type ChartChoice, type ChartOrigin, gatherCharts } from "../../ground/cluster/charts";
import { rehearsalConfig } from "./config";
import type { ClusterAccess } from "../../ground/cluster/kubectl";
import type { Message } from "./messages";
import { type ProgramResult, runStack } from "./runStack";
import type { LoadedStack } from "../../ground/stackFile/stacks";

interface GatheredCharts {
  readonly folder: string;
  readonly origins: readonly ChartOrigin[];
}

export interface RehearsalOptions {
  readonly stacks: readonly LoadedStack[];
  readonly charts: ChartChoice;
  /** Leave the control planes running, so that the result can be looked at and rehearsed again. */
  readonly keep: boolean;
  readonly context?: NamedContext;
  /** Seconds that one release may take to roll out. */
  readonly rolloutTimeout: number;
  readonly environment: Environment;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Control planes at the same time. */
  readonly parallel: number;
}

/** How the rehearsal of one stack ended. */
export interface StackResult extends ProgramResult {
  readonly stack: string;
  readonly seconds: number;
  readonly charts: readonly ChartOrigin[];
  /** Where to look at what was made; `undefined` when the control plane is gone again. */
  readonly kubeconfig: string | undefined;
}

/**
 * Runs the unchanged program of each stack against a real API server: a control plane of the stack's own, so that
 * objects of the whole cluster never collide, or a named context. Throws Failure when the machine lacks something;
 * a stack that fails is a result that is not `ok`, and does not stop the others.
 */
export async function rehearse(options: RehearsalOptions): Promise<StackResult[]> {
  const { environment, report, signal } = options;
  const toolchain = await ensureToolchain({ environment, report, signal });
  const charts = gatherCharts({
    choice: options.charts,
    cache: environment.chartCache,
    helm: toolchain.helm,
  });
  try {
    const queue = [...options.stacks];
    const results: StackResult[] = [];
    const lane = async (): Promise<void> => {
      for (let stack = queue.shift(); stack; stack = queue.shift()) {
        signal.throwIfAborted();
        results.push(await rehearseAlone(stack, options, toolchain, charts));
      }
    };
    await Promise.all(Array.from({ length: options.parallel }, lane));
    return options.stacks.flatMap(({ stack: { name } }) => results.filter(({ stack }) => stack === name));
  } finally {
    charts.remove();
  }
}

/** One rehearsal of a stack at a time: two would install into, and take down, the same control plane. */
async function rehearseAlone(
  loaded: LoadedStack,
  options: RehearsalOptions,
  toolchain: Toolchain,
  charts: GatheredCharts,
): Promise<StackResult> {
  const { name } = loaded.stack;
  const { environment, context, report } = options;
  const path = context
    ? contextFile(environment, context.context, "lock")
    : rehearsalLock(foldersOf(name, environment));
  const where = context ? `context ${context.context}` : `stack ${name}`;
  let refusal: Failure | undefined;
  const refuse = ({ pid, seconds }: LockHolder): Failure =>
    (refusal = new Failure(
      `${where} is being rehearsed by process ${String(pid)}, for ${String(seconds)} s. Wait for it, end it (kill ${String(pid)}), ` +
        `or rehearse in another place: MYBINDER_STATE=DIR npx mybinder rehearse ${name}`,
    ));
  try {
    return await withLock({ path, busyWith: `rehearses ${name}`, report, refuse }, () =>
      rehearseStack(loaded, options, toolchain, charts),
    );
  } catch (error) {
    if (refusal === undefined) throw error;
    const none = {
      registrations: [],
      notices: [],
      charts: charts.origins,
      kubeconfig: undefined,
      seconds: 0,
    };
    return { ...none, ok: false, problems: [refusal.message], stack: name };
  }
}

async function rehearseStack(
  loaded: LoadedStack,
  options: RehearsalOptions,
  toolchain: Toolchain,
  charts: GatheredCharts,
): Promise<StackResult> {
  const started = performance.now();
  const { name } = loaded.stack;
  const { environment, signal } = options;
  const report: Report = (line) => {
    options.report(`[${name}] ${line}`);
  };
  const cluster = await openCluster(loaded.stack, options, toolchain, report);
  try {
    const result = await runStack(
      {
        root: ROOT,
        stack: name,
        ...rehearsalConfig(loaded),
        access: cluster.access,
        rolloutTimeout: options.rolloutTimeout,
        seed: cluster.seed,
        commands: cluster.commands,
      },
      {
        chartCache: charts.folder,
        kubeconfig: cluster.access.kubeconfig,
        onMessage: progress(report),
        signal,
      },
    );
    const kubeconfig = cluster.remains ? cluster.access.kubeconfig : undefined;
    return {
      ...result,
      stack: name,
      seconds: (performance.now() - started) / 1000,
      charts: charts.origins,
      kubeconfig,
    };
  } finally {
    if (!cluster.remains) await down(name, environment, report);
  }
}

interface OpenCluster {
  readonly access: ClusterAccess;
  readonly seed: string;
  readonly commands: string;
  /** Whether the cluster stays when the rehearsal is over. */
  readonly remains: boolean;
}

async function openCluster(
  { name, pools, config }: LoadedStack["stack"],
  { environment, context, keep, signal }: RehearsalOptions,
  toolchain: Toolchain,
  report: Report,
): Promise<OpenCluster> {
  const { kubectl, helm } = toolchain;
  if (context) {
    const seed = seedIn(contextFile(environment, context.context, "seed"));
    const commands = contextFile(environment, context.context, "commands");
    return { access: { kubectl, helm, ...context }, seed, commands, remains: true };
  }
  const before = await status(name, environment);
  const plane = await up({ name, pools, kind: config.cluster.kind, environment, toolchain, report, signal });
  const seed = seedIn(join(plane.dir, "rehearsal.seed"));
  const remains = keep || before.state === "running";
  const commands = join(plane.dir, "rehearsal.commands");
  return { access: { kubectl, helm, kubeconfig: plane.kubeconfig }, seed, commands, remains };
}

/** A random number that lives as long as the cluster's data, so that a second rehearsal draws the same values. */
function seedIn(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

function progress(report: Report): (message: Message) => void {
  return (message) => {
    if (message.kind === "progress") report(message.text);
    if (message.kind === "failed") report(`FAILED ${message.name}`);
    if (message.kind === "registered") {
      const objects = Object.values(message.objects).reduce((sum, count) => sum + count, 0);
      const many = objects > 1 ? `, ${String(objects)} objects` : "";
      report(`${message.action} ${message.name}${many} (${message.seconds.toFixed(1)} s)`);
    }
  };
}
