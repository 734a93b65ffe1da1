import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../tools/ground/terminal/failure";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { run } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";

/** Core of the servers that are measured; the load comes from the other one. */
const SERVER_CORE = "0";
const AGENT = join("charts", "mybinder", "files", "federation-agent.js");

/** Something that answers launches on a port of loopback. */
export interface Running {
  readonly port: number;
  readonly process: ChildProcess;
  /** Resident memory by process, in MiB. */
  readonly memory: () => Readonly<Record<string, number>>;
  /** Processor time that answering took so far, in seconds. */
  readonly cpuSeconds: () => number;
  /** Ends it, by its pid. */
  readonly stop: () => Promise<void>;
}

/** Ports of a replica on loopback. */
export interface ReplicaPorts {
  readonly http: number;
  readonly admin: number;
  readonly agent: number;
}

/** Writes a replica's files into a folder, its configuration with these ports and this folder. Returns the folder. */
export function placeFiles(
  files: Readonly<Record<string, string>>,
  folder: string,
  ports: ReplicaPorts,
): string {
  mkdirSync(join(folder, "input"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const config = (files["haproxy.cfg"] ?? "")
    .replace("bind :8080", `bind 127.0.0.1:${String(ports.http)}`)
    .replace("bind :8405", `bind 127.0.0.1:${String(ports.admin)}`)
    .replace("127.0.0.1:8406", `127.0.0.1:${String(ports.agent)}`)
    .replaceAll("/var/run/federation", folder);
  writeFileSync(join(folder, "haproxy.cfg"), config);
  return folder;
}

/** A replica as in a pod: HAProxy, as a master that can reload, and the agent of a checkout. */
export async function startReplica(
  files: Readonly<Record<string, string>>,
  checkout = ROOT,
): Promise<Running & { readonly folder: string }> {
  const ports = { http: await freePort(), admin: await freePort(), agent: await freePort() };
  const folder = placeFiles(files, mkdtempSync(join(tmpdir(), "mybinder-bench-")), ports);
  const args = [join(folder, "agent.json"), join(folder, "input"), folder, join(folder, "account")];
  const agentProgram = join(checkout, AGENT);
  await run(process.execPath, [agentProgram, "init", ...args]);
  const haproxy = pinned("haproxy", ["-W", "-db", "-f", join(folder, "haproxy.cfg")]);
  // its part of the processor beside HAProxy's, as the pod's requests of 20m and 50m have it
  const agent = pinned("nice", [
    ...["-n", "4", process.execPath, agentProgram, "run", ...args, `127.0.0.1:${String(ports.agent)}`],
  ]);
  await untilAnswers(haproxy, `http://127.0.0.1:${String(ports.admin)}/healthz`);
  // the agent's first round, and its commit
  await untilAnswers(agent, `http://127.0.0.1:${String(ports.agent)}/active_hosts`);
  return {
    port: ports.http,
    folder,
    process: haproxy,
    memory: () => ({ HAProxy: memoryOf(haproxy) + sumOfChildren(haproxy, memoryOf), agent: memoryOf(agent) }),
    cpuSeconds: () => sumOfChildren(haproxy, cpuSecondsOf),
    stop: async () => {
      await end(agent);
      await end(haproxy);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An entrypoint before replicas, which asks another one when the first does not answer, as Traefik's retry does. */
export async function startEntrypoint(ports: readonly number[]): Promise<Running> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), "mybinder-bench-"));
  const servers = ports.map(
    (each) => `  server p${String(each)} 127.0.0.1:${String(each)} check inter 500ms`,
  );
  const config = [
    "global\n  nbthread 1\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 10s\n  timeout server 10s",
    `frontend admin\n  bind 127.0.0.1:${String(adminPort)}\n  monitor-uri /healthz`,
    `frontend http\n  bind 127.0.0.1:${String(port)}\n  default_backend replicas`,
    "backend replicas\n  retries 3\n  option redispatch 1\n  retry-on all-retryable-errors",
    ...servers,
  ];
  writeFileSync(join(folder, "haproxy.cfg"), `${config.join("\n")}\n`);
  const haproxy = pinned("haproxy", ["-db", "-f", join(folder, "haproxy.cfg")]);
  await untilAnswers(haproxy, `http://127.0.0.1:${String(adminPort)}/healthz`);
  const stop = async (): Promise<void> => {
    await end(haproxy);
    rmSync(folder, { recursive: true });
  };
  const memory = (): Record<string, number> => ({ HAProxy: memoryOf(haproxy) });
  return { port, process: haproxy, memory, cpuSeconds: () => cpuSecondsOf(haproxy), stop };
}

/** Starts a program on the servers' core. */
export function pinned(program: string, args: readonly string[]): ChildProcess {
  return spawn("taskset", ["-c", SERVER_CORE, program, ...args], { stdio: "ignore" });
}

/** Resolves when a URL answers with success. Throws Failure when the program ends or stays silent for so many seconds. */
export async function untilAnswers(child: ChildProcess, url: string, seconds = 20): Promise<void> {
  for (let attempt = 0; attempt < 10 * seconds && child.exitCode === null; attempt++) {
    const answer = await fetch(url, { redirect: "manual" }).catch(() => undefined);
    if (answer !== undefined && answer.status < 400) return;
    await sleep(100);
  }
  throw new Failure(`${child.spawnargs.slice(3).join(" ")} does not answer at ${url}`);
}

/** Ends a child and waits for it. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

/** Resident memory of a child, in MiB. */
export function memoryOf({ pid }: { pid?: number | undefined }): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
}

/** Processor time of a process so far. */
export function cpuSecondsOf({ pid }: { pid?: number | undefined }): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, "utf8")
      .split(") ")[1]
      ?.split(" ") ?? [];
  // utime and stime, in ticks of 10 ms
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function sumOfChildren({ pid }: ChildProcess, value: (child: { pid: number }) => number): number {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8")
    .trim()
    .split(" ");
  return children.reduce((sum, child) => sum + (child === "" ? 0 : value({ pid: Number(child) })), 0);
}
