import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";
import { circlesOf, importGraph } from "../support/importGraph";

const { folders, files, model, arrows } = JSON.parse(
  readFileSync(join(ROOT, "docs", "architecture.json"), "utf8"),
) as {
  folders: Record<string, string>;
  files: Record<string, string>;
  model: string[];
  arrows: Record<string, string[]>;
};
const names = Object.keys(arrows);

const allowed = (from: string): string[] =>
  (arrows[from] ?? []).flatMap((name) => (name === "model" ? model : [name]));

/** A file of each place, as the one that imports or is imported. */
function fileOf(name: string): string {
  const folder = folders[name];
  if (folder === undefined) return files[name] ?? "";
  const file = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith(".ts"),
  );
  return join(folder, file ?? "");
}

function importing(from: string, to: string): { file: string; text: string } {
  const file = fileOf(from);
  const path = relative(dirname(file), fileOf(to)).replace(/\.ts$/, "");
  return {
    file,
    text: `import type { X } from "${path.startsWith(".") ? path : `./${path}`}";\nexport type Y = X;\n`,
  };
}

test("lint refuses every arrow that is not drawn, for types too, and no other", async () => {
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
  const input = JSON.stringify(pairs.map(([from, to]) => importing(from, to)));
  const { code, stdout, stderr } = await run(
    process.execPath,
    [join(ROOT, "test", "support", "lintArrows.mjs")],
    input,
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const refused = JSON.parse(stdout) as boolean[];
  expect(pairs.filter((_, index) => refused[index])).toEqual(
    pairs.filter(([from, to]) => !allowed(from).includes(to)),
  );
});

test("no import, of a type or a value, closes a circle", () => {
  expect(circlesOf(importGraph(ROOT))).toEqual([]);
});

test("every import follows an arrow, in whatever form it is written", () => {
  const placeOf = (file: string): string | undefined =>
    Object.entries(files).find(([, path]) => path === file)?.[0] ??
    Object.entries(folders).find(([, folder]) => file.startsWith(`${folder}/`))?.[0];
  const wrong = [...importGraph(ROOT)].flatMap(([file, targets]) => {
    const from = placeOf(file);
    if (from === undefined) return [];
    return targets
      .filter((target) => {
        const to = placeOf(target);
        return to === undefined || (to !== from && !allowed(from).includes(to));
      })
      .map((target) => `${file} → ${target}`);
  });
  expect(wrong).toEqual([]);
});

test("a circle is found where types close it", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-circle-"));
  try {
    writeFileSync(join(folder, "one.ts"), 'import type { Two } from "./two";\nexport type One = Two;\n');
    writeFileSync(join(folder, "two.ts"), 'export type Two = import("./three").Three;\n');
    writeFileSync(
      join(folder, "three.ts"),
      'export type { One as Three } from "./one";\nimport "./beside";\n',
    );
    writeFileSync(join(folder, "beside.ts"), "export const beside = 1;\n");
    expect(circlesOf(importGraph(folder)).map((circle) => circle.sort())).toEqual([
      ["one.ts", "three.ts", "two.ts"],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("docs/architecture.md shows these arrows and no other", () => {
  const rows = readFileSync(join(ROOT, "docs", "architecture.md"), "utf8")
    .split("\n## Who may import whom\n")[1]
    ?.split("\n## ")[0]
    ?.split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path)))
    .map(([, from = [], , to = []]) => [from[0], to]);
  const path = (name: string): string =>
    name === "model" ? "model/" : (files[name] ?? `${folders[name] ?? ""}/`);
  expect(rows).toEqual(names.map((name) => [path(name), (arrows[name] ?? []).map(path)]));
});
