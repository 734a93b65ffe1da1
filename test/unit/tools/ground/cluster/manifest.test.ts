import { objectsOf, splitManifest } from "../../../../../tools/ground/cluster/manifest";

const fields = (text: string): unknown =>
  objectsOf({ text: `kind: A\nmetadata: {name: a}\nspec:\n${text}`, namespace: "n" })[0]?.object.spec;

test("YAML is read as Kubernetes does: octal numbers, and no times", () => {
  expect(fields("  mode: 0440\n  day: 2026-11-26\n  time: 12:30:45\n  size: 1_0\n")).toEqual({
    mode: 288,
    day: "2026-11-26",
    time: "12:30:45",
    size: 10,
  });
});

test("a list is its items, and what is no object is left out", () => {
  const text =
    "kind: List\nitems: [{kind: A, metadata: {name: a}}, {kind: B, metadata: {name: b, namespace: own}}]\n---\n# none\n";
  expect(
    objectsOf({ text, namespace: "n" }).map(({ object, namespace }) => [object.kind, namespace]),
  ).toEqual([
    ["A", "n"],
    ["B", "own"],
  ]);
});

test("a manifest is split between its documents alone", () => {
  const documents = splitManifest(
    "---\n# Source: a\nkind: A\ndata: |\n  ---\n  kind: no\n---\n# nothing\n---\nkind: B\n",
    "n",
  );
  expect(documents.map(({ text }) => /^kind: .*/m.exec(text)?.[0])).toEqual(["kind: A", "kind: B"]);
});
