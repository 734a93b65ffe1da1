import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";

import type { Environment } from "../../../environment";
import { Failure } from "../../ground/terminal/failure";

/** Where one control plane keeps everything. Nothing of it is anywhere else. */
export interface Folders {
  readonly name: string;
  /** Mode 0700. The programs run in it, and its path in their command line is how they are found again. */
  readonly dir: string;
  readonly logs: string;
  readonly pki: string;
  /** Mode 0600: it holds the administrator's token. */
  readonly kubeconfig: string;
  readonly lock: string;
  /** Logs of a start that failed; removed by the next start that does not, and by `down`. */
  readonly failedLogs: string;
}

/** The folders of control plane `name`. Throws a Failure (exit code 2) for a name that is not fit for a folder. */
export function foldersOf(name: string, environment: Environment): Folders {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name)) {
    throw new Failure(
      `"${name}" cannot name a control plane: use lower-case letters, digits and "-", starting with a letter or ` +
        "digit, at most 41 characters.",
      2,
    );
  }
  const base = baseOf(environment);
  const dir = join(base, name);
  return {
    name,
    dir,
    logs: join(dir, "logs"),
    pki: join(dir, "pki"),
    kubeconfig: join(dir, "kubeconfig"),
    lock: join(base, `${name}.lock`),
    failedLogs: join(base, `${name}.failed`),
  };
}

/** The lock that a rehearsal holds from its first object to the end of the control plane. */
export function rehearsalLock({ lock }: Folders): string {
  return lock.replace(/\.lock$/, ".rehearsal.lock");
}

/** Where the log of a program is. */
export function logOf({ logs }: Folders, program: string): string {
  return join(logs, `${program}.log`);
}

/** Names of all control planes that have a folder, running or not. */
export function namesIn(environment: Environment): string[] {
  const base = baseOf(environment);
  if (!existsSync(base)) return [];
  return readdirSync(base).filter((name) => !name.includes("."));
}

/** What is known about a control plane beyond what its processes tell. */
export interface State {
  /** Cache key of the programs it runs. */
  readonly toolchain: string;
  /** Port of the API server on 127.0.0.1. */
  readonly port: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** False until everything is up: what is left with `false` was killed while it started. */
  readonly ready: boolean;
}

/** The recorded state, or undefined if nothing was recorded before the start was cut short. */
export function readState({ dir }: Folders): State | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, "state.json"), "utf8")) as State;
  } catch {
    return undefined;
  }
}

export function writeState({ dir }: Folders, state: State): void {
  writePrivate(join(dir, "state.json"), `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Writes a file of mode 0600, whole or not at all. */
export function writePrivate(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Real path, so that a process started through one symlink is found through another. */
function baseOf(environment: Environment): string {
  const base = resolve(environment.state, "control-planes");
  mkdirSync(base, { recursive: true, mode: 0o700 });
  return realpathSync(base);
}
