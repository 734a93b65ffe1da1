import type { ProcessRule } from "../../model/member/processRules";
import { killerProblems } from "../../tools/lab/rehearse/killers";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, objectOf, type Rendered } from "../support/metaChart";

/* What the process scanner gets on a node and at the API server. That this is enough is test/cluster/processScanner.test.ts. */

let chart: AssembledChart;
beforeAll(async () => {
  chart = await AssembledChart.create();
}, HELM_BUILD_MS);
afterAll(() => {
  chart.remove();
});

const TEXT = { name: "a-text", commandLine: "hunter2" };
const withRules = (...rules: readonly Partial<ProcessRule>[]): Promise<Rendered[]> =>
  chart.renderValues("process-scanner", { processScanner: { rules } });
const podOf = (objects: readonly Rendered[], name: string): Record<string, unknown> =>
  objectOf(objects, "DaemonSet", name).spec?.template?.spec ?? {};
const containersOf = (objects: readonly Rendered[]): unknown =>
  podOf(objects, "process-scanner")["containers"];

test.each<[string, Partial<ProcessRule>, boolean]>([
  ["reports", { action: "report" }, false],
  ["deletes pods of users", { action: "delete-pod", in: ["user"] }, false],
  ["deletes pods of builds, of which Docker's containers can only be ended", { action: "delete-pod" }, true],
  ["ends processes", { action: "end-process", in: ["user"] }, true],
])("where a rule %s", async (_, rule, isRoot) => {
  const objects = await withRules({ ...TEXT, ...rule }, { ...TEXT, name: "b", action: "report" });
  const pod = podOf(objects, "process-scanner");
  expect(pod).toMatchObject({ hostPID: true });
  expect(pod["securityContext"]).toEqual({
    runAsNonRoot: !isRoot,
    runAsUser: isRoot ? 0 : 65534,
    runAsGroup: 65534,
    fsGroup: 65534,
    seccompProfile: { type: "RuntimeDefault" },
    ...(isRoot && { appArmorProfile: { type: "Unconfined" } }),
  });
  expect(containersOf(objects)).toMatchObject([
    {
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], ...(isRoot && { add: ["KILL"] }) },
      },
    },
  ]);
  if (!isRoot) expect(JSON.stringify(containersOf(objects))).not.toContain("KILL");
});

test("it runs where Docker builds, and passes the rehearsal's check of what can end any process", async () => {
  const objects = await chart.render("process-scanner");
  const [scanner, dind] = ["process-scanner", "example-dind"].map((name) => podOf(objects, name));
  expect(scanner?.["nodeSelector"]).toEqual({ "mybinder.org/pool-type": "user" });
  expect(scanner?.["nodeSelector"]).toEqual(dind?.["nodeSelector"]);
  expect(scanner?.["tolerations"]).toEqual(dind?.["tolerations"]);
  const placed = objects
    .filter(({ metadata }) => /process-scanner|dind/.test(metadata.name))
    .map((object) => ({ namespace: "example-ns", object }));
  expect(killerProblems(placed)).toEqual([]);
  const elsewhere = placed.filter(({ object }) => !object.metadata.name.endsWith("-dind"));
  expect(killerProblems(elsewhere)).toHaveLength(1);
});

test("rules are in a Secret, and nowhere else", async () => {
  const objects = await withRules({ ...TEXT, action: "report" });
  const encoded = objectOf(objects, "Secret", "process-scanner").data?.["scanner.json"] ?? "";
  expect(JSON.parse(Buffer.from(encoded, "base64").toString())).toEqual({
    namespace: "example-ns",
    periodSeconds: 60,
    limits: { deletionsPerMinute: 3, endingsPerMinute: 20 },
    rules: [{ ...TEXT, action: "report" }],
  });
  expect(JSON.stringify(objects.filter(({ kind }) => kind !== "Secret"))).not.toContain("hunter2");
});

test("it may list and delete pods of its namespace, and reach names and the API server", async () => {
  const objects = await chart.render("process-scanner");
  expect((objectOf(objects, "Role", "process-scanner") as unknown as { rules: unknown }).rules).toEqual([
    { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] },
  ]);
  const kinds = objects
    .filter(({ metadata }) => metadata.name.includes("process-scanner"))
    .map(({ kind }) => kind);
  expect(kinds).not.toContain("ClusterRole");
  const { spec } = objectOf(objects, "NetworkPolicy", "process-scanner");
  const ports = (spec?.["egress"] as { ports: { port: number }[] }[]).flatMap((rule) =>
    rule.ports.map(({ port }) => port),
  );
  expect([...new Set(ports)].sort()).toEqual([443, 53, 6443]);
});

test.each([
  ["without rules", ["default-member"]],
  ["without a BinderHub", ["no-binderhub", "processScanner.enabled=true"]],
] as const)("there is none %s", async (_, [fixture, ...sets]) => {
  const objects = await chart.render(fixture, ...sets);
  expect(objects.filter(({ metadata }) => metadata.name.includes("process-scanner"))).toEqual([]);
});

test("the cluster's own namespaces are refused", async () => {
  const file = `${chart.folder}/fixtures/process-scanner.yaml`;
  const { code, stderr } = await chart.helm(
    "template",
    "a",
    chart.folder,
    "--namespace",
    "kube-system",
    "-f",
    file,
  );
  expect(code).not.toBe(0);
  expect(stderr).toContain("processScanner.enabled: true in namespace kube-system");
});
