// Proves: with what the program passes, Harbor's chart draws nothing by itself, so that no upgrade restarts Harbor because
// of a new random value. With the pinned chart where it is in the chart cache, else with its stand-in. Does not prove that
// Harbor takes the values.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { readFileSync } from "node:fs";
import { archiveName } from "../../charts/archive";
import { metaChartPins } from "../../charts/metaChart";
import { environment } from "../../environment";
import { mergeValues, type Values } from "../../model/schema/plain/mergeValues";
import { stackNames } from "../../model/stack/stackFiles";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { run } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { HELM_BUILD_MS, helmProgram } from "../support/helm";
import { META_CHART } from "../support/metaChart";
import { programRecorder } from "../support/program";

const programs = programRecorder();
const folder = mkdtempSync(join(tmpdir(), "mybinder-harbor-"));
let helm: string;
beforeAll(async () => {
  helm = await helmProgram();
}, HELM_BUILD_MS);
afterAll(() => {
  programs.end();
  rmSync(folder, { recursive: true, force: true });
});

const harborStacks = stackNames(ROOT).filter((name) => {
  const { config } = loadStackFile(name).stack;
  return config.role !== "proxy" && config.registry.kind === "harbor";
});

const known = new Map<string, Promise<Values>>();

/** Harbor's values as the program passes them, over the meta chart's own; the program runs once for each stack. */
function harborValues(stack: string): Promise<Values> {
  const values = known.get(stack) ?? valuesOf(stack);
  known.set(stack, values);
  return values;
}

async function valuesOf(stack: string): Promise<Values> {
  const registered = await programs.record(stack, rehearsalConfig(loadStackFile(stack)));
  const { inputs } =
    registered.find(({ type, name }) => type.endsWith(":Release") && name === "mybinder") ?? {};
  // another process's objects are no plain ones in jest's eyes
  const values = JSON.parse(JSON.stringify(inputs?.["values"])) as Values;
  const own = (parse(readFileSync(join(META_CHART, "values.yaml"), "utf8")) as Values)["harbor"] as Values;
  return mergeValues(own, values["harbor"] as Values);
}

/** What the chart makes of them, once. */
async function rendered(values: Values): Promise<string> {
  const pin = metaChartPins(ROOT).find(({ name }) => name === "harbor");
  if (!pin) throw new Error("harbor is not a dependency of the meta chart");
  const real = join(environment().chartCache, archiveName(pin));
  const file = join(folder, "values.json");
  writeFileSync(file, JSON.stringify(values));
  const chart = existsSync(real) ? real : join(programs.charts, archiveName(pin));
  const { code, stdout, stderr } = await run(helm, ["template", "probe", chart, "--values", file]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

test("there are stacks with a Harbor", () => {
  expect(harborStacks.length).toBeGreaterThan(0);
});

test.each(harborStacks)("Harbor of %s is rendered twice alike", async (stack) => {
  const values = await harborValues(stack);
  expect(await rendered(values)).toBe(await rendered(values));
});

test.each([
  "core.secret",
  "core.xsrfKey",
  "core.tokenKey",
  "core.tokenCert",
  "jobservice.secret",
  "registry.secret",
  "registry.credentials.htpasswdString",
])("without %s the chart draws one, so this test would see it", async (path) => {
  const [stack = ""] = harborStacks;
  const values = await harborValues(stack);
  const keys = path.split(".");
  const without = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), "") as Values;
  const changed = mergeValues(values, without);
  expect(await rendered(changed)).not.toBe(await rendered(changed));
});

test("no default password of the chart is left, and the htpasswd line is of the user that core is told", async () => {
  const [stack = ""] = harborStacks;
  const text = await rendered(await harborValues(stack));
  const secrets = parseAllDocuments(text)
    .map((document) => document.toJS() as { kind?: string; data?: Values; stringData?: Values } | null)
    .filter((object) => object?.kind === "Secret")
    .flatMap((object) => [
      ...Object.values(object?.stringData ?? {}).map(String),
      ...Object.values(object?.data ?? {}).map((value) => Buffer.from(String(value), "base64").toString()),
    ]);
  for (const wellKnown of ["Harbor12345", "not-a-secure-key", "changeit", "harbor_registry_password"]) {
    expect(secrets).not.toContain(wellKnown);
  }
  expect(secrets).toContain("harbor_registry_user:bcrypt-of-harbor-registry-user");
});
