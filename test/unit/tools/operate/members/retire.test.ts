import { deriveStack, type Stack } from "../../../../../model/stack/config";
import { retireSteps } from "../../../../../tools/operate/members/retire";
import { leftBehind } from "../../../../../tools/operate/members/revoke";
import { publicConfig } from "../../../../../tools/ground/stackFile/stacks";

const stack = (name: string, changes: Record<string, unknown>): Stack =>
  deriveStack(name, { ...publicConfig(name), ...changes }, publicConfig);
const commands = (gone: Stack): string[] =>
  retireSteps(gone, "/backup.json").map(({ args }) => args.slice(0, 2).join(" "));

test("a machine is forgotten, and nothing is asked of it", () => {
  expect(commands(stack("bids-ovh", { lifecycle: "gone" }))).toEqual([
    "stack export",
    "state delete",
    "stack rm",
  ]);
});

test("a cluster in a cloud is forgotten as a cluster and deleted as what the cloud bills for", () => {
  const cluster = {
    kind: "gke",
    project: "p",
    location: "us-central1",
    pools: { core: { machineType: "e2-standard-8", min: 1, max: 2, diskGiB: 64 } },
  };
  const gone = stack("bids-ovh", { lifecycle: "gone", cluster, binder: { quota: 1 } });
  expect(commands(gone)).toEqual([
    "stack export",
    "state delete",
    "state unprotect",
    "destroy --yes",
    "stack rm",
  ]);
  expect(retireSteps(gone, "b").at(-1)?.args).not.toContain("--force");
});

test.each(["active", "draining", "paused"])("a member that is %s is not retired", (lifecycle) => {
  expect(() => retireSteps(stack("bids-ovh", { lifecycle }), "b")).toThrow(
    new RegExp(`^stack bids-ovh is ${lifecycle}, so the proxy still uses it`),
  );
});

test("what it leaves behind elsewhere: DNS, secrets, bucket, robots, service account, machine, keys", () => {
  expect(
    leftBehind(stack("bids-ovh", { lifecycle: "gone" })).map((line) => line.replace(/[:,].*$/, "")),
  ).toEqual(
    expect.arrayContaining([
      "DNS",
      "secret kubeconfig",
      "secret eventsServiceAccount",
      "secret registryS3SecretKey",
      "bucket mybinder-registry-bids-ovh at https",
      "robot accounts and replications that other registries have for registry.bids.mybinder.org",
      "Google service account of bids-ovh that writes launch events",
      "the machine bids.mybinder.org",
      "SSH keys that reach bids.mybinder.org",
      "the secrets provider of the stack (its KMS key)",
    ]),
  );
});
