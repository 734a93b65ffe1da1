import { ownValues } from "../../../../charts/metaChart";
import { deriveStack, type Stack } from "../../../../model/stack/config";
import type { Values } from "../../../../model/schema/plain/mergeValues";
import { stackNames } from "../../../../model/stack/stackFiles";
import type { RawConfig } from "../../../../model/schema/rawConfig";
import { stackValues } from "../../../../model/values";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";

const hostKey = "ecdsa-sha2-nistp256 AAAAE2VjZHNh";
const derive = (binder: RawConfig, machine: RawConfig, more: RawConfig = {}): Stack =>
  deriveStack(
    "probe",
    {
      role: "member",
      domain: "probe.example.org",
      cluster: { kind: "k3s", hostKey, machine: { cpus: 24, memoryGiB: 92, ...machine } },
      binder,
      registry: { kind: "none" },
      monitoring: { prometheusSize: "20Gi" },
      ...more,
    },
    () => undefined,
  );
const valuesOf = (stack: Stack): { buildPruner: Values; binderhub: Record<string, Values> } =>
  stackValues(stack) as never;
const overriding = (binderhub: Values): RawConfig => ({
  overrides: [{ reason: "builds use something else", values: { binderhub } }],
});

describe("the build cache", () => {
  test.each<[string, RawConfig, RawConfig, number]>([
    ["300 GB where the disk allows it", {}, { diskGiB: 1788 }, 300],
    ["what 80 % of a smaller disk leaves beside metrics and logs", {}, { diskGiB: 200 }, 127],
    ["what 80 % of the data disk allows", {}, { diskGiB: 60, dataDisk: "/dev/sdb", dataDiskGiB: 200 }, 171],
    ["as said", { buildCacheGB: 25 }, { diskGiB: 200 }, 25],
  ])("is %s", (_, binder, machine, expected) => {
    const stack = derive(binder, machine);
    expect(stack.member?.buildCacheGB).toBe(expected);
    expect(valuesOf(stack).buildPruner).toEqual({ cacheGB: expected });
  });

  test("is on the data disk where there is one, and held against the disk that it is on", () => {
    const disks = { diskGiB: 60, dataDisk: "/dev/sdb", dataDiskGiB: 500 };
    expect(valuesOf(derive({}, disks)).binderhub["dind"]).toMatchObject({ hostLibDir: "/mnt/disk/dind" });
    expect(() => derive({ dindPath: "/var/lib/dind", buildCacheGB: 300 }, disks)).toThrow(
      /mybinder:cluster\.machine\.diskGiB: the build cache, metrics and logs need/,
    );
  });

  test.each(["gke", "existing"])(
    "is held against the disk of the nodes of a cluster of kind %s that build",
    (kind) => {
      const user = { machineType: "n2-highmem-16", min: 1, max: 3, diskGiB: 100 };
      const pools = {
        gke: { core: { ...user, diskGiB: 1000 }, user },
        existing: {
          a: { purpose: "core", count: 1, cpus: 8, memoryGiB: 64, diskGiB: 1000 },
          b: { purpose: "user", count: 1, cpus: 16, memoryGiB: 64, diskGiB: 100 },
        },
      }[kind];
      const google = kind === "gke" ? { project: "p", location: "us-central1" } : {};
      const with_ = (binder: RawConfig): Stack => derive(binder, {}, { cluster: { kind, pools, ...google } });
      expect(with_({}).member?.buildCacheGB).toBe(85);
      expect(() => with_({ buildCacheGB: 90 })).toThrow(
        /mybinder:cluster\.pools: the build cache, metrics and logs need 90\.0 GB/,
      );
    },
  );
});

describe("what removes images", () => {
  const machine = { diskGiB: 200 };

  test("is the pruner beside a Docker that builds", () => {
    const { buildPruner, binderhub } = valuesOf(derive({}, machine));
    expect(buildPruner).toEqual({ cacheGB: 127 });
    expect(binderhub["imageCleaner"]).toEqual({ enabled: false });
  });

  test.each(["host", "pink"])(
    "is BinderHub's cleaner with builder %s, below the disk, and it never cordons",
    (builder) => {
      const { buildPruner, binderhub } = valuesOf(
        derive({}, machine, overriding({ imageBuilderType: builder })),
      );
      expect(buildPruner).toEqual({ enabled: false });
      expect(binderhub["imageCleaner"]).toEqual({
        enabled: true,
        cordon: false,
        imageGCThresholdType: "absolute",
        imageGCThresholdHigh: 127e9,
        imageGCThresholdLow: 76.2e9,
      });
    },
  );

  test.each(stackNames(ROOT))("never cordons a node of %s", (name) => {
    const binderhub = (stackValues(loadStackFile(name).stack) as { binderhub?: Record<string, Values> })
      .binderhub;
    expect({ enabled: false, ...binderhub?.["imageCleaner"] }.enabled).toBe(false);
    expect(ownValues(ROOT)).toMatchObject({ binderhub: { imageCleaner: { enabled: false, cordon: false } } });
  });
});

test("builds use the socket that the Docker of the chart makes", () => {
  const { binderhub } = ownValues(ROOT) as {
    binderhub: { dind: { hostSocketDir: string; hostSocketName: string } };
  };
  expect(valuesOf(derive({}, { diskGiB: 200 })).binderhub["config"]).toMatchObject({
    KubernetesBuildExecutor: {
      docker_host: `${binderhub.dind.hostSocketDir}/${binderhub.dind.hostSocketName}`,
    },
  });
});
