import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";

/** A real Traefik on loopback with the arguments that its chart renders. */
export interface RunningTraefik {
  /** Port of each entry point, by its name. */
  readonly ports: Readonly<Record<string, number>>;
  /** What it has written so far. */
  readonly log: () => string;
  /** Tells it to end, as the kubelet does. */
  readonly terminate: () => void;
  /** Ends it, by its pid, and removes its files. */
  readonly stop: () => Promise<void>;
}

export interface TraefikOptions {
  /** Arguments of the container. It asks its makers nothing; addresses become free ports of loopback, and the folder of files one of this machine. */
  readonly args: readonly string[];
  /** Files of the file provider's ConfigMap. */
  readonly files: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  /** Ports of entry points that cannot be any free one. */
  readonly ports?: Readonly<Record<string, number>>;
  /** URL of the proxy that answers for every pod. */
  readonly pods: string;
  /** URL of what the ban keeper serves; not said: it is not asked. */
  readonly bans?: string;
}

/** Starts Traefik. Rejects with its log when it ends, or is not ready after a minute. */
export async function startTraefik(program: string, options: TraefikOptions): Promise<RunningTraefik> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-traefik-"));
  for (const [name, text] of Object.entries(options.files)) writeFileSync(join(folder, name), text);
  const ports: Record<string, number> = {};
  const args = ["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false"];
  for (const arg of options.args) {
    const [, entryPoint] = /^--entrypoints\.(\w+)\.address=:\d+(?:\/tcp)?$/i.exec(arg) ?? [];
    if (entryPoint !== undefined) {
      const port = (ports[entryPoint] = options.ports?.[entryPoint] ?? (await freePort()));
      args.push(`--entryPoints.${entryPoint}.address=127.0.0.1:${String(port)}/tcp`);
    } else if (options.bans === undefined && /^--providers\.http\./i.test(arg)) {
      continue;
    } else if (!arg.toLowerCase().startsWith("--global.")) {
      args.push(
        arg
          .replace(/^(--providers\.file\.directory)=.*/i, `$1=${folder}`)
          .replace(/^(--providers\.http\.endpoint)=.*/i, `$1=${options.bans ?? ""}`),
      );
    }
  }
  const env = { PATH: process.env["PATH"], KUBECONFIG: options.kubeconfig, HTTP_PROXY: options.pods };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    // without its colours
    // eslint-disable-next-line no-control-regex
    stream.on("data", (chunk: Buffer) => (log += chunk.toString().replace(/\u001b\[\d+m/g, "")));
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // it would wait for what is still open
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(child, ports["traefik"] ?? 0, () => log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports, log: () => log, terminate: () => child.kill("SIGTERM"), stop };
}

async function untilReady(child: ChildProcess, port: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) {
      throw new Error(`traefik ended with code ${String(child.exitCode)}: ${log()}`);
    }
    if ((await ask(port, "/ping").catch(() => undefined))?.status === 200) return;
    await sleep(100);
  }
  throw new Error(`traefik did not get ready: ${log()}`);
}
