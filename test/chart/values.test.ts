import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { mergeValues, type Values } from "../../model/schema/plain/mergeValues";
import { run } from "../../tools/ground/terminal/run";
import { HELM_BUILD_MS, helmProgram } from "../support/helm";

/* Our merge against Helm's own, on a probe chart that prints the values it was given. */

let helm: string;
let chart: string;
beforeAll(async () => {
  helm = await helmProgram();
  chart = mkdtempSync(join(tmpdir(), "mybinder-probe-"));
  mkdirSync(join(chart, "templates"));
  writeFileSync(join(chart, "Chart.yaml"), "apiVersion: v2\nname: probe\nversion: 0.1.0\n");
  writeFileSync(join(chart, "values.yaml"), "a: {b: {c: default}, d: [1]}\nb: default\nc: {a: 1}\n");
  writeFileSync(join(chart, "templates", "values.yaml"), "values: {{ .Values | toJson }}\n");
}, HELM_BUILD_MS);
afterAll(() => {
  rmSync(chart, { recursive: true, force: true });
});

/** What a chart sees when Helm itself merges the layers. */
async function helmSees(layers: readonly Values[]): Promise<unknown> {
  const files = layers.map((layer, index) => {
    const file = join(chart, `layer-${String(index)}.json`);
    writeFileSync(file, JSON.stringify(layer));
    return ["--values", file];
  });
  const { code, stdout, stderr } = await run(helm, ["template", "probe", chart, ...files.flat()]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(/^values: (.*)$/m.exec(stdout)?.[1] ?? "null");
}

const keys = fc.constantFrom("a", "b", "c", "d");
const leaf = fc.oneof(
  fc.constantFrom(null, 0, 1, true, false, "", "x"),
  fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof({ depthSize: "small" }, leaf, fc.dictionary(keys, tie("tree"), { maxKeys: 3 })),
}));
const layer = fc.dictionary(keys, tree, { maxKeys: 3 });

test("three layers merged by us are to a chart what helm makes of three files", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { minLength: 2, maxLength: 3 }), async (layers) => {
      expect(await helmSees([mergeValues(...layers)])).toEqual(await helmSees(layers));
    }),
    { numRuns: 40 },
  );
});
