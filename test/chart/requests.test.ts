import { ownValues } from "../../charts/metaChart";
import { CHART_REQUESTS } from "../../model/member/chartRequests";
import { isMap, type Values } from "../../model/schema/plain/mergeValues";
import { parseQuantity } from "../../model/schema/plain/quantity";
import { stackNames } from "../../model/stack/stackFiles";
import { hasUserPool } from "../../model/cluster/pools";
import { DEPLOY_PODS, SYSTEM_PODS } from "../../model/member/podSlots";
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

/** Pods of K3s, of its upgrade controller and of cert-manager. */
const NOT_OURS = 4 + 1 + 3;

/** How many pods run, and how many more when all Deployments are deployed anew, with those of Helm's hooks and Jobs. */
function pods(objects: readonly Rendered[]): { readonly steady: number; readonly deploy: number } {
  const isHook = ({ metadata }: Rendered): boolean => metadata.annotations?.["helm.sh/hook"] !== undefined;
  const lasting = objects.filter((one) => LASTING.includes(one.kind) && !isHook(one));
  const once = objects.filter((one) => one.kind === "Job" || (LASTING.includes(one.kind) && isHook(one)));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return { steady: sum(lasting.map(replicasOf)), deploy: sum(objects.map(surgeOf)) + once.length };
}
const LASTING = ["Deployment", "StatefulSet", "DaemonSet"];
const replicasOf = ({ spec }: Rendered): number => (spec?.["replicas"] as number | undefined) ?? 1;

/** Pods that a deploy starts before those that they replace have ended, by Kubernetes' defaults: a quarter more. */
function surgeOf(object: Rendered): number {
  const { kind, spec } = object;
  if (kind !== "Deployment" || typeOf(spec?.["strategy"]) === "Recreate") return 0;
  const seconds = Number(spec?.template?.spec["terminationGracePeriodSeconds"] ?? 30);
  return seconds > SOON_SECONDS ? replicasOf(object) : Math.ceil(replicasOf(object) / 4);
}
/** A pod that takes longer to end is there until the last one of its Deployment is replaced. */
const SOON_SECONDS = 120;
const typeOf = (strategy: unknown): unknown => (isMap(strategy) ? strategy["type"] : undefined);

/** What the pods ask for that a deploy of every Deployment starts before it ends the others. */
function started(objects: readonly Rendered[]): Sum {
  return objects
    .map((object) => {
      const one = asked(object.spec?.template?.spec.containers ?? []);
      const count = surgeOf(object);
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
    const { core, deploy, perNode } = systemRequests(config, pools);
    expect(core.bytes).toBeCloseTo(rendered(objects, false).bytes, 0);
    expect(core.cpus).toBeCloseTo(rendered(objects, false).cpus, 6);
    expect(deploy.bytes).toBeCloseTo(started(objects).bytes, 0);
    expect(deploy.cpus).toBeCloseTo(started(objects).cpus, 6);
    expect(perNode.bytes).toBeCloseTo(rendered(objects, true).bytes, 0);
    expect(perNode.cpus).toBeCloseTo(rendered(objects, true).cpus, 6);

    if (config.role === "proxy" || hasUserPool(pools)) return;
    const harbor = config.registry.kind === "harbor" ? 1 : 0;
    const most = (of: { shared: number; harbor: number }): number => of.shared + harbor * of.harbor;
    const found = pods(objects);
    expect(found.steady).toBeLessThanOrEqual(most(SYSTEM_PODS) - NOT_OURS);
    expect(found.steady).toBeGreaterThan(most(SYSTEM_PODS) - NOT_OURS - 4);
    expect(found.deploy).toBeLessThanOrEqual(most(DEPLOY_PODS));
  });
});

test("a build asks for what BinderHub is told to give it", () => {
  expect(buildRequests(loadStackFile("bids-ovh").stack.config)).toEqual({ cpus: 0.1, bytes: 2e9 });
});
