import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";

import { environment } from "../../environment";
import { type ControlPlaneStatus, down, list, status, up } from "../lab/controlPlane";
import { removeEmpty } from "../ground/removeEmpty";
import { Failure } from "../ground/terminal/failure";
import { ensureToolchain } from "../lab/kube/toolchain";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { loadStackFile } from "../ground/stackFile/stacks";

interface Named {
  readonly name: string;
}

const NAME_OPTION = ["--name <name>", "stack of the control plane", "local"] as const;

/** The command `local`: brings up, takes down and shows the control planes of this machine. */
export function localCommand(): Command {
  return new Command("local")
    .description("Manage real Kubernetes control planes on this machine, with simulated nodes")
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand())
    .addCommand(kubeconfigCommand());
}

function upCommand(): Command {
  return new Command("up")
    .description("Start the control plane, or check that it runs and has the stack's nodes")
    .option(...NAME_OPTION)
    .option("--port <port>", "port of the API server on 127.0.0.1 (default: a free one)", parsePort)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nThe first run builds Kubernetes from source, which takes several minutes and needs Go.",
    )
    .action(async ({ name, port, json }: Named & { port?: number; json?: true }) => {
      const { pools, config } = loadStackFile(name).stack;
      const here = { environment: environment(), report: toStderr };
      const signal = interruptSignal();
      const toolchain = await ensureToolchain({ ...here, signal });
      const result = await up({ ...here, name, pools, kind: config.cluster.kind, port, toolchain, signal });
      if (json) {
        print(JSON.stringify(result, undefined, 2));
        return;
      }
      print(`Control plane "${name}" ${result.started ? "is up" : "was up already"} at ${result.server}`);
      print(`  kubeconfig  ${result.kubeconfig}`);
      print(`  logs        ${result.logs}`);
      print(`  stop it     npx mybinder local down --name ${name}`);
    });
}

function downCommand(): Command {
  return new Command("down")
    .description("Stop the control plane and remove its data")
    .option(...NAME_OPTION)
    .option("--all", "stop every control plane of this user")
    .action(async ({ name, all }: Named & { all?: true }) => {
      const names = all ? list(environment()) : [name];
      if (names.length === 0) print("No control plane runs.");
      for (const each of names) {
        const { existed } = await down(each, environment(), toStderr);
        print(`Control plane "${each}" ${existed ? "is stopped and removed." : "is not running."}`);
      }
      removeEmpty(join(environment().state, "control-planes"));
    });
}

function statusCommand(): Command {
  return new Command("status")
    .description("Show the control planes of this machine: programs, ports, folders, logs")
    .option("--name <name>", "show only this one")
    .option("--json", "print as JSON")
    .action(async ({ name, json }: { name?: string; json?: true }) => {
      const names = name === undefined ? list(environment()) : [name];
      const all = await Promise.all(names.map((each) => status(each, environment())));
      if (json) {
        print(JSON.stringify(all, undefined, 2));
        return;
      }
      if (all.length === 0) print("No control plane runs. Start one with: npx mybinder local up");
      for (const each of all) print(statusText(each));
    });
}

function kubeconfigCommand(): Command {
  return new Command("kubeconfig")
    .description("Print the path of the control plane's kubeconfig")
    .option(...NAME_OPTION)
    .addHelpText("after", "\n  kubectl --kubeconfig $(npx mybinder local kubeconfig) get pods -A")
    .action(async ({ name }: Named) => {
      const { state, kubeconfig } = await status(name, environment());
      if (state === "running") {
        print(kubeconfig);
        return;
      }
      throw new Failure(
        `Control plane "${name}" is ${state}. Start it with: npx mybinder local up --name ${name}`,
      );
    });
}

function statusText(of: ControlPlaneStatus): string {
  const uptime = of.uptimeSeconds === undefined ? "" : `, for ${String(of.uptimeSeconds)} s`;
  const rows = of.programs.map(({ program, pid, port }) => {
    const where =
      pid === undefined
        ? "is not running"
        : `pid ${String(pid)}${port === undefined ? "" : `, 127.0.0.1:${String(port)}`}`;
    return `  ${program.padEnd(24)} ${where}`;
  });
  const problem = of.problem === undefined ? [] : [`  problem     ${of.problem}; "local up" replaces it`];
  return [
    `Control plane "${of.name}": ${of.state}${uptime}`,
    ...problem,
    `  kubeconfig  ${of.kubeconfig}`,
    `  logs        ${of.logs}`,
    ...(of.state === "stopped" ? [] : rows),
  ].join("\n");
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("a port is 1 to 65535");
  }
  return port;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
