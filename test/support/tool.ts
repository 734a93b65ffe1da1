// Run by runTool.ts: `toolchain [tool…]` builds the toolchain, `consumers [name…]` what only tests start, `up <name>` brings
// up a control plane. Prints JSON.
import { environment } from "../../environment";
import { up } from "../../tools/lab/controlPlane";
import { Failure } from "../../tools/ground/terminal/failure";
import { type ConsumerName, ensureConsumers } from "../../tools/lab/kube/consumers";
import { ensureToolchain, type ToolName } from "../../tools/lab/kube/toolchain";
import { toStderr } from "../../tools/ground/terminal/report";
import { interruptSignal } from "../../tools/ground/terminal/signals";
import { POOLS } from "./pools";

async function run([command, ...args]: readonly string[]): Promise<unknown> {
  const common = { environment: environment(), report: toStderr, signal: interruptSignal() };
  if (command === "toolchain") {
    return ensureToolchain({ ...common, ...(args.length > 0 && { only: args as ToolName[] }) });
  }
  if (command === "consumers") {
    return ensureConsumers({ ...common, ...(args.length > 0 && { only: args as ConsumerName[] }) });
  }
  const toolchain = await ensureToolchain(common);
  toStderr("going up");
  return up({ ...common, toolchain, name: args[0] ?? "", pools: POOLS });
}

run(process.argv.slice(2)).then(
  (result) => {
    process.stdout.write(JSON.stringify(result ?? {}));
    process.exit(0);
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Failure ? error.message : String(error)}\n`);
    process.exit(error instanceof Failure ? error.exitCode : 130);
  },
);
