import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { Environment } from "../../../environment";
import type { Report } from "../../ground/terminal/report";
import { compile } from "./compile";
import { checkGo, onFullDisk } from "./goFailure";
import { withLock } from "../../ground/terminal/lock";
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
      await compile({
        ...build,
        package: PACKAGES[tool],
        cwd: MODULE_DIR,
        flags: build.plan.flags,
        program: join(dir, tool),
        work,
        label: `${tool} (${String(index + 1)} of ${String(tools.length)})`,
        cache: build.environment.cache,
        log: join(root, "build.log"),
      });
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  if (missing(dir, TOOL_NAMES).length === 0) removeOthers(root, build.plan.key);
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
