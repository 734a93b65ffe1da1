import { deriveStack, type Stack } from "../../../../model/stack/config";
import type { RawConfig } from "../../../../model/schema/rawConfig";
import { placeholders } from "../../../../model/cluster/scheduling";
import { stackValues } from "../../../../model/values";

const GKE = (user: unknown): unknown => ({
  kind: "gke",
  project: "p",
  location: "us-central1",
  pools: {
    core: { machineType: "e2-highmem-2", min: 1, max: 2, diskGiB: 50 },
    ...(user !== undefined && { user }),
  },
});
const USER = { machineType: "e2-highmem-8", min: 0, max: 10, diskGiB: 200 };
const EXISTING = (userNodes: number): unknown => ({
  kind: "existing",
  pools: {
    core: { purpose: "core", count: 1, cpus: 8, memoryGiB: 32, diskGiB: 100 },
    ...(userNodes > 0 && {
      user: { purpose: "user", count: userNodes, cpus: 8, memoryGiB: 32, diskGiB: 100 },
    }),
  },
});
const K3S = { kind: "k3s", managed: false, machine: { cpus: 16, memoryGiB: 64, diskGiB: 900 } };
const AUTOSCALER = [{ reason: "a cloud without one", values: { "cluster-autoscaler": { enabled: true } } }];

function stack(cluster: unknown, more: RawConfig = {}): Stack {
  const raw = { role: "member", domain: "a.example.org", cluster, registry: { kind: "none" }, ...more };
  return deriveStack("a", raw, () => undefined);
}
function scheduling(of: Stack): unknown {
  const values = stackValues(of) as {
    binderhub: { jupyterhub: { scheduling: unknown } };
    nodeJanitor: unknown;
  };
  return { ...(values.binderhub.jupyterhub.scheduling as object), nodeJanitor: values.nodeJanitor };
}
const off = { enabled: false };
const core = { "mybinder.org/node-purpose": "core" };
const scheduler = { enabled: true, nodeSelector: core };
const janitor = { enabled: true, nodeSelector: core };

test.each<[string, Stack, unknown]>([
  ["one K3s machine", stack(K3S), [off, off, { enabled: false, nodeSelector: {} }]],
  ["one user node", stack(EXISTING(1)), [off, off, janitor]],
  ["two user nodes that nobody adds to", stack(EXISTING(2)), [scheduler, off, janitor]],
  ["GKE without a user pool", stack(GKE(undefined)), [off, off, { enabled: true, nodeSelector: {} }]],
  ["GKE with a fixed user pool", stack(GKE({ ...USER, min: 10 })), [scheduler, off, janitor]],
])("%s", (_, of, expected) => {
  const [userScheduler, userPlaceholder, nodeJanitor] = expected as unknown[];
  expect(scheduling(of)).toEqual({ userScheduler, userPlaceholder, nodeJanitor });
});

test.each<[string, Stack]>([
  ["GKE whose user pool grows", stack(GKE(USER))],
  ["the cluster autoscaler of our own chart", stack(EXISTING(10), { overrides: AUTOSCALER })],
])("%s: head room that follows from the quota", (_, of) => {
  const replicas = placeholders(of.member?.launchQuota ?? 0);
  expect(replicas).toBeGreaterThan(5);
  expect(scheduling(of)).toEqual({
    userScheduler: scheduler,
    userPlaceholder: { enabled: true, replicas },
    nodeJanitor: janitor,
  });
});

test("head room is half the root of the quota", () => {
  expect([0, 1, 100, 1000].map(placeholders)).toEqual([0, 1, 5, 16]);
});
