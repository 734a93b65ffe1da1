import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { metaChartPins, ownValues } from "../../charts/metaChart";
import { mergeValues, setAt, type Values } from "../../model/schema/plain/mergeValues";
import { stackNames } from "../../model/stack/stackFiles";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { realChartFolder } from "../support/chartFolders";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, META_CHART, type Rendered } from "../support/metaChart";
import { programRecorder } from "../support/program";
import { releaseValues } from "../support/stackObjects";
import { changed, type Leaf, leavesOf, marked } from "../support/valueLeaves";

/*
 * Which of the values that we give to charts of others the stand-ins do not read: a test with stand-ins says nothing about
 * those. Each of them changes something that the published charts render, or it is on the second list, with the reason.
 */

const LIST = join(ROOT, "test", "golden", "notShownByStandIns.txt");
const listed = readFileSync(LIST, "utf8")
  .split("\n")
  .filter((line) => line !== "");
const update = process.env["UPDATE_GOLDEN"] === "1";
const charts = realChartFolder();

/** What no published chart shows in what it renders for this, and why it is given all the same. */
const SHOWN_BY_NO_CHART: Readonly<Record<string, string>> = {
  "binderhub.imageCleaner.cordon":
    "no stack has the cleaner on; where one is, it must not cordon the last node",
  "cluster-autoscaler.image.repository":
    "no stack has the autoscaler on, and it is rendered for the groups of a cluster alone",
  "grafana.persistence.lookupVolumeName": "shows on a cluster alone: test/cluster/secondRevision.test.ts",
  "cryptnono.detectors.execwhacker.lookupEnvs":
    "its schema has it; templates before its last releases read none",
};

const recorder = programRecorder();
/** What all stacks together give to the charts. */
let values: Values;
let leaves: Leaf[];
let standIns: AssembledChart;
beforeAll(async () => {
  standIns = await AssembledChart.create();
  values = ownValues(ROOT);
  for (const stack of stackNames(ROOT)) {
    const given = releaseValues(await recorder.record(stack, rehearsalConfig(loadStackFile(stack))));
    values = mergeValues(values, JSON.parse(JSON.stringify(given)) as Values);
  }
  const dependencies = metaChartPins(ROOT).map(({ name }) => name);
  // A proxy has no BinderHub: here every chart is on, and nothing is left for a chart to draw.
  const { dependencies: conditions } = parse(readFileSync(join(META_CHART, "Chart.yaml"), "utf8")) as {
    dependencies: { condition: string }[];
  };
  const token = setAt("binderhub-container-registry-helper.auth_token", "drawn");
  values = mergeValues(values, token, ...conditions.map(({ condition }) => setAt(condition, true)));
  leaves = leavesOf(Object.fromEntries(dependencies.map((name) => [name, values[name]])));
}, HELM_BUILD_MS);
afterAll(() => {
  recorder.end();
  standIns.remove();
});

function render(chart: AssembledChart, given: Values): Promise<Rendered[]> {
  return chart.renderRelease("example", given);
}

/** Whether a chart renders something else, or refuses, when these values are others. */
async function shows(chart: AssembledChart, before: Rendered[], some: readonly Leaf[]): Promise<boolean> {
  try {
    return !isDeepStrictEqual(await render(chart, changed(values, some)), before);
  } catch {
    return true;
  }
}

test("what is given makes the charts render the same twice", async () => {
  expect(await render(standIns, values)).toEqual(await render(standIns, values));
});

/** The leaves of which a chart shows a mark, or which it refuses with one: all in one rendering, or in two halves. */
async function seenAtOnce(chart: AssembledChart, some: readonly Leaf[]): Promise<Set<Leaf>> {
  const { values: given, marks } = marked(values, some);
  try {
    const text = JSON.stringify(await render(chart, given));
    return new Set(some.filter(({ path }) => text.includes(marks.get(path) ?? "\0")));
  } catch {
    if (some.length === 1) return new Set(some);
    const middle = Math.ceil(some.length / 2);
    const first = await seenAtOnce(chart, some.slice(0, middle));
    return new Set([...first, ...(await seenAtOnce(chart, some.slice(middle)))]);
  }
}

const named = (paths: readonly string[]): Leaf[] => leaves.filter(({ path }) => paths.includes(path));

(update ? test : test.skip)(
  "the list is written: UPDATE_GOLDEN=1 npx jest test/chart/standIns",
  async () => {
    const before = await render(standIns, values);
    const unseen: string[] = [];
    for (const leaf of leaves) if (!(await shows(standIns, before, [leaf]))) unseen.push(leaf.path);
    writeFileSync(LIST, `${unseen.sort().join("\n")}\n`);
  },
  600_000,
);

(update ? test.skip : test)("stand-ins show nothing of the values on the list", async () => {
  process.stderr.write(`not shown by stand-ins, ${String(listed.length)} values: ${listed.join(", ")}\n`);
  expect(listed.filter((path) => !leaves.some((leaf) => leaf.path === path))).toEqual([]);
  expect(await shows(standIns, await render(standIns, values), named(listed))).toBe(false);
});

/** The leaves that a chart shows in nothing that it renders. */
async function unseenBy(chart: AssembledChart, some: readonly Leaf[]): Promise<string[]> {
  const before = await render(chart, values);
  const seen = await seenAtOnce(chart, some);
  // What is not seen as it is, in base64 or by what it decides, is changed alone.
  const unseen: string[] = [];
  for (const leaf of some) {
    if (!seen.has(leaf) && !(await shows(chart, before, [leaf]))) unseen.push(leaf.path);
  }
  return unseen;
}

(update ? test.skip : test)(
  "stand-ins show each other value",
  async () => {
    const others = leaves.filter(({ path }) => !listed.includes(path));
    expect(await unseenBy(standIns, others)).toEqual([]);
  },
  600_000,
);

(charts === undefined || update ? test.skip : test)(
  "the published charts show each value, whether stand-ins do or not",
  async () => {
    const real = await AssembledChart.create(charts);
    try {
      const unseen = await unseenBy(real, leaves);
      expect(unseen.filter((path) => !(path in SHOWN_BY_NO_CHART))).toEqual([]);
    } finally {
      real.remove();
    }
  },
  1_200_000,
);
