import * as pulumi from "@pulumi/pulumi";
import { UpgradeController } from "../../../components/upgradeController";
import { parseConfig } from "../../../model/stack/config";
import { upgradePlan } from "../../../model/cluster/upgradePlan";
import { type Registered, recordRegistrations } from "../../support/mocks";

/* Construction under mocks; that Kubernetes takes it, the rehearsal of test/cluster/upgrades.test.ts shows. */

const WINDOW = { days: ["sunday"], start: "02:00", end: "05:00" };

function plan(release: Record<string, unknown>, managed = true): Record<string, unknown> | undefined {
  const { cluster } = parseConfig("probe", {
    role: "member",
    domain: "probe.mybinder.org",
    cluster: { kind: "k3s", managed, machine: { cpus: 8, memoryGiB: 24, diskGiB: 200 }, release },
    registry: { kind: "none" },
  });
  return upgradePlan(cluster);
}

test("a window makes a plan of the pinned release, for one node at a time, that evicts user and build pods only", () => {
  expect(plan({ version: "v1.35.1+k3s1", window: WINDOW })).toEqual({
    concurrency: 1,
    exclusive: true,
    version: "v1.35.1+k3s1",
    window: { days: ["sunday"], startTime: "02:00", endTime: "05:00", timeZone: "UTC" },
    nodeSelector: {
      matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }],
    },
    serviceAccountName: "system-upgrade",
    jobActiveDeadlineSecs: 3600,
    cordon: true,
    drain: {
      force: true,
      ignoreDaemonSets: true,
      deleteEmptydirData: true,
      timeout: "900s",
      podSelector: {
        matchExpressions: [
          { key: "component", operator: "In", values: ["singleuser-server", "binderhub-build"] },
        ],
      },
    },
    upgrade: { image: "rancher/k3s-upgrade" },
  });
});

test.each([
  ["no window", {}, true],
  ["a cluster that is not managed", { window: WINDOW }, false],
])("%s makes none", (_, release, managed) => {
  expect(plan(release, managed)).toBeUndefined();
});

test.each([
  ["a day that is none", { ...WINDOW, days: ["sonntag"] }, /release\.window\.days\[0\]: found "sonntag"/],
  [
    "no day",
    { ...WINDOW, days: [] },
    /release\.window\.days: found a list of 0; allowed: at least 1 entries/,
  ],
  ["a time that is none", { ...WINDOW, start: "2:00" }, /release\.window\.start: .*a time such as 02:30/],
])("%s is refused", (_, window, message) => {
  expect(() => plan({ window })).toThrow(message);
});

const inputsOf = (registered: readonly Registered[], wanted: string): Record<string, unknown> =>
  registered.find(({ name }) => name === wanted)?.inputs ?? {};

test("the controller, what it may do, its kind and one plan, in a namespace of its own", async () => {
  const registered = await recordRegistrations("probe");
  new UpgradeController("upgrades", { plan: { upgrade: { image: "i" } } }, {});
  await pulumi.runtime.disconnect();
  expect(
    registered.flatMap(({ custom, type, name }) =>
      custom ? [`${type.split(":").at(-1) ?? ""} ${name}`] : [],
    ),
  ).toEqual(
    expect.arrayContaining([
      "Namespace upgrades-namespace",
      "ServiceAccount upgrades-account",
      "ClusterRole upgrades-cluster-role",
      "ClusterRoleBinding upgrades-cluster-binding",
      "Role upgrades-role",
      "RoleBinding upgrades-binding",
      "CustomResourceDefinition upgrades-definition",
      "ConfigMap upgrades-settings",
      "Deployment upgrades-controller",
      "Plan upgrades-plan",
    ]),
  );
  expect(inputsOf(registered, "upgrades-plan")).toMatchObject({
    metadata: { name: "k3s", namespace: "system-upgrade" },
    spec: { upgrade: { image: "i" } },
  });
  const rules = inputsOf(registered, "upgrades-cluster-role")["rules"] as {
    apiGroups: string[];
    verbs: string[];
  }[];
  expect(JSON.stringify(rules)).not.toContain("*");
  expect(inputsOf(registered, "upgrades-controller")).toMatchObject({
    spec: {
      strategy: { type: "Recreate" },
      template: {
        metadata: { labels: { "upgrade.cattle.io/controller": "system-upgrade-controller" } },
        spec: {
          nodeSelector: { "mybinder.org/node-purpose": "core" },
          containers: [{ image: expect.stringMatching(/^rancher\/system-upgrade-controller:v0/) as string }],
        },
      },
    },
  });
});
