// Proves: every setting that reaches BinderHub, the hub and its spawner is one that their classes have, with a value that
// they take: traitlets ignores others in silence. Needs a Python with BinderHub and one with the hub, which are in no
// package registry as the images have them, so nothing can demand it.
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { pythonWith } from "../support/binderhubPython";
import { realChartFolder } from "../support/chartFolders";
import { misfits } from "../support/effective";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart } from "../support/metaChart";
import { programRecorder } from "../support/program";
import { servingStacks } from "../support/serving";
import { releaseValues, stackObjects } from "../support/stackObjects";

const charts = realChartFolder();
const python = pythonWith(["binderhub.app", "jupyterhub.app", "kubespawner"]);
const run = charts !== undefined && python !== undefined ? test : test.skip;
const recorder = programRecorder();
let chart: AssembledChart;
beforeAll(async () => {
  if (charts !== undefined) chart = await AssembledChart.create(charts);
}, HELM_BUILD_MS);
afterAll(() => {
  recorder.end();
  if (charts !== undefined) chart.remove();
});

interface ReleaseValues {
  readonly binderhub: { readonly config: Record<string, unknown> };
}

/** Sections that only our own code in the configuration file reads (binderhub.extraConfig of charts/mybinder/values.yaml). */
const OWN = ["BuildTokenRotation: no such class"];

/** The objects of a stack, with secrets that are drawn in hexadecimal as those of the real provider. `change` edits the release's values. */
async function objectsOf(
  name: string,
  change: (values: ReleaseValues) => void = () => undefined,
): Promise<Placed[]> {
  const registered = await recorder.record(name, rehearsalConfig(loadStackFile(name)));
  change(releaseValues(registered) as unknown as ReleaseValues);
  const text = JSON.stringify(registered).replaceAll(/hex-of-[a-z-]+/g, "0123456789abcdef".repeat(4));
  return stackObjects(chart, name, JSON.parse(text) as typeof registered);
}

run.each(servingStacks())("stack %s", async (name) => {
  const placed = await objectsOf(name);
  const binder = await misfits(python ?? "", placed, "binder", ["binderhub.app", "binderhub.registry"]);
  expect(binder.filter((misfit) => !OWN.includes(misfit))).toEqual([]);
  expect(await misfits(python ?? "", placed, "hub", ["jupyterhub.app", "kubespawner"])).toEqual([]);
});

run("a setting that no class has, and a value that its class does not take, are named", async () => {
  const placed = await objectsOf("staging", ({ binderhub }) => {
    Object.assign(binderhub.config, {
      LaunchQuota: { totalQuota: 1, total_quota: "many" },
      Nothing: { a: 1 },
    });
  });
  const found = await misfits(python ?? "", placed, "binder", ["binderhub.app"]);
  expect(found).toEqual([
    expect.stringMatching(/^LaunchQuota\.totalQuota: no such trait/),
    expect.stringMatching(/^LaunchQuota\.total_quota: .*many/),
    "Nothing: no such class",
  ]);
});
