import { CHART_REQUESTS } from "../../model/member/chartRequests";
import { LOG_FIELDS } from "../../model/values/logs";
import { renderableValues } from "../../tools/ground/cluster/renderableValues";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { containerArgs, workload } from "../support/logs";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, objectOf, type Rendered } from "../support/metaChart";
import { type Endpoint, isAllowed, type NetworkPolicy } from "../support/networkPolicy";

/* Where logs are kept, for how long and how much of them, and who reaches them. That the programs take this: test/cluster/logs.test.ts */

let chart: AssembledChart;
beforeAll(async () => {
  chart = await AssembledChart.create();
}, HELM_BUILD_MS);
afterAll(() => {
  chart.remove();
});

const ofStack = (stack: string, changes: Record<string, unknown> = {}): Promise<Rendered[]> =>
  chart.renderRelease(stack, renderableValues(loadStackFile(stack, changes).stack));
const named = (objects: readonly Rendered[]): string[] =>
  objects.filter(({ metadata }) => /log-(store|collector)/.test(metadata.name)).map(({ kind }) => kind);

const GKE = {
  kind: "gke",
  project: "a-project",
  location: "us-central1",
  pools: {
    core: { machineType: "e2-highmem-4", min: 1, max: 2, diskGiB: 50 },
    user: { machineType: "e2-highmem-16", min: 1, max: 12, diskGiB: 500 },
  },
};

test.each<[string, string, Record<string, unknown>, boolean]>([
  ["K3s", "hetzner-2i2c", {}, true],
  ["K3s, where the stack file says no", "hetzner-2i2c", { logs: { enabled: false } }, false],
  ["GKE, where Cloud Logging has them", "bids-ovh", { cluster: GKE }, false],
  ["a machine of one's own", "local", {}, false],
  ["a machine of one's own, where the stack file says so", "local", { logs: { enabled: true } }, true],
])(
  "there is a store on %s",
  async (_, stack, changes, there) => {
    const objects = await ofStack(stack, changes);
    const hub = JSON.stringify(renderableValues(loadStackFile(stack, changes).stack));
    expect(named(objects)).toEqual(there ? expect.arrayContaining(["DaemonSet", "StatefulSet"]) : []);
    expect(hub.includes("launch-annotations")).toBe(there);
  },
  60_000,
);

test("retention, bound and rate follow the stack file: two days of all collectors fit below the bound", async () => {
  const objects = await ofStack("hetzner-2i2c", { logs: { retentionDays: 7, size: "10Gi" } });
  expect(containerArgs(workload(objects, "store"))).toEqual(
    expect.arrayContaining(["-retentionPeriod=7d", "-retention.maxDiskSpaceUsageBytes=8589934592"]),
  );
  const [rate = ""] = containerArgs(workload(objects, "collector")).flatMap(
    (arg) => /^-remoteWrite\.rateLimit=(\d+)$/.exec(arg)?.[1] ?? [],
  );
  expect(Number(rate) * 2 * 86_400).toBeLessThanOrEqual(8589934592);
  expect(Number(rate) * 2 * 86_400).toBeGreaterThan(8589934592 * 0.99);
}, 60_000);

test("what tells streams apart is what the search asks for", async () => {
  const args = containerArgs(workload(await chart.render("logs"), "collector"));
  expect(args).toContain(`-kubernetesCollector.streamFields=${streamFields()}`);
});

test("the collector is root without any capability, and writes on its node where nobody else does", async () => {
  const { spec } = workload(await chart.render("logs"), "collector");
  const pod = spec?.template?.spec as unknown as Record<string, unknown>;
  expect(pod["securityContext"]).toMatchObject({ runAsNonRoot: false, runAsUser: 0 });
  expect(pod["containers"]).toMatchObject([
    {
      resources: (CHART_REQUESTS["logs"] as { collector: { resources: object } }).collector.resources,
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: expect.arrayContaining([
        { name: "containers", mountPath: "/var/log/containers", readOnly: true },
        { name: "pods", mountPath: "/var/log/pods", readOnly: true },
      ]) as unknown,
    },
  ]);
  const paths = (pod["volumes"] as { hostPath?: { path: string } }[]).flatMap(
    ({ hostPath }) => hostPath?.path ?? [],
  );
  expect(paths).toEqual(["/var/log/containers", "/var/log/pods", "/var/lib/mybinder/log-collector"]);
});

test("the store is reached by collectors and by Prometheus, and reaches nobody", async () => {
  const objects = await ofStack("staging");
  const policies = objects
    .filter(({ kind }) => kind === "NetworkPolicy")
    .map((object) => ({ ...(object as unknown as NetworkPolicy), namespace: "staging" }));
  const pods = objects.flatMap(({ metadata, spec }, index): Endpoint[] => {
    const labels = spec?.template?.metadata?.labels;
    if (!labels) return [];
    return [{ name: metadata.name, ip: `10.42.0.${String(index)}`, namespace: "staging", labels }];
  });
  const store = pods.find(({ name }) => name === "log-store");
  if (!store) throw new Error("no store");
  const open = (from: Endpoint, to: Endpoint): boolean =>
    [true, false].some((plugin) => isAllowed(policies, { from, to, port: 9428 }, plugin));
  const others = pods.filter((pod) => pod !== store);
  expect(others.filter((pod) => open(pod, store)).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["log-collector", "staging-prometheus-server"]),
  );
  expect(others.filter((pod) => open(pod, store))).toHaveLength(2);
  expect(others.filter((pod) => open(store, pod))).toEqual([]);
}, 60_000);

test("the Service leads to the store's port", async () => {
  const objects = await chart.render("logs");
  expect(objectOf(objects, "Service", "log-store").spec).toMatchObject({
    ports: [{ name: "http", port: 9428, targetPort: "http" }],
  });
});

function streamFields(): string {
  return Object.values(LOG_FIELDS).join(",");
}
