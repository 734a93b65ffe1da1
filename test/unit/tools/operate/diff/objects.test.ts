import type { ManifestDocument } from "../../../../../tools/ground/cluster/manifest";
import { compareRendered, type Rendered } from "../../../../../tools/operate/diff/objects";
import { diffReportSchema, type StackDiff } from "../../../../../tools/operate/diff/report";
import { diffText } from "../../../../../tools/operate/diff/text";

const document = (object: object): ManifestDocument => ({
  text: JSON.stringify(object),
  namespace: "staging",
});
const named = (kind: string, name: string, rest: object): object => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...rest,
});
/** A rendering with one secret, whose value is put into what `objects` makes. */
const rendering = (objects: (secret: string) => object[]): Rendered => ({
  first: objects("FIRST").map(document),
  second: () => Promise.resolve(objects("SECOND").map(document)),
});
const compare = async (
  left: (secret: string) => object[],
  right: (secret: string) => object[],
): Promise<StackDiff & { text: string }> => {
  const diff = await compareRendered("staging", rendering(left), rendering(right));
  diffReportSchema.parse({ left: "a", right: "b", stacks: [diff] });
  const text = diffText({ left: "a", right: "b", stacks: [diff] });
  expect(text + JSON.stringify(diff)).not.toMatch(/FIRST|SECOND|\uE000/);
  return { ...diff, text };
};

test("equal texts are not read, nor rendered with other secrets", async () => {
  const broken = { text: "kind: [", namespace: "" };
  const rendered = { first: [broken], second: () => Promise.reject(new Error("rendered again")) };
  expect(await compareRendered("staging", rendered, rendered)).toEqual({
    stack: "staging",
    objects: [],
    restarts: [],
  });
});

test("objects that were added, removed, and those whose meaning changed", async () => {
  const { text } = await compare(
    () => [
      named("ConfigMap", "gone", {}),
      named("ConfigMap", "same", { data: { a: "1", b: "2" } }),
      named("ConfigMap", "it", { data: { a: "1" } }),
    ],
    () => [
      named("ConfigMap", "same", { data: { b: "2", a: "1" } }),
      named("ConfigMap", "it", { data: { a: "2" } }),
      named("Pod", "new", {}),
    ],
  );
  expect(text.split("\n")).toEqual([
    "From a to b",
    "staging: 1 added, 1 removed, 1 changed",
    "  - ConfigMap gone",
    "  ~ ConfigMap it",
    '      data.a: "1" → "2"',
    "  + Pod new",
    "",
  ]);
});

test("long texts and lists are shown by their lines that differ", async () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${String(index)}`);
  const { objects } = await compare(
    () => [named("ConfigMap", "it", { data: { "a.cfg": lines.join("\n") }, args: ["a", "b"] })],
    () => [
      named("ConfigMap", "it", {
        data: { "a.cfg": lines.with(9, "other").join("\n") },
        args: ["a", "c", "b"],
      }),
    ],
  );
  expect(objects[0]?.differences).toEqual([
    { path: "args", lines: [" a", "+c", " b"] },
    { path: "data.a\\.cfg", lines: [" line 8", "-line 9", "+other", " line 10"] },
  ]);
});

test("a long line is shown where it changes", async () => {
  const line = (end: string): object[] => [
    named("ConfigMap", "it", { data: { a: `${"x".repeat(900)}${end}` } }),
  ];
  const { objects } = await compare(
    () => line("old"),
    () => line("new"),
  );
  expect(objects[0]?.differences[0]?.lines).toEqual([`-…${"x".repeat(40)}old`, `+…${"x".repeat(40)}new`]);
});

describe("what comes from a secret", () => {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");

  test("is no difference while only its place moves", async () => {
    const { objects } = await compare(
      (secret) => [named("Secret", "it", { data: { a: base64(secret), b: base64("1") } })],
      (secret) => [named("Secret", "it", { stringData: { b: "1", a: secret } })],
    );
    expect(objects).toEqual([]);
  });

  test("is said to have changed, not shown, wherever it is: encoded, in a text, in a structure, as a key", async () => {
    const { text, objects } = await compare(
      (secret) => [
        named("Secret", "whole", { data: { a: base64(secret) } }),
        named("Secret", "yaml", { data: { "v.yaml": base64(`open: 1\nclosed: ${secret}\n`) } }),
        named("ConfigMap", "text", { data: { cfg: `user a\npassword ${secret}\nport 1` } }),
        named("ConfigMap", "key", { data: { "a.json": JSON.stringify({ [secret]: 1 }) } }),
        named("Pod", "digest", { spec: { value: Buffer.from(secret).toString("hex") } }),
      ],
      (secret) => [
        named("Secret", "whole", { data: { a: base64(`${secret}!`) } }),
        named("Secret", "yaml", { data: { "v.yaml": base64(`open: 2\nclosed: ${secret}\n`) } }),
        named("ConfigMap", "text", { data: { cfg: `user a\npassword ${secret}\nport 2` } }),
        named("ConfigMap", "key", { data: { "a.json": JSON.stringify({ [`${secret}!`]: 1 }) } }),
        named("Pod", "digest", { spec: { value: Buffer.from(`${secret}!`).toString("hex") } }),
      ],
    );
    expect(text).toContain("    data.a: changed (it comes from a secret)");
    expect(text).toContain("    data.v\\.yaml.open: 1 → 2");
    expect(text).toContain("    spec.value: changed (it comes from a secret)");
    const differences = objects.flatMap((object) => object.differences);
    expect(
      differences
        .filter(({ hidden }) => hidden === "secret")
        .map(({ path }) => path)
        .sort(),
    ).toEqual(
      ["data.a", "data.a\\.json.(secret)", "data.a\\.json.(secret)", "data.cfg", "spec.value"].sort(),
    );
    expect(differences.find(({ path }) => path === "data.cfg")?.lines).toEqual([
      " (secret)",
      "-port 1",
      "+port 2",
    ]);
  });

  test("is known in a number and in a list of another length, too", async () => {
    const pod = (secret: string): object[] => [
      named("Pod", "it", { size: secret.length, parts: secret.split("") }),
    ];
    const { text } = await compare(pod, (secret) => pod(`${secret}!`));
    expect(text).toContain("size: changed (it comes from a secret)");
    expect(text).toContain("parts: changed (it comes from a secret)");
  });

  test("is not shown either when it is no secret of ours, but drawn by a chart at random", async () => {
    let drawn = 0;
    const random = (): object[] => [
      named("Secret", "it", { data: { a: base64(`drawn ${String(drawn++)}`) } }),
    ];
    const { objects } = await compare(random, random);
    expect(objects.flatMap(({ differences }) => differences)).toEqual([{ path: "data.a", hidden: "secret" }]);
  });
});

test("a checksum is not shown, and a template that changes restarts what operators call it", async () => {
  const deployment = (name: string, checksum: string, image: string): object => ({
    ...named("Deployment", name, {}),
    spec: {
      template: {
        metadata: { annotations: { "checksum/config": checksum } },
        spec: { containers: [{ name: "a", image }] },
      },
    },
  });
  const { restarts, text } = await compare(
    () => [
      deployment("hub", "0a1b", "a:1"),
      deployment("staging-harbor-core", "0", "a:1"),
      deployment("staging-other", "0", "a:1"),
      deployment("binder", "0", "a"),
    ],
    () => [
      deployment("hub", "2c3d", "a:1"),
      deployment("staging-harbor-core", "0", "a:2"),
      deployment("staging-other", "0", "a:2"),
      deployment("binder", "0", "a"),
    ],
  );
  expect(restarts).toEqual(["the hub", "Harbor", "other"]);
  expect(text).toContain("checksum/config: changed (a checksum)");
  expect(text).not.toMatch(/0a1b|2c3d/);
});

test("objects of which only the version labels of their chart differ are counted in one line", async () => {
  const labelled = (version: string): object[] =>
    ["a", "b"].map((name) => ({
      ...named("ConfigMap", name, {}),
      metadata: { name, labels: { "helm.sh/chart": `grafana-${version}` } },
    }));
  const { text, objects } = await compare(
    () => labelled("1"),
    () => labelled("2"),
  );
  expect(objects).toHaveLength(2);
  expect(text).toContain("\n  ~ 2 objects: only the labels that name the version of their chart\n");
});
