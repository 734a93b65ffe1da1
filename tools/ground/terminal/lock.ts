import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Report } from "./report";
import { identify, isAlive, type ProcessIdentity } from "./processes";

export interface LockOptions {
  /** The lock's file. It exists while somebody holds the lock, and holds that process's id. */
  readonly path: string;
  /** What the holder is busy with, for the line a waiting process prints: "builds the Kubernetes programs". */
  readonly busyWith: string;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
  /** What is thrown when another process holds the lock, in place of waiting for it. */
  readonly refuse?: (holder: LockHolder) => Error;
}

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  /** Seconds since it took the lock. */
  readonly seconds: number;
}

const POLL_MS = 100;

/**
 * Does `work` while no other process holds the lock; waits for one that does, and says so once.
 * A lock whose process has died is taken over. Throws the signal's reason if it is aborted while waiting, or what `refuse`
 * says.
 */
export async function withLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  let said = false;
  for (let holder = take(options.path); holder; holder = take(options.path)) {
    if (options.refuse) throw options.refuse({ pid: holder.pid, seconds: ageOf(options.path) });
    if (!said) options.report(`waiting: process ${String(holder.pid)} ${options.busyWith}`);
    said = true;
    await sleep(POLL_MS);
    options.signal?.throwIfAborted();
  }
  try {
    return await work();
  } finally {
    rmSync(options.path, { force: true });
  }
}

/** Takes the lock, or returns the living process that holds it. */
function take(path: string): ProcessIdentity | undefined {
  // Written aside and linked into place, so that a lock is never seen without its holder.
  const mine = `${path}.${String(process.pid)}.${randomBytes(4).toString("hex")}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      if (link(mine, path)) return undefined;
      const holder = read(path);
      if (holder && isAlive(holder)) return holder;
      if (holder) removeStale(path, holder);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Moves a dead process's lock away; if another process was quicker and what was moved is its lock, puts that back. */
function removeStale(path: string, dead: ProcessIdentity): void {
  const aside = `${path}.stale.${String(process.pid)}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // somebody else has moved it
  }
  const moved = read(aside);
  if (moved && (moved.pid !== dead.pid || moved.started !== dead.started)) link(aside, path);
  rmSync(aside, { force: true });
}

/** Of the lock's file; 0 when it has gone meanwhile, or the clock was set back. */
function ageOf(path: string): number {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: new Date().getTime() };
  return Math.max(0, Math.round((new Date().getTime() - mtimeMs) / 1000));
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // released meanwhile
    return { pid: 0, started: "" }; // damaged: nobody holds it
  }
}
