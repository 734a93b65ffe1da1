import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { archiveName, type ChartArchive, readArchive } from "./archive";
import type { ChartPin } from "./versions";

/** A pinned chart could not be had. The message says what to do. */
export class ChartUnavailable extends Error {
  override readonly name = "ChartUnavailable";
  /** `missing`: it is in neither the cache nor reach; otherwise the cached file is wrong. */
  constructor(
    /** What is wrong, without the fix. */
    readonly problem: string,
    fix: string,
    readonly missing: boolean,
  ) {
    super(`${problem}. ${fix}`);
  }
}

/** A pinned chart on this machine. */
export interface LocatedChart extends ChartArchive {
  readonly file: string;
  readonly from: "cache" | "repository";
}

/** Where charts come from. */
export interface ChartSource {
  /** Folder of packaged charts. What comes from a repository is kept there. */
  readonly cache: string;
  /** The helm program that pulls; `undefined`: no repository is asked. */
  readonly helm: string | undefined;
  /** Seconds after which a repository that does not answer counts as unreachable; default 60. */
  readonly pullSeconds?: number;
}

/**
 * Finds a pinned chart: in the cache folder, else in its repository, from where it is put into the cache.
 * Throws ChartUnavailable when the cached file is damaged or another version, or the repository is out of reach.
 */
export function locateChart(pin: ChartPin, source: ChartSource): LocatedChart {
  const file = join(source.cache, archiveName(pin));
  if (existsSync(file)) return { ...verified(pin, file), file, from: "cache" };
  pull(pin, source, file);
  return { ...verified(pin, file), file, from: "repository" };
}

function verified(pin: ChartPin, file: string): ChartArchive {
  const fix = `Remove it and run again: rm ${file}`;
  let archive: ChartArchive;
  try {
    archive = readArchive(file);
  } catch (error) {
    throw new ChartUnavailable(`the cached chart ${file} is damaged (${reason(error)})`, fix, false);
  }
  if (archive.name !== pin.name || archive.version !== pin.version) {
    const found = `${archive.name} ${archive.version}`;
    const problem = `the cached chart ${file} is ${found}, but ${pin.name} ${pin.version} is pinned`;
    throw new ChartUnavailable(problem, fix, false);
  }
  return archive;
}

function pull(pin: ChartPin, { cache, helm, pullSeconds = 60 }: ChartSource, file: string): void {
  if (helm === undefined) throw unavailable(pin, cache, { code: "ENOENT" });
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, ".pull-"));
  try {
    const from = pin.repository.startsWith("oci://")
      ? [`${pin.repository}/${pin.name}`]
      : [pin.name, "--repo", pin.repository];
    execFileSync(helm, ["pull", ...from, "--version", pin.version, "--destination", folder], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: pullSeconds * 1000,
    });
    const [pulled] = readdirSync(folder);
    if (pulled === undefined) throw new Error("helm pulled nothing");
    renameSync(join(folder, pulled), file);
  } catch (error) {
    throw unavailable(pin, cache, error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unavailable(pin: ChartPin, cache: string, error: unknown): ChartUnavailable {
  const fix =
    `Put ${archiveName(pin)} into ${cache} (another folder: MYBINDER_CHART_CACHE), ` +
    "or run `npx mybinder charts fetch` on a machine that can reach the repository.";
  const chart = `chart ${pin.name} ${pin.version} is not in ${cache}`;
  if ((error as NodeJS.ErrnoException).code === "ENOENT") {
    return new ChartUnavailable(`${chart}, and helm is not installed to pull it`, fix, true);
  }
  return new ChartUnavailable(`${chart}, and ${pin.repository} did not give it: ${reason(error)}`, fix, true);
}

function reason(error: unknown): string {
  const stderr = (error as { stderr?: Buffer }).stderr?.toString("utf8").trim();
  const message = error instanceof Error ? error.message : String(error);
  const text = stderr === undefined || stderr === "" ? message : stderr;
  return (
    text
      .split("\n")
      .at(-1)
      ?.replace(/^Error: /, "") ?? "no reason given"
  );
}
