import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Failure } from "../ground/terminal/failure";
import { findProcesses, isAlive, type RunningProcess, signalProcess } from "../ground/terminal/processes";

const POLL_MS = 50;
const STOP_TIMEOUT_MS = 10_000;

/** A program that was just started. */
export interface Launched {
  readonly program: string;
  readonly child: ChildProcess;
  readonly log: string;
}

/** A program that runs on after the command that starts it. */
export interface Background {
  /** As messages name it. */
  readonly program: string;
  readonly path: string;
  readonly args: readonly string[];
  /** Folder that it runs in, and its home. */
  readonly dir: string;
  /** File that its output is added to, mode 0600. */
  readonly log: string;
}

/** Starts a program, detached from this process and its terminal. */
export function launchInBackground({ program, path, args, dir, log }: Background): Launched {
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

/** Kills all processes whose command line `matches`, and gives them. Throws a Failure if one cannot be stopped. */
export async function stopProcesses(
  matches: (argv: readonly string[]) => boolean,
): Promise<RunningProcess[]> {
  const stopped = new Map<number, RunningProcess>();
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  for (;;) {
    const alive = findProcesses(matches).filter(isAlive);
    if (alive.length === 0) return [...stopped.values()];
    for (const process of alive) {
      stopped.set(process.pid, process);
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
  if (/address already in use/i.test(text)) return new PortRace(program);
  if (text.includes("no space left on device")) {
    const room = "a control plane needs about 150 MB. Free some, or name another folder in MYBINDER_STATE";
    return new Failure(`${program} ended because the disk of ${dirname(log)} is full: ${room}.`, 3);
  }
  const end = text.split("\n").slice(-8).join("\n  ");
  return new Failure(`${program} exited right after its start. Its log is ${log} and ends with\n  ${end}`);
}

/** Waits for a program that ends by itself. Throws a Failure with the end of its log if it fails, or the signal's reason. */
export async function untilEnded(launched: Launched, signal?: AbortSignal): Promise<void> {
  while (!hasEnded(launched.child)) {
    signal?.throwIfAborted();
    await sleep(POLL_MS);
  }
  if (launched.child.exitCode !== 0) throw diedAtStart(launched);
}
