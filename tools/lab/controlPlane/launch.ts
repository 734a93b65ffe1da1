import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Failure } from "../../ground/terminal/failure";
import { findProcesses, isAlive, type RunningProcess, signalProcess } from "../../ground/terminal/processes";
import type { Folders } from "./folders";
import {
  commandLine,
  isProgramOf,
  type ProgramName,
  type ProgramOptions,
  programOf,
  PROGRAMS,
} from "./programs";

const POLL_MS = 50;
const STOP_TIMEOUT_MS = 10_000;

/** A program that was just started. */
export interface Launched {
  readonly program: ProgramName;
  readonly child: ChildProcess;
  readonly log: string;
}

/** Starts one program, detached from this process and its terminal. Its output goes to a log of its own. */
export function launch(program: ProgramName, options: ProgramOptions): Launched {
  const { dir, logs } = options.folders;
  const { path, args } = commandLine(program, options);
  const log = join(logs, `${program}.log`);
  const output = openSync(log, "a", 0o600);
  try {
    // Nothing of the user's environment: no proxy, no KUBECONFIG, no other home to read a configuration from.
    const env = { PATH: "/usr/bin:/bin", HOME: dir, TMPDIR: dir };
    const child = spawn(path, args, { cwd: dir, env, detached: true, stdio: ["ignore", output, output] });
    child.on("error", () => undefined); // seen as a program that does not run
    child.unref();
    return { program, child, log };
  } finally {
    closeSync(output);
  }
}

/** The running programs of a control plane, as the process table shows them. */
export function running({ dir }: Folders): ReadonlyMap<ProgramName, RunningProcess> {
  const found = findProcesses((argv) => isProgramOf(dir, argv));
  return new Map(
    found.flatMap((process) => {
      const program = programOf(process.argv[0] ?? "");
      return program ? [[program, process] as const] : [];
    }),
  );
}

/**
 * Stops whatever runs of a control plane, at once: its data is thrown away. Returns the programs that did run.
 * Throws a Failure if one cannot be stopped.
 */
export async function stopAll({ dir }: Folders): Promise<ProgramName[]> {
  const stopped = new Set<ProgramName>();
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  for (;;) {
    const processes = findProcesses((argv) => isProgramOf(dir, argv));
    const alive = processes.filter(isAlive);
    if (alive.length === 0) return PROGRAMS.filter((program) => stopped.has(program));
    for (const process of alive) {
      stopped.add(programOf(process.argv[0] ?? "") ?? "etcd");
      signalProcess(process, "SIGKILL");
    }
    if (performance.now() > deadline) {
      const left = alive.map(({ pid, argv }) => `${String(pid)} (${argv[0] ?? ""})`).join(", ");
      throw new Failure(`These processes did not exit: ${left}. Stop them, then run the same command again.`);
    }
    await sleep(POLL_MS / 2);
  }
}

export interface Waiting {
  /** What is waited for, for the message: "the API server". */
  readonly what: string;
  readonly launched: readonly Launched[];
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/**
 * Asks `check` every 50 ms until it gives something. Throws a Failure if one of the programs dies meanwhile (with the
 * end of its log), if the time is up, or the signal's reason if it is aborted. What `check` throws is only told when the time is up.
 */
export async function waitUntil<T>(waiting: Waiting, check: () => Promise<T | undefined>): Promise<T> {
  const { what, launched, signal, timeoutMs } = waiting;
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    signal?.throwIfAborted();
    const dead = launched.find(({ child }) => hasEnded(child));
    if (dead) throw diedAtStart(dead);
    const result = await check().catch((error: unknown) => void (last = error));
    if (result !== undefined) return result;
    if (performance.now() > deadline) {
      const reason = last instanceof Error ? ` (${last.message})` : "";
      const logs = launched.map(({ log }) => log).join(", ");
      throw new Failure(
        `${what} was not ready after ${String(timeoutMs / 1000)} s${reason}. Logs: ${logs}`,
        1,
      );
    }
    await sleep(POLL_MS);
  }
}

/** A program died of a port that somebody took between its choice and its use. */
export class PortRace extends Error {
  override readonly name = "PortRace";
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

function diedAtStart({ program, log }: Launched): Error {
  const text = readFileSync(log, "utf8").trim();
  if (text.includes("address already in use")) return new PortRace(program);
  if (text.includes("no space left on device")) {
    const room = "a control plane needs about 150 MB. Free some, or name another folder in MYBINDER_STATE";
    return new Failure(`${program} ended because the disk of ${dirname(log)} is full: ${room}.`, 3);
  }
  const end = text.split("\n").slice(-8).join("\n  ");
  return new Failure(`${program} exited right after its start. Its log is ${log} and ends with\n  ${end}`);
}
