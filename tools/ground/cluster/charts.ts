import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { create } from "tar";
import { archiveName } from "../../../charts/archive";
import { metaChartPins } from "../../../charts/metaChart";
import { ChartUnavailable, locateChart } from "../../../charts/source";
import { type ChartPin, certManager } from "../../../charts/versions";
import { Failure } from "../terminal/failure";
import { ROOT } from "../root";

/** Which charts a rehearsal takes: `auto` falls back to stand-ins, `real` fails instead, `stand-ins` looks nowhere else. */
export type ChartChoice = "auto" | "real" | "stand-ins";

/** A chart of a rehearsal and where it came from. */
export interface ChartOrigin {
  readonly name: string;
  readonly version: string;
  readonly from: "cache" | "repository" | "stand-in";
}

/** A folder with every pinned chart, to be used as the program's chart cache, and to be removed afterwards. */
export interface RehearsalCharts {
  readonly folder: string;
  readonly origins: readonly ChartOrigin[];
  readonly remove: () => void;
}

const PULL_SECONDS = 10;
/** Followed by the process that uses the folder. */
const PREFIX = "rehearsal-charts-";

/** Every chart that a deploy needs and that is not ours. */
export function allPins(root: string): ChartPin[] {
  return [...metaChartPins(root), certManager];
}

/**
 * Gathers the charts of a rehearsal in a folder of its own, so that a stand-in never gets into the real cache.
 * Throws Failure when a cached chart is damaged, or one cannot be had and stand-ins are not wanted.
 */
export function gatherCharts(options: {
  readonly choice: ChartChoice;
  readonly cache: string;
  readonly helm: string;
}): RehearsalCharts {
  const build = join(ROOT, ".build");
  mkdirSync(build, { recursive: true });
  removeLeftovers(build);
  const folder = mkdtempSync(join(build, `${PREFIX}${String(process.pid)}-`));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const origins: ChartOrigin[] = [];
    let reachable = true;
    for (const pin of allPins(ROOT)) {
      const from = provide(pin, folder, { ...options, reachable });
      if (from === "stand-in") reachable = false;
      origins.push({ name: pin.name, version: pin.version, from });
    }
    return { folder, origins, remove };
  } catch (error) {
    remove();
    if (error instanceof ChartUnavailable) throw new Failure(error.message, 3);
    throw error;
  }
}

/** Throws Failure (exit code 3) when a chart that the cache has is damaged or not the pinned one. Asks no repository. */
export function checkCachedCharts(cache: string): void {
  for (const pin of allPins(ROOT)) {
    try {
      locateChart(pin, { cache, helm: undefined });
    } catch (error) {
      if (!(error instanceof ChartUnavailable)) throw error;
      if (!error.missing) throw new Failure(error.message, 3);
    }
  }
}

/** Removes the folders of rehearsals that were killed. */
function removeLeftovers(build: string): void {
  for (const name of readdirSync(build)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split("-")[0]) : undefined;
    if (pid !== undefined && !isRunning(pid)) rmSync(join(build, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface ProvideOptions {
  readonly choice: ChartChoice;
  readonly cache: string;
  readonly helm: string;
  /** false once a repository did not answer: the others are not asked, so that no network costs one wait, not eleven. */
  readonly reachable: boolean;
}

function provide(pin: ChartPin, folder: string, options: ProvideOptions): ChartOrigin["from"] {
  const { choice, cache, helm, reachable } = options;
  if (choice !== "stand-ins") {
    const located = tryLocate(pin, {
      cache,
      helm: reachable || choice === "real" ? helm : undefined,
      choice,
    });
    if (located) {
      symlinkSync(located.file, join(folder, archiveName(pin)));
      return located.from;
    }
  }
  packStandIn(pin, folder);
  return "stand-in";
}

function tryLocate(
  pin: ChartPin,
  { cache, helm, choice }: { cache: string; helm: string | undefined; choice: ChartChoice },
): ReturnType<typeof locateChart> | undefined {
  try {
    return locateChart(pin, { cache, helm, pullSeconds: PULL_SECONDS });
  } catch (error) {
    if (error instanceof ChartUnavailable && error.missing && choice === "auto") return undefined;
    throw error;
  }
}

/** Packs a stand-in of test/charts under the pinned version, so that it fits the meta chart's dependencies. */
export function packStandIn(pin: ChartPin, folder: string): void {
  const temporary = mkdtempSync(join(folder, ".pack-"));
  try {
    cpSync(join(ROOT, "test", "charts", pin.name), join(temporary, pin.name), { recursive: true });
    const chartYaml = join(temporary, pin.name, "Chart.yaml");
    const text = readFileSync(chartYaml, "utf8").replace(
      /^version: .*$/m,
      `version: ${JSON.stringify(pin.version)}`,
    );
    writeFileSync(chartYaml, text);
    create({ cwd: temporary, file: join(folder, archiveName(pin)), gzip: true, portable: true, sync: true }, [
      pin.name,
    ]);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
