import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { metaChartPins } from "../../charts/metaChart";
import { deriveStack } from "../../model/stack/config";
import type { Values } from "../../model/schema/plain/mergeValues";
import { nullPaths } from "../../model/schema/plain/nulls";
import { stackNames } from "../../model/stack/stackFiles";
import type { RawConfig } from "../../model/schema/rawConfig";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";
import { type LoadedStack, loadStackFile } from "../../tools/ground/stackFile/stacks";
import { HELM_BUILD_MS, helmProgram } from "../support/helm";
import { FIXTURES, META_CHART } from "../support/metaChart";
import { programRecorder } from "../support/program";

/*
 * No null reaches a chart, by Helm's own merge: each dependency of the meta chart is replaced by one that has no values and
 * prints those that it is given. What a real chart has in its own values.yaml is its own.
 */

const programs = programRecorder();
let helm: string;
let folder: string;
beforeAll(async () => {
  helm = await helmProgram();
  folder = mkdtempSync(join(tmpdir(), "mybinder-nulls-"));
  const names = metaChartPins(ROOT).map(({ name }) => name);
  writeProbe(folder, "mybinder", names);
  copyFileSync(join(META_CHART, "Chart.yaml"), join(folder, "Chart.yaml"));
  copyFileSync(join(META_CHART, "values.yaml"), join(folder, "values.yaml"));
}, HELM_BUILD_MS);
afterAll(() => {
  programs.end();
  rmSync(folder, { recursive: true, force: true });
});

/** A chart that prints its values, with dependencies that do the same. */
function writeProbe(to: string, name: string, dependencies: readonly string[] = []): void {
  mkdirSync(join(to, "templates"), { recursive: true });
  const version = "0.1.0";
  const chart = {
    apiVersion: "v2",
    name,
    version,
    dependencies: dependencies.map((one) => ({ name: one, version })),
  };
  writeFileSync(join(to, "Chart.yaml"), stringify(chart));
  writeFileSync(join(to, "values.yaml"), "");
  writeFileSync(join(to, "templates", "values.yaml"), 'values: {{ omit .Values "global" | toJson }}\n');
  for (const dependency of dependencies) writeProbe(join(to, "charts", dependency), dependency);
}

/** What each chart is given, by its name. Fails when Helm does. */
async function given(chart: string, values: string): Promise<ReadonlyMap<string, unknown>> {
  const { code, stdout, stderr } = await run(helm, ["template", "probe", chart, "--values", "-"], values);
  if (code !== 0) throw new Error(stderr);
  const parts = [...stdout.matchAll(/^# Source: \S*?([^/]+)\/templates\/values\.yaml\nvalues: (.*)$/gm)];
  return new Map(parts.map(([, name = "", text = ""]) => [name, JSON.parse(text) as unknown]));
}

async function nullsGiven(values: string): Promise<string[]> {
  const seen = await given(folder, values);
  expect(seen.has("mybinder")).toBe(true);
  return [...seen].flatMap(([name, own]) => nullPaths(own).map((path) => `${name}: ${path.join(".")}`));
}

test("Helm deletes with null what a dependency's values have, and passes it on for what only the parent's have", async () => {
  const chart = join(folder, "two-levels");
  writeProbe(chart, "parent", ["sub"]);
  writeFileSync(join(chart, "values.yaml"), "sub: {byParent: {a: 1}, both: {a: 1}}\n");
  writeFileSync(join(chart, "charts", "sub", "values.yaml"), "own: {a: 1}\nboth: {a: 2}\n");
  const values = "sub: {byParent: {a: null}, both: {a: null}, own: {a: null}, nobody: {a: null}}";
  expect((await given(chart, values)).get("sub")).toEqual({
    byParent: { a: null },
    both: {},
    own: {},
    nobody: { a: null },
  });
});

test("a null that is there is seen", async () => {
  expect(await nullsGiven("binderhub: {extraConfig: {01-eventlog: null}}")).toContain(
    "binderhub: extraConfig.01-eventlog",
  );
});

test.each(FIXTURES)("with fixture %s, no chart is given a null", async (fixture) => {
  const values = readFileSync(join(META_CHART, "fixtures", `${fixture}.yaml`), "utf8");
  expect(await nullsGiven(values)).toEqual([]);
});

/** The smallest member without launch events. */
const NO_EVENTS: RawConfig = {
  role: "member",
  domain: "t1.example.org",
  cluster: {
    kind: "existing",
    pools: { nodes: { purpose: "core", count: 2, cpus: 8, memoryGiB: 16, diskGiB: 100 } },
  },
  certificates: { issuer: "letsencrypt-staging", tls: false },
  binder: { events: false },
  registry: { kind: "none" },
  monitoring: { enabled: false },
};
const noEvents: LoadedStack = { stack: deriveStack("t1", NO_EVENTS, () => undefined), raw: NO_EVENTS };
const STACKS = stackNames(ROOT).map((name): [string, LoadedStack] => [name, loadStackFile(name)]);

test.each([...STACKS, ["without launch events", noEvents] satisfies [string, LoadedStack]])(
  "stack %s, with every secret set, gives no chart a null",
  async (_, loaded) => {
    const registered = await programs.record(loaded.stack.name, rehearsalConfig(loaded));
    const releases = registered.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    expect(releases.flatMap(({ inputs }) => nullPaths(inputs["values"]))).toEqual([]);
    const own = releases.find(({ name }) => name === "mybinder")?.inputs["values"] as Values;
    expect(await nullsGiven(JSON.stringify(own))).toEqual([]);
  },
);

test("without launch events, their configuration is absent", async () => {
  const registered = await programs.record("t1", rehearsalConfig(noEvents));
  const release = registered.find(({ name, type }) => name === "mybinder" && type.endsWith(":Release"));
  const binderhub = (await given(folder, JSON.stringify(release?.inputs["values"]))).get("binderhub");
  expect(binderhub).toMatchObject({ extraConfig: { "02-event-loop-metric": expect.any(String) as unknown } });
  expect(binderhub).not.toHaveProperty(["extraConfig", "01-eventlog"]);
});
