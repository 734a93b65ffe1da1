import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import type { Environment } from "../../model/environment";
import { Failure } from "../failure";
import type { Report } from "../report";
import { checkGo, diskFull, explain } from "./goFailure";
import { runGo } from "./go";
import { withLock } from "./lock";
import { type BuildPlan, buildPlan, MODULE_DIR, PACKAGES, TOOL_NAMES, type ToolName } from "./tools";

export type { ToolName } from "./tools";

/** Absolute path of each program. */
export type Toolchain = Readonly<Record<ToolName, string>>;

export interface ToolchainOptions {
  readonly environment: Environment;
  readonly report: Report;
  /** The programs that are needed now; all if left out. Only these are built. */
  readonly only?: readonly ToolName[];
  readonly signal?: AbortSignal | undefined;
}

/** A progress line comes at least this often while a program is built. */
const PROGRESS_MS = 10_000;

/**
 * The programs of the embedded control plane, built from the pinned sources if they are not in the cache folder yet.
 * Go is needed for building only. Stopped at any moment, the next call goes on with what is missing.
 * Throws a Failure with exit code 3 if Go is missing or too old, the disk full, or the module proxy unreachable.
 */
export async function ensureToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const { environment, report, only = TOOL_NAMES, signal } = options;
  const plan = buildPlan();
  const root = join(environment.cache, "kube");
  const dir = join(root, plan.key);
  if (missing(dir, only).length > 0) {
    await checkGo(plan.pins.go);
    await onFullDisk(environment.cache, async () => {
      const lock = {
        path: join(root, "build.lock"),
        busyWith: "builds the Kubernetes programs",
        report,
        signal,
      };
      await withLock(lock, () => buildMissing({ ...options, plan, root, dir, only }));
    });
  }
  return Object.fromEntries(TOOL_NAMES.map((tool) => [tool, join(dir, tool)])) as Toolchain;
}

/** Which programs the next use would build. */
export function unbuilt(environment: Environment): ToolName[] {
  return missing(join(environment.cache, "kube", buildPlan().key), TOOL_NAMES);
}

interface Build extends ToolchainOptions {
  readonly plan: BuildPlan;
  readonly root: string;
  readonly dir: string;
  readonly only: readonly ToolName[];
}

async function buildMissing(build: Build): Promise<void> {
  const { root, dir, only, report } = build;
  const work = join(root, "unfinished"); // what an earlier build left when it was killed
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  mkdirSync(dir, { recursive: true });
  const tools = missing(dir, only); // again: another process may just have built them
  try {
    if (tools.length > 0) {
      report(`building ${String(tools.length)} programs of Kubernetes from source, once, into ${dir}`);
    }
    for (const [index, tool] of tools.entries()) {
      await buildTool({
        ...build,
        tool,
        work,
        label: `${tool} (${String(index + 1)} of ${String(tools.length)})`,
      });
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (missing(dir, TOOL_NAMES).length === 0) removeOthers(root, build.plan.key);
}

async function buildTool(build: Build & { tool: ToolName; work: string; label: string }): Promise<void> {
  const { tool, work, label, plan, dir, root, report, signal, environment } = build;
  const started = performance.now();
  const seconds = (): string => `${String(Math.round((performance.now() - started) / 1000))} s`;
  let downloaded = 0;
  let compiled = 0;
  const timer = setInterval(() => {
    report(
      `  ${label}: ${String(downloaded)} modules downloaded, ${String(compiled)} packages compiled, ${seconds()}`,
    );
  }, PROGRESS_MS);
  const result = await runGo({
    args: ["build", "-v", ...plan.flags, "-o", join(work, tool), PACKAGES[tool]],
    env: { GOTMPDIR: work },
    cwd: MODULE_DIR,
    signal,
    onLine: (line) => (line.startsWith("go: downloading") ? downloaded++ : compiled++),
  }).finally(() => {
    clearInterval(timer);
  });
  signal?.throwIfAborted();
  if (result.code !== 0) {
    const log = join(root, "build.log");
    writeFileSync(log, result.output);
    throw await explain({ tool, output: result.output, cache: environment.cache, log });
  }
  install(join(work, tool), join(dir, tool));
  report(`  ${label}: built in ${seconds()}`);
}

/** Moves a whole file into place; it is on the disk before its name is, so a power cut leaves no empty program. */
function install(from: string, to: string): void {
  const file = openSync(from, "r");
  fsyncSync(file);
  closeSync(file);
  renameSync(from, to);
}

function missing(dir: string, tools: readonly ToolName[]): ToolName[] {
  return tools.filter((tool) => !existsSync(join(dir, tool)));
}

/** Removes the folders of other pins, now that these are complete. A running control plane keeps its open programs. */
function removeOthers(root: string, key: string): void {
  for (const name of readdirSync(root)) {
    if (/^[0-9a-f]{16}$/.test(name) && name !== key) {
      rmSync(join(root, name), { recursive: true, force: true });
    }
  }
  rmSync(join(root, "build.log"), { force: true });
}

async function onFullDisk(cache: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw await diskFull(cache);
    if (["EACCES", "EROFS", "EPERM", "ENOTDIR", "EEXIST"].includes(code ?? "")) {
      const { message } = error as Error;
      throw new Failure(
        `${cache} cannot be written to (${message}). Name another folder with MYBINDER_CACHE.`,
        3,
      );
    }
    throw error;
  }
}
