import { ownValues } from "../../charts/metaChart";
import { CHART_REQUESTS } from "../../model/member/chartRequests";
import { isMap, type Values } from "../../model/schema/plain/mergeValues";
import { parseQuantity } from "../../model/schema/plain/quantity";
import { stackNames } from "../../model/stack/stackFiles";
import { buildRequests, systemRequests } from "../../model/member/systemRequests";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, type Container, type Rendered } from "../support/metaChart";
import { programRecorder } from "../support/program";

/* What capacity counts for the system is what the rendered pods ask for, on every stack. */

/** Every `resources` and `replicas` of a tree of values, by path. */
function sizesIn(values: unknown, path: readonly string[] = []): [string, unknown][] {
  if (!isMap(values)) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    key === "resources" || key === "replicas"
      ? [[[...path, key].join("."), value] satisfies [string, unknown]]
      : sizesIn(value, [...path, key]),
  );
}

test("what capacity knows of the chart's values is what they say", () => {
  expect(Object.fromEntries(sizesIn(CHART_REQUESTS))).toEqual(Object.fromEntries(sizesIn(ownValues(ROOT))));
});

interface Sum {
  readonly cpus: number;
  readonly bytes: number;
}
const add = (a: Sum, b: Sum): Sum => ({ cpus: a.cpus + b.cpus, bytes: a.bytes + b.bytes });
const NONE: Sum = { cpus: 0, bytes: 0 };

/** What the containers of one pod ask for; its init containers run before, and ask for no more. */
function asked(containers: readonly Container[]): Sum {
  return containers
    .map(({ resources }) => {
      const { requests } = (resources ?? {}) as { requests?: Record<string, string> };
      return {
        cpus: parseQuantity(requests?.["cpu"] ?? "0"),
        bytes: parseQuantity(requests?.["memory"] ?? "0"),
      };
    })
    .reduce(add, NONE);
}

function rendered(objects: readonly Rendered[], daemons: boolean): Sum {
  const KINDS = daemons ? ["DaemonSet"] : ["Deployment", "StatefulSet", "Job"];
  return objects
    .filter(
      ({ kind, metadata }) => KINDS.includes(kind) && metadata.labels?.["component"] !== "user-placeholder",
    )
    .map(({ spec }) => {
      const one = asked(spec?.template?.spec.containers ?? []);
      const count = (spec?.["replicas"] as number | undefined) ?? 1;
      return { cpus: one.cpus * count, bytes: one.bytes * count };
    })
    .reduce(add, NONE);
}

describe.each(chartFolders())("with %s", (_, folder) => {
  const programs = programRecorder();
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create(folder);
  }, HELM_BUILD_MS);
  afterAll(() => {
    chart.remove();
    programs.end();
  });

  test.each(stackNames(ROOT))("%s: the sums are those of the rendered pods", async (name) => {
    const loaded = loadStackFile(name);
    const registered = await programs.record(name, rehearsalConfig(loaded));
    const release = registered.find((one) => one.name === "mybinder" && one.type.endsWith(":Release"));
    const objects = await chart.renderRelease(name, release?.inputs["values"] as Values);
    const { config, pools } = loaded.stack;
    const { core, perNode } = systemRequests(config, pools);
    expect(core.bytes).toBeCloseTo(rendered(objects, false).bytes, 0);
    expect(core.cpus).toBeCloseTo(rendered(objects, false).cpus, 6);
    expect(perNode.bytes).toBeCloseTo(rendered(objects, true).bytes, 0);
    expect(perNode.cpus).toBeCloseTo(rendered(objects, true).cpus, 6);
  });
});

test("a build asks for what BinderHub is told to give it", () => {
  expect(buildRequests(loadStackFile("bids-ovh").stack.config)).toEqual({ cpus: 0.1, bytes: 2e9 });
});
