// Proves: two folders of manifests are compared object by object, wherever in them an object is.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compareManifests } from "../../../../../tools/operate/diff/manifests";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mybinder-folders-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
/** A folder with these files. */
function filled(name: string, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, file)), { recursive: true });
    writeFileSync(join(folder, name, file), text);
  }
  return join(folder, name);
}
const config = (name: string, value: string, namespace = "x"): string =>
  `kind: ConfigMap\napiVersion: v1\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {a: '${value}'}\n`;

test("objects of two folders, whatever their files are called and however deep they are", () => {
  const left = filled("left", {
    "all.yaml": `${config("same", "1")}---\n${config("changed", "1")}---\n${config("gone", "1")}`,
    "notes.txt": "no manifest: [",
  });
  const right = filled("right", {
    "chart/templates/same.yml": config("same", "1"),
    "changed.json": JSON.stringify({
      kind: "List",
      apiVersion: "v1",
      items: [
        {
          kind: "ConfigMap",
          apiVersion: "v1",
          metadata: { name: "changed", namespace: "x" },
          data: { a: "2" },
        },
      ],
    }),
    "chart/new.yaml": config("gone", "1", "z"),
  });
  const [diff] = compareManifests(left, right).stacks;
  expect(diff?.objects.map(({ change, namespace, name }) => `${change} ${namespace}/${name}`)).toEqual([
    "changed x/changed",
    "removed x/gone",
    "added z/gone",
  ]);
  expect(compareManifests(left, left).stacks[0]?.objects).toEqual([]);
});

test("a folder without an object is refused, and so are two versions of one object", () => {
  const empty = filled("empty", { "notes.txt": config("a", "1") });
  const good = filled("good", { "a.yaml": config("a", "1"), "again.yaml": config("a", "1") });
  expect(() => compareManifests(empty, good)).toThrow(/^no object of Kubernetes is in .*empty \(\*\.yaml/);
  const double = filled("double", { "a.yaml": config("a", "1"), "b.yaml": config("a", "2") });
  expect(() => compareManifests(good, double)).toThrow(
    /^ConfigMap a in namespace x is in .*double twice, and not the same; allowed: once/,
  );
});
