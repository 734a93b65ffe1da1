import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as tar from "tar";
import type { ReadEntry } from "tar";
import { parse } from "yaml";
import type { ChartPin } from "./versions";

/** What a packaged chart holds. */
export interface ChartArchive {
  readonly name: string;
  readonly version: string;
  /** sha256 of the paths and contents, so that packing the same files again gives the same digest. */
  readonly digest: string;
  /** Whether it is one of the small stand-ins under test/charts, not the published chart. */
  readonly standIn: boolean;
}

/** Marks a stand-in in its Chart.yaml, so that it can never pass for the published chart. */
export const STAND_IN_ANNOTATION = "mybinder.org/stand-in";

/** What was read of archives, by their digest, so that a preview does not unpack eleven charts each time. Not in git. */
const KEPT = join(__dirname, "..", ".build", "archives");

/** Reads a packaged chart whole. Throws when it is not a readable chart archive. */
export function readArchive(file: string): ChartArchive {
  const kept = join(KEPT, `${createHash("sha256").update(readFileSync(file)).digest("hex")}.json`);
  try {
    return JSON.parse(readFileSync(kept, "utf8")) as ChartArchive;
  } catch {
    const archive = unpack(file);
    keep(kept, archive);
    return archive;
  }
}

/** Whole or not at all, since several programs prepare charts at the same time; where nothing can be written, not at all. */
function keep(file: string, archive: ChartArchive): void {
  const temporary = `${file}.${String(process.pid)}`;
  try {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(temporary, JSON.stringify(archive));
    renameSync(temporary, file);
  } catch {
    // read again the next time
  }
}

function unpack(file: string): ChartArchive {
  // Loaded here alone: it takes as long as all of the program's own files.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { list } = require("tar") as typeof tar;
  const entries = new Map<string, string>();
  let chartYaml = "";
  list({
    file,
    sync: true,
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      const chunks: Buffer[] = [];
      entry.on("data", (chunk: Buffer) => chunks.push(chunk));
      entry.on("end", () => {
        const content = Buffer.concat(chunks);
        entries.set(entry.path, createHash("sha256").update(content).digest("hex"));
        if (/^[^/]+\/Chart\.yaml$/.test(entry.path)) chartYaml = content.toString("utf8");
      });
    },
  });
  if (chartYaml === "") throw new Error("it holds no Chart.yaml");
  const chart = parse(chartYaml) as { name: string; version: string; annotations?: Record<string, string> };
  const digest = createHash("sha256");
  for (const [path, hash] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    digest.update(`${path}\0${hash}\n`);
  }
  return {
    name: chart.name,
    version: chart.version,
    digest: digest.digest("hex"),
    standIn: chart.annotations?.[STAND_IN_ANNOTATION] === "true",
  };
}

/** File name of a pinned chart in a cache folder. */
export function archiveName({ name, version }: ChartPin): string {
  return `${name}-${version}.tgz`;
}
