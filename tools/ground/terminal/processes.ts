import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** A process of this machine, told apart from a later one with the same id by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own notation: only good for comparing. */
  readonly started: string;
}

/** A process with the command line it was started with. */
export interface RunningProcess extends ProcessIdentity {
  readonly argv: readonly string[];
}

const linux = process.platform === "linux";

/** What identifies process `pid`, or undefined if there is none (or only a zombie that nobody has reaped). */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = linux ? startedLinux(pid) : ps(["-o", "lstart=", "-p", String(pid)]).trim();
  return started ? { pid, started } : undefined;
}

/** Whether the process identified earlier still runs: the same one, not a newcomer that was given its id. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  return identify(pid)?.started === started;
}

/** The processes whose command line `matches`. Reads the process table: no file can be out of date about it. */
export function findProcesses(matches: (argv: readonly string[]) => boolean): RunningProcess[] {
  return commandLines()
    .filter(({ argv }) => matches(argv))
    .flatMap(({ pid, argv }) => {
      const identity = identify(pid);
      return identity ? [{ ...identity, argv }] : [];
    });
}

/** Sends `signal` to a process if it is still the one that was identified. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function commandLines(): { pid: number; argv: string[] }[] {
  if (!linux) {
    return ps(["-axww", "-o", "pid=,command="])
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .map(([pid, ...argv]) => ({ pid: Number(pid), argv }));
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), argv: readProc(`/proc/${name}/cmdline`).split("\0") }));
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and parentheses, hence the last ")". */
function startedLinux(pid: number): string | undefined {
  const stat = readProc(`/proc/${String(pid)}/stat`);
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "" || state === "Z" || state === "X" ? undefined : rest[18];
}

function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the process has gone meanwhile
  }
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync("ps", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return ""; // ps exits with 1 when there is no such process
  }
}
