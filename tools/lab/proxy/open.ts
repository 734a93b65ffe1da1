import { existsSync, rmSync } from "node:fs";
import type { Environment } from "../../../environment";
import { Failure } from "../../ground/terminal/failure";
import { withLock } from "../../ground/terminal/lock";
import type { Report } from "../../ground/terminal/report";
import { run } from "../../ground/terminal/run";
import { PortRace, stopProcesses } from "../background";
import type { Client } from "../controlPlane/client";
import { type Folders, foldersOf, readState } from "../controlPlane/folders";
import { freePort, isFree } from "../controlPlane/ports";
import { reconnect, serverOf } from "../controlPlane/start";
import { status } from "../controlPlane/status";
import { deployedProxy, type DeployedProxy } from "./deployed";
import { isProxyOf, PROXY_PROGRAMS, proxyFolder, runningProxy } from "./processes";
import { answers, startProxy } from "./start";
import { readProxyState } from "./state";

export interface OpenOptions {
  /** Stack, and name of its control plane. */
  readonly stack: string;
  readonly environment: Environment;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/** A federation proxy that runs on this machine. */
export interface OpenProxy {
  /** Host of the federation. */
  readonly host: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** Folder with a log per program. */
  readonly logs: string;
  /** False if it ran already. */
  readonly started: boolean;
}

const PORT_ATTEMPTS = 3;

/**
 * Runs the federation proxy as it is deployed on a stack's control plane: HAProxy and the agent, in the background until the
 * control plane is stopped. One that runs already is left alone if nothing else was deployed since, and replaced otherwise, on
 * the same port. Throws a Failure if there is no HAProxy, if the stack is not deployed, or if one of the programs dies.
 */
export async function openProxy(options: OpenOptions): Promise<OpenProxy> {
  const { stack, environment, report, signal } = options;
  const haproxy = await haproxyProgram();
  const folders = foldersOf(stack, environment);
  const lock = { path: folders.lock, busyWith: `starts or stops control plane "${stack}"`, report, signal };
  return withLock(lock, async () => {
    const client = await clientOf(stack, environment);
    try {
      const deployed = await deployedProxy(client, stack);
      const { host } = deployed;
      const found = await look(folders, deployed);
      if (found.problem === undefined) {
        return { host, port: found.port, logs: folders.logs, started: false };
      }
      if (found.problem !== "") report(`federation proxy of ${stack}: replaces one ${found.problem}`);
      await discard(folders);
      const port = await startOn(found.port, { folders, client, deployed, haproxy, signal });
      return { host, port, logs: folders.logs, started: true };
    } finally {
      client.close();
    }
  });
}

/** The URL of a path at the federation's host, or at one below it. */
export function proxyUrl({ host, port }: Pick<OpenProxy, "host" | "port">, path: string): string {
  return `http://${host}:${String(port)}${path}`;
}

/**
 * The path of HAProxy: on PATH, or where Debian has it, which is not on every user's PATH. Throws a Failure (exit code 3) where
 * it is in none of the `places`.
 */
export async function haproxyProgram(places = ["haproxy", "/usr/sbin/haproxy"]): Promise<string> {
  const script = 'for place do command -v "$place" && exit; done';
  const [found = ""] = (await run("/bin/sh", ["-c", script, "sh", ...places])).stdout.split("\n");
  if (found !== "") return found;
  throw new Failure(
    "haproxy is not on PATH. Install the package haproxy (Debian, Ubuntu: apt-get install haproxy), then run again: " +
      "npx mybinder open",
    3,
  );
}

async function clientOf(stack: string, environment: Environment): Promise<Client> {
  const { state, problem } = await status(stack, environment);
  const client = state === "running" ? reconnect(foldersOf(stack, environment)) : undefined;
  if (client) return client;
  const why = problem === undefined ? "" : ` (${problem})`;
  throw new Failure(`the control plane of ${stack} is ${state}${why}; start it: npm start`, 2);
}

/** What there is of a proxy; `problem`: why it cannot stay, undefined if it can, "" if there is none. */
async function look(
  { dir }: Folders,
  { host, digest }: DeployedProxy,
): Promise<{ readonly port: number; readonly problem: string | undefined }> {
  const folder = proxyFolder(dir);
  const alive = runningProxy(dir);
  if (!existsSync(folder) && alive.size === 0) return { port: 0, problem: "" };
  const state = readProxyState(folder);
  if (!state) return { port: 0, problem: "whose start was interrupted" };
  const { http: port } = state.ports;
  const dead = PROXY_PROGRAMS.filter((program) => !alive.has(program));
  if (dead.length > 0) return { port, problem: `whose ${dead.join(" and ")} had died` };
  if (state.digest !== digest) return { port, problem: "of an earlier deploy" };
  const answered = await answers(host, port).catch(() => undefined);
  return { port, problem: answered ? undefined : "that did not answer" };
}

async function startOn(
  wanted: number,
  options: Omit<Parameters<typeof startProxy>[0], "ports" | "server">,
): Promise<number> {
  const { folders } = options;
  const server = serverOf(readState(folders)?.port ?? 0);
  for (let attempt = 1; ; attempt++) {
    const isKept = attempt === 1 && wanted !== 0 && (await isFree(wanted));
    const http = isKept ? wanted : await freePort();
    const ports = { http, admin: await freePort(), agent: await freePort() };
    try {
      await startProxy({ ...options, server, ports });
      return http;
    } catch (error) {
      await discard(folders);
      if (!(error instanceof PortRace)) throw error;
      if (attempt === PORT_ATTEMPTS) {
        throw new Failure(
          `a port on 127.0.0.1 was taken by somebody else ${String(attempt)} times in a row`,
          3,
        );
      }
    }
  }
}

async function discard({ dir }: Folders): Promise<void> {
  await stopProcesses((argv) => isProxyOf(dir, argv));
  rmSync(proxyFolder(dir), { recursive: true, force: true });
}
