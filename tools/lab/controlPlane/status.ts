import { existsSync } from "node:fs";

import type { Environment } from "../../../environment";
import { type Folders, foldersOf, logOf, namesIn, readState } from "./folders";
import { running } from "./launch";
import { type ProgramName, PROGRAMS } from "./programs";
import { isReady, reconnect, serverOf } from "./start";

export interface ProgramStatus {
  readonly program: ProgramName;
  /** Undefined if it does not run. */
  readonly pid: number | undefined;
  /** TCP port it listens on, on 127.0.0.1; only the API server has one. */
  readonly port: number | undefined;
  readonly log: string;
}

export interface ControlPlaneStatus {
  readonly name: string;
  /** `broken`: something of it is there, but it does not work; the next `up` replaces it. */
  readonly state: "running" | "stopped" | "broken";
  /** What is broken, in a few words. */
  readonly problem: string | undefined;
  readonly uptimeSeconds: number | undefined;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly logs: string;
  /** URL of the API server. */
  readonly server: string | undefined;
  readonly programs: readonly ProgramStatus[];
}

/** How the control plane of that name is. Changes nothing. Throws a Failure (exit code 2) for an unfit name. */
export async function status(name: string, environment: Environment): Promise<ControlPlaneStatus> {
  const folders = foldersOf(name, environment);
  const { dir, kubeconfig, logs } = folders;
  const state = readState(folders);
  const alive = running(folders);
  const exists = existsSync(dir) || alive.size > 0;
  const problem = exists
    ? await problemOf(
        folders,
        PROGRAMS.filter((program) => !alive.has(program)),
      )
    : undefined;
  return {
    name,
    state: !exists ? "stopped" : problem === undefined ? "running" : "broken",
    problem,
    uptimeSeconds: state && alive.size > 0 ? secondsSince(state.startedAt) : undefined,
    dir,
    kubeconfig,
    logs: existsSync(folders.failedLogs) && !exists ? folders.failedLogs : logs,
    server: state && serverOf(state.port),
    programs: PROGRAMS.map((program) => ({
      program,
      pid: alive.get(program)?.pid,
      port: program === "kube-apiserver" && alive.has(program) ? state?.port : undefined,
      log: logOf(folders, program),
    })),
  };
}

/** Names of the control planes there are, running or broken. */
export function list(environment: Environment): string[] {
  return namesIn(environment);
}

async function problemOf(folders: Folders, dead: readonly ProgramName[]): Promise<string | undefined> {
  if (readState(folders)?.ready !== true) return "it is starting, or its start was interrupted";
  if (dead.length > 0) return `${dead.join(", ")} ${dead.length === 1 ? "is" : "are"} not running`;
  const client = reconnect(folders);
  try {
    return client && (await isReady(client)) ? undefined : "the API server is not ready";
  } catch (error) {
    return `the API server does not answer: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    client?.close();
  }
}

function secondsSince(iso: string): number {
  return Math.max(0, Math.round((new Date().getTime() - Date.parse(iso)) / 1000));
}
