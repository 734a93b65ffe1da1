import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { parse } from "yaml";
import type { Values } from "../model/schema/plain/mergeValues";
import { archiveName } from "./archive";
import { type ChartSource, locateChart, type LocatedChart } from "./source";
import type { ChartPin } from "./versions";

/** A chart that is whole on this machine, ready to be installed. */
export interface PreparedChart {
  /** Path from the program's folder, where Pulumi's plugins run too, so that it is the same on every machine. */
  readonly path: string;
  readonly version: string;
  /** sha256 of everything that can change what is rendered: own files and dependencies. */
  readonly digest: string;
  /** The packaged charts it is made of, and where each came from. */
  readonly charts: readonly LocatedChart[];
}

const META_CHART = join("charts", "mybinder");
/** Rebuilt by every run; not in git. */
const BUILD = join(".build", "charts");
/** Folder of `main` in Pulumi.yaml. */
const PROGRAM = "program";

/** The meta chart's pinned dependencies, from its Chart.yaml. */
export function metaChartPins(root: string): ChartPin[] {
  return chartYaml(root).dependencies.map(({ name, version, repository }) => ({ name, version, repository }));
}

/** The meta chart's own values.yaml: the layer below everything that the program says. */
export function ownValues(root: string): Values {
  return parse(readFileSync(join(root, META_CHART, "values.yaml"), "utf8"), { merge: true }) as Values;
}

/** The meta chart's values.schema.json, which helm holds all values against. */
export function ownSchema(root: string): object {
  return JSON.parse(readFileSync(join(root, META_CHART, "values.schema.json"), "utf8")) as object;
}

/** Every chart a deploy needs that is not ours: the meta chart's dependencies and what is installed beside it. */
export function prepareMetaChart(root: string, source: ChartSource): PreparedChart {
  const { charts, own, digest } = metaChartContent(root, source);
  const path = place(root, `mybinder-${digest.slice(0, 12)}`, (folder) => {
    for (const file of own) copy(join(root, META_CHART, file), join(folder, file));
    for (const { file, name, version } of charts) {
      copy(file, join(folder, "charts", archiveName({ name, version, repository: "" })));
    }
  });
  return { path, version: chartYaml(root).version, digest, charts };
}

/** The digest that `prepareMetaChart` would give, with nothing written. Throws ChartUnavailable. */
export function metaChartDigest(root: string, source: ChartSource): string {
  return metaChartContent(root, source).digest;
}

function metaChartContent(
  root: string,
  source: ChartSource,
): Pick<PreparedChart, "charts" | "digest"> & { readonly own: readonly string[] } {
  const charts = metaChartPins(root).map((pin) => locateChart(pin, source));
  const own = ownFiles(join(root, META_CHART));
  const hash = createHash("sha256");
  for (const path of own) hash.update(`${path}\0${sha256(readFileSync(join(root, META_CHART, path)))}\n`);
  for (const chart of charts) hash.update(`${archiveName({ ...chart, repository: "" })}\0${chart.digest}\n`);
  return { charts, own, digest: hash.digest("hex") };
}

/** Makes a single packaged chart ready in the same way. */
export function prepareChart(root: string, pin: ChartPin, source: ChartSource): PreparedChart {
  const chart = locateChart(pin, source);
  const folder = place(root, `${pin.name}-${chart.digest.slice(0, 12)}`, (to) => {
    copy(chart.file, join(to, archiveName(pin)));
  });
  return {
    path: `${folder}/${archiveName(pin)}`,
    version: pin.version,
    digest: chart.digest,
    charts: [chart],
  };
}

/**
 * Puts a folder under .build/charts, whole or not at all. Its name has the digest of its content, so programs of
 * several stacks can prepare charts at the same time, and a rehearsal's stand-ins never meet a deploy's charts.
 */
function place(root: string, name: string, fill: (folder: string) => void): string {
  const target = join(root, BUILD, name);
  if (!existsSync(target)) {
    mkdirSync(join(root, BUILD), { recursive: true });
    const temporary = mkdtempSync(join(root, BUILD, ".new-"));
    try {
      fill(temporary);
      renameSync(temporary, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }
  return relative(join(root, PROGRAM), target).split(sep).join("/");
}

/** The files of the meta chart that Helm reads, sorted: not its fixtures, not dependencies vendored by hand. */
function ownFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith(`fixtures${sep}`) && !path.startsWith(`charts${sep}`))
    .sort();
}

function copy(from: string, to: string): void {
  mkdirSync(join(to, ".."), { recursive: true });
  copyFileSync(from, to);
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function chartYaml(root: string): { version: string; dependencies: ChartPin[] } {
  return parse(readFileSync(join(root, META_CHART, "Chart.yaml"), "utf8")) as {
    version: string;
    dependencies: ChartPin[];
  };
}
