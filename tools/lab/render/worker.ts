// Runs the programs of one checkout, which need not be this one, without an engine: another version of the project, with its
// own model, charts and packages. What is asked of that checkout: index.ts, and the modules in OF_THE_CHECKOUT.
import { symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import type * as Pulumi from "@pulumi/pulumi";
import type { gatherCharts, RehearsalCharts } from "../../ground/cluster/charts";
import type { deployedStacks } from "../../ground/stackFile/stackMatrix";
import type { loadStackFile } from "../../ground/stackFile/stacks";
import { unwrapSecrets } from "../../ground/cluster/unwrapSecrets";
import type { ProgramConfig, rehearsalConfig } from "../rehearse/config";
import { generateRandom } from "../rehearse/randomValues";
import { remoteOutputs } from "../rehearse/remote";
import type { Answer, Order, Registered, Variant } from "./messages";
import { secondValue } from "./secretVariant";

interface Checkout {
  readonly root: string;
  readonly require: NodeJS.Require;
  readonly pulumi: typeof Pulumi;
  readonly charts: RehearsalCharts;
}

const OF_THE_CHECKOUT = {
  charts: "tools/ground/cluster/charts.ts",
  matrix: "tools/ground/stackFile/stackMatrix.ts",
  stacks: "tools/ground/stackFile/stacks.ts",
  config: "tools/lab/rehearse/config.ts",
};

let checkout: Checkout | undefined;

function open({ root, charts, cache, helm, link }: Extract<Order, { kind: "open" }>): Answer {
  const require = createRequire(join(root, "index.ts"));
  const load = (file: string): unknown => require(join(root, file));
  let loaded;
  try {
    loaded = {
      ...(load(OF_THE_CHECKOUT.charts) as { gatherCharts: typeof gatherCharts }),
      ...(load(OF_THE_CHECKOUT.matrix) as { deployedStacks: typeof deployedStacks }),
      pulumi: load("node_modules/@pulumi/pulumi") as typeof Pulumi,
    };
    for (const file of Object.values(OF_THE_CHECKOUT)) load(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return { problem: (error as Error).message.split("\n")[0] ?? "", cause: "old" };
  }
  let gathered: RehearsalCharts;
  try {
    gathered = loaded.gatherCharts({ choice: charts, cache, helm });
  } catch (error) {
    // a Failure of that checkout's own
    if ((error as { exitCode?: unknown }).exitCode !== 3) throw error;
    return { problem: (error as Error).message, cause: "missing" };
  }
  symlinkSync(gathered.folder, link);
  checkout = { root, require, pulumi: loaded.pulumi, charts: gathered };
  return { stacks: loaded.deployedStacks(() => undefined), origins: gathered.origins };
}

/** Runs a stack's program as if it were the first in this process, and gives every registration. */
async function run({ stack, variant, without }: Extract<Order, { kind: "run" }>): Promise<Answer> {
  if (!checkout) throw new Error("no checkout is open");
  const { root, require, pulumi } = checkout;
  forgetProject();
  const load = (file: string): unknown => require(join(root, file));
  const stacks = load(OF_THE_CHECKOUT.stacks) as { loadStackFile: typeof loadStackFile };
  const configs = load(OF_THE_CHECKOUT.config) as { rehearsalConfig: typeof rehearsalConfig };
  const all = configs.rehearsalConfig(stacks.loadStackFile(stack));
  const { config, secretKeys } = withVariant(withoutSecrets(all, without), variant);
  const registered: Registered[] = [];
  const mocks: Pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs, custom }) => {
      const plain = unwrapSecrets(inputs) as Record<string, unknown>;
      if (custom !== false) registered.push({ type, name, inputs: plain });
      return { id: `${name}-id`, state: { ...plain, ...outputs(type, name, plain, variant) } };
    },
    call: ({ token }) => {
      throw new Error(`the program asks for ${token}, which nobody answers without an engine`);
    },
  };
  process.chdir(join(root, "program"));
  await pulumi.runtime.setMocks(mocks, "mybinder", stack, false);
  pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
  load("index.ts");
  await pulumi.runtime.disconnect();
  // A rejection that nobody handles is told after the work at hand: it is this run's, not the next one's.
  await setImmediate();
  return { registered };
}

function withoutSecrets({ config, secretKeys }: ProgramConfig, keys: readonly string[]): ProgramConfig {
  const left = Object.entries(config).filter(([key]) => !keys.includes(key.replace(/^mybinder:/, "")));
  return { config: Object.fromEntries(left), secretKeys };
}

function withVariant({ config, secretKeys }: ProgramConfig, variant: Variant): ProgramConfig {
  if (variant === "first") return { config, secretKeys };
  const secret = new Set(secretKeys);
  const entries = Object.entries(config).map(([key, value]): [string, string] => [
    key,
    secret.has(key) ? secondValue(value) : value,
  ]);
  return { config: Object.fromEntries(entries), secretKeys };
}

/** What a provider would compute and the program reads. The same in every checkout, so that only the program differs. */
function outputs(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  variant: Variant,
): Readonly<Record<string, unknown>> {
  if (type.startsWith("random:")) return generateRandom(variant, type, name, inputs);
  if (type === "command:local:Command") {
    const made = `${name}-${variant}`;
    return {
      stdout: JSON.stringify({ key: `key-of-${made}`, certificate: `certificate-of-${made}` }),
      stderr: "",
    };
  }
  if (type.endsWith(":Release")) return { status: { status: "deployed" } };
  return remoteOutputs(type, name);
}

/** What a module of the checkout remembers goes with it; the packages stay loaded. */
function forgetProject(): void {
  for (const file of Object.keys(require.cache)) {
    if (!file.includes(`${sep}node_modules${sep}`)) Reflect.deleteProperty(require.cache, file);
  }
}

function fail(error: unknown): void {
  process.send?.({
    problem: error instanceof Error ? error.message : JSON.stringify(error),
  } satisfies Answer);
}

async function obey(order: Order): Promise<Answer> {
  if (order.kind === "open") return open(order);
  if (order.kind === "run") return run(order);
  checkout?.charts.remove();
  return {};
}

// An output that fails rejects the registrations behind it.
process.on("unhandledRejection", fail);
process.on("disconnect", () => {
  checkout?.charts.remove();
  process.exit(1);
});
process.on("message", (order: Order) => {
  obey(order).then((answer) => process.send?.(answer), fail);
});
