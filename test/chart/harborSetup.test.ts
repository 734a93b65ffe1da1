// Proves: the objects of Harbor's setup as the chart makes them. What the program in them does is tested in
// test/unit/apps/harbor-setup; that a cluster takes them, by the rehearsal of the members.
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, objectOf, type PodTemplate, type Rendered } from "../support/metaChart";

let chart: AssembledChart;
let objects: Rendered[];
beforeAll(async () => {
  chart = await AssembledChart.create();
  objects = await chart.render("harbor");
}, HELM_BUILD_MS);
afterAll(() => {
  chart.remove();
});

const jobName = (rendered: readonly Rendered[]): string =>
  rendered.find(({ kind, metadata }) => kind === "Job" && metadata.name.startsWith("harbor-setup-"))?.metadata
    .name ?? "";

test("passwords are in the Secret alone; the ConfigMap names them", () => {
  const { data: config = {} } = objectOf(objects, "ConfigMap", "harbor-setup");
  const { data: secrets = {} } = objectOf(objects, "Secret", "harbor-setup");
  const decoded = Object.entries(secrets).map(([key, value]) => [
    key,
    Buffer.from(value, "base64").toString(),
  ]);
  expect(Object.fromEntries(decoded)).toEqual({
    admin: "example-Admin-1",
    builder: "example-Builder-1",
    puller: "example-Puller-1",
    "mirror-to-b": "example-Mirror-1",
  });
  expect(JSON.parse(config["config.json"] ?? "")).toMatchObject({
    url: "http://example-harbor-core",
    waitSeconds: 600,
    projects: [{ name: "builds", robots: [{ secret: "builder" }, { secret: "puller" }] }],
    mirrors: [{ name: "b", secret: "mirror-to-b" }],
  });
  for (const { kind, ...rest } of objects.filter(({ own }) => own)) {
    for (const [, value] of decoded) if (kind !== "Secret") expect(JSON.stringify(rest)).not.toContain(value);
  }
});

test("one Job sets Harbor up with the release, one does it again each hour, one removes empty repositories each week", () => {
  const commandOf = ({ spec }: Rendered): unknown => {
    const jobTemplate = spec?.["jobTemplate"] as { spec: { template: PodTemplate } } | undefined;
    const pod = (jobTemplate?.spec.template ?? spec?.template)?.spec;
    return pod?.containers[0]?.["command"];
  };
  const run = (command: string): string[] => [
    ...["node", "/srv/harbor-setup.js", command],
    ...["/srv/config.json", "/etc/harbor-setup"],
  ];
  const job = objectOf(objects, "Job", jobName(objects));
  expect(commandOf(job)).toEqual(run("apply"));
  expect(job.metadata).not.toHaveProperty("annotations");
  for (const [command, schedule] of [
    ["apply", "17 * * * *"],
    ["prune", "0 3 * * 0"],
  ] as const) {
    const cronJob = objectOf(objects, "CronJob", `harbor-${command}`);
    expect(commandOf(cronJob)).toEqual(run(command));
    expect(cronJob.spec).toMatchObject({ schedule, timeZone: "Etc/UTC", concurrencyPolicy: "Forbid" });
  }
});

test("another password or another project is another Job; the same content is the same one", async () => {
  expect(jobName(await chart.render("harbor"))).toBe(jobName(objects));
  const rotated = await chart.render("harbor", "harborSetup.secrets.builder=example-Builder-2");
  const smaller = await chart.render("harbor", "harborSetup.projects[0].quotaGiB=1");
  expect(new Set([objects, rotated, smaller].map(jobName)).size).toBe(3);
});

test("without a Harbor there is no setup", async () => {
  const own = (await chart.render("default-member")).filter(({ metadata }) =>
    metadata.name.startsWith("harbor-"),
  );
  expect(own).toEqual([]);
});

test.each([
  [
    "harborSetup.projects[0].robots[0].secret=nobody",
    "harborSetup.secrets.nobody: not set, but a robot account or a mirror names it",
  ],
  ["harbor.harborAdminPassword=null", "harbor.harborAdminPassword: not set; it comes with the secrets"],
  ["harborSetup.retentionSchedule=0 7 * * 6", "retentionSchedule"],
  ["harborSetup.projects[0].robots[0].access=admin", "access"],
])("%s is refused with a message that names the key", async (set, message) => {
  const { code, stderr } = await chart.template("harbor", set);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});
