import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
// by its file: jest.config.js leaves out the package, which Pulumi's SDK would load
import { preProcessFile } from "typescript/lib/typescript";

/** What each source file imports of the project, types included, by paths from the root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

const LEFT_OUT = new Set(["node_modules", ".git", ".build", "coverage", "files"]);
const ENDINGS = ["", ".ts", ".mts", ".js", ".mjs", "/index.ts"];

/** Reads every source file below `root`. Throws when an import leads to no file. */
export function importGraph(root: string): ImportGraph {
  return new Map(
    sources(root).map((file) => {
      const { importedFiles } = preProcessFile(readFileSync(file, "utf8"), true, true);
      const targets = importedFiles
        .map(({ fileName }) => fileName)
        .filter((name) => name.startsWith("."))
        .map((name) => relative(root, resolved(file, name)));
      return [relative(root, file), [...new Set(targets)]];
    }),
  );
}

/** The circles of a graph, each as the files that reach each other. */
export function circlesOf(graph: ImportGraph): string[][] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachableFrom(graph, file)]));
  const onCircle = [...graph.keys()].filter((file) => reached.get(file)?.has(file));
  const circles = onCircle.map((file) => onCircle.filter((other) => isMutual(reached, file, other)));
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

function isMutual(reached: ReadonlyMap<string, ReadonlySet<string>>, file: string, other: string): boolean {
  return reached.get(file)?.has(other) === true && reached.get(other)?.has(file) === true;
}

function reachableFrom(graph: ImportGraph, start: string): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const next of graph.get(file) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|mts|js|mjs)$/.test(entry.name) ? [path] : [];
  });
}

function resolved(file: string, name: string): string {
  const target = join(dirname(file), name);
  const found = ENDINGS.map((ending) => target + ending).find(
    (path) => existsSync(path) && statSync(path).isFile(),
  );
  if (found === undefined) throw new Error(`${file}: found no file for the import ${name}`);
  return found;
}
