import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import type { Report } from "../../ground/terminal/report";
import { explain } from "./goFailure";
import { runGo } from "./go";

export interface Compilation {
  /** Path of its `main`: a package, or a folder below `cwd`. */
  readonly package: string;
  /** Folder of the go.mod that pins it. */
  readonly cwd: string;
  readonly flags: readonly string[];
  /** Where the program is to be. */
  readonly program: string;
  /** Folder, on the same disk as `program`, for what is unfinished. */
  readonly work: string;
  /** Named in progress lines: "helm (7 of 7)". */
  readonly label: string;
  /** Folder of the cache, to be named when the disk is full. */
  readonly cache: string;
  /** Where Go's output is kept when it fails. */
  readonly log: string;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/** A progress line comes at least this often while a program is built. */
const PROGRESS_MS = 10_000;

/**
 * Builds one Go program and moves it, whole, to where it is to be. Throws a Failure with exit code 3 that says what to do,
 * and the signal's reason if it is aborted; nothing half-made is at `program` then.
 */
export async function compile(compilation: Compilation): Promise<void> {
  const { cwd, flags, program, work, label, cache, log, report, signal } = compilation;
  const started = performance.now();
  const seconds = (): string => `${String(Math.round((performance.now() - started) / 1000))} s`;
  let downloaded = 0;
  let compiled = 0;
  const timer = setInterval(() => {
    report(
      `  ${label}: ${String(downloaded)} modules downloaded, ${String(compiled)} packages compiled, ${seconds()}`,
    );
  }, PROGRESS_MS);
  const unfinished = join(work, basename(program));
  const result = await runGo({
    args: ["build", "-v", ...flags, "-o", unfinished, compilation.package],
    env: { GOTMPDIR: work },
    cwd,
    signal,
    onLine: (line) => (line.startsWith("go: downloading") ? downloaded++ : compiled++),
  }).finally(() => {
    clearInterval(timer);
  });
  signal?.throwIfAborted();
  if (result.code !== 0) {
    writeFileSync(log, result.output);
    throw await explain({ tool: basename(program), output: result.output, cache, log });
  }
  install(unfinished, program);
  report(`  ${label}: built in ${seconds()}`);
}

/** Moves a whole file into place; it is on the disk before its name is, so a power cut leaves no empty program. */
function install(from: string, to: string): void {
  const file = openSync(from, "r");
  fsyncSync(file);
  closeSync(file);
  renameSync(from, to);
}
