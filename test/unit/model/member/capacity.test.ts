import { deriveStack, type Stack } from "../../../../model/stack/config";
import { ConfigError } from "../../../../model/stack/configError";
import type { Values } from "../../../../model/schema/plain/mergeValues";
import type { RawConfig } from "../../../../model/schema/rawConfig";
import { stackValues } from "../../../../model/values";

const machine = { cpus: 24, memoryGiB: 92, diskGiB: 800 };
const member: RawConfig = {
  role: "member",
  domain: "probe.example.org",
  cluster: { kind: "k3s", hostKey: "ecdsa-sha2-nistp256 AAAAE2VjZHNh", machine },
  registry: { kind: "none" },
};
const on = (size: RawConfig): RawConfig => ({
  cluster: { ...(member["cluster"] as RawConfig), machine: { ...machine, ...size } },
});
const overriding = (values: Values): RawConfig => ({
  overrides: [{ reason: "as the test wants it", values }],
});
const derive = (more: RawConfig): Stack => deriveStack("probe", { ...member, ...more }, () => undefined);
function problems(more: RawConfig): readonly string[] {
  try {
    derive(more);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("CPUs are counted as memory is", () => {
  test("launches that do not fit are refused with the numbers", () => {
    expect(problems({ ...on({ cpus: 4 }), binder: { quota: 60, user: { cpuGuarantee: 0.05 } } })).toEqual([
      "mybinder:binder.quota: 60 launches × 0.05 CPUs = 3 CPUs, + system 1.9 CPUs + its deploy 0.77 CPUs " +
        "+ 2 builds × 0.1 CPUs = 5.87 CPUs, but the nodes offer 4 CPUs to pods; at most 22 launches fit",
    ]);
  });

  test("a quota is derived from what there is least of", () => {
    expect(derive(on({ cpus: 3 })).member?.launchQuota).toBe(13);
    expect(derive(on({ cpus: 24 })).member?.launchQuota).toBe(122);
  });

  test("a session that is promised none is not limited by them", () => {
    expect(derive({ ...on({ cpus: 3 }), binder: { user: { cpuGuarantee: 0 } } }).member?.launchQuota).toBe(
      126,
    );
  });

  test("a machine that does not even hold the system is refused", () => {
    expect(problems(on({ cpus: 1 }))).toEqual([
      "mybinder:cluster: no launch fits: the nodes offer 1 CPU to pods, " +
        "but system 1.9 CPUs + its deploy 0.77 CPUs + builds 0.2 CPUs take 2.87 CPUs; use a bigger machine",
    ]);
  });

  test("core nodes that do not hold the system are refused, on a proxy too", () => {
    const pools = { all: { purpose: "core", count: 1, cpus: 1, memoryGiB: 4, diskGiB: 50 } };
    const proxy: RawConfig = {
      role: "proxy",
      domain: "example.org",
      cluster: { kind: "existing", pools },
      federation: { members: [{ name: "a", weight: 1, external: { url: "https://a.example.net" } }] },
      monitoring: { prometheusResources: { requests: { cpu: "2", memory: "4Gi" } } },
    };
    expect(() => deriveStack("probe", proxy, () => undefined)).toThrow(
      /mybinder:cluster: the system pods request 6\.4 GB of memory and their deploy .* GB more, but the core nodes offer .* GB; add core nodes[^]*request 2\.41 CPUs and their deploy .* CPUs more, but the core nodes offer 1 CPU/,
    );
  });
});

describe("what is deployed is what is counted", () => {
  test.each<[string, RawConfig, number]>([
    ["by default", {}, 1.9],
    ["with more for BinderHub", { binder: { resources: { requests: { cpu: "1" } } } }, 3.4],
    ["with an override", overriding({ traefik: { resources: { requests: { cpu: "10m" } } } }), 1.72],
    ["with more replicas", overriding({ federationProxy: { replicas: 4 } }), 2],
    ["without monitoring", { monitoring: { enabled: false } }, 1.76],
    ["without logs", { logs: { enabled: false } }, 1.83],
  ])("%s", (_, more, cpus) => {
    const binder = { ...(more["binder"] as RawConfig | undefined), quota: 60, user: { cpuGuarantee: 1 } };
    expect(problems({ ...more, binder })[0]).toContain(`+ system ${String(cpus)} CPUs +`);
  });
});

describe("a limit below what is guaranteed", () => {
  test.each<[string, RawConfig, string]>([
    [
      "memory of a session",
      { binder: { user: { memoryGuarantee: "2G", memoryLimit: "1500M" } } },
      "mybinder:binder.user.memoryLimit: found 1500M, below the guarantee 2G, so no session could start; allowed: at least 2G",
    ],
    [
      "CPU of a session",
      { binder: { user: { cpuGuarantee: 0.5, cpuLimit: 0.2 } } },
      "mybinder:binder.user.cpuLimit: found 0.2, below the guarantee 0.5, so no session could start; allowed: at least 0.5",
    ],
    [
      "memory of a session, by an override",
      overriding({ binderhub: { jupyterhub: { singleuser: { memory: { limit: "400M" } } } } }),
      "mybinder:overrides[0].values.binderhub.jupyterhub.singleuser.memory.limit: found 400M, below the guarantee 450M, so no session could start; allowed: at least 450M",
    ],
    [
      "memory of BinderHub, whose limit is the chart's",
      { binder: { resources: { requests: { memory: "2Gi" } } } },
      "mybinder:binder.resources: memory limit 1Gi is below the request 2Gi, so Kubernetes would refuse its pods; allowed: at least 2Gi",
    ],
    [
      "CPU of the Docker that builds",
      { binder: { dindResources: { requests: { cpu: "2" }, limits: { cpu: "1500m" } } } },
      "mybinder:binder.dindResources: cpu limit 1500m is below the request 2, so Kubernetes would refuse its pods; allowed: at least 2",
    ],
    [
      "memory of Prometheus",
      { monitoring: { prometheusResources: { requests: { memory: "4Gi" }, limits: { memory: "4G" } } } },
      "mybinder:monitoring.prometheusResources: memory limit 4G is below the request 4Gi, so Kubernetes would refuse its pods; allowed: at least 4Gi",
    ],
    [
      "memory of anything, by an override",
      overriding({ binderhub: { jupyterhub: { hub: { resources: { limits: { memory: "512Mi" } } } } } }),
      "mybinder:overrides[0].values.binderhub.jupyterhub.hub.resources: memory limit 512Mi is below the request 1Gi, so Kubernetes would refuse its pods; allowed: at least 1Gi",
    ],
  ])("is refused: %s", (_, more, expected) => {
    expect(problems(more)).toEqual([expected]);
  });
});

describe("a unit that nobody means", () => {
  test.each<[string, RawConfig, string]>([
    [
      "half a byte of memory",
      { binder: { user: { memoryGuarantee: "500m" } } },
      "binder.user.memoryGuarantee",
    ],
    ["a few bytes of memory", { binder: { user: { memoryLimit: "512" } } }, "binder.user.memoryLimit"],
    [
      "memory that JupyterHub refuses",
      { binder: { user: { memoryLimit: "2Gi" } } },
      "binder.user.memoryLimit",
    ],
    [
      "memory of a pod in thousandths",
      { binder: { resources: { limits: { memory: "500m" } } } },
      "binder.resources.limits.memory",
    ],
    [
      "a unit that Kubernetes does not have",
      { binder: { resources: { limits: { memory: "1gi" } } } },
      "binder.resources.limits.memory",
    ],
    [
      "CPUs in bytes",
      { binder: { dindResources: { requests: { cpu: "4G" } } } },
      "binder.dindResources.requests.cpu",
    ],
    [
      "less than a thousandth of a CPU",
      { binder: { dindResources: { requests: { cpu: "0.0001" } } } },
      "binder.dindResources.requests.cpu",
    ],
    ["a volume of a few bytes", { monitoring: { prometheusSize: "50" } }, "monitoring.prometheusSize"],
    ["a volume below a megabyte", { monitoring: { prometheusSize: "0.1M" } }, "monitoring.prometheusSize"],
  ])("is refused: %s", (_, more, key) => {
    expect(problems(more)).toEqual([
      expect.stringMatching(new RegExp(`^mybinder:${key}: found .*; allowed: `)) as string,
    ]);
  });

  test("by an override is refused where JupyterHub would not read it", () => {
    const values = { binderhub: { jupyterhub: { singleuser: { memory: { limit: "2Gi" } } } } };
    expect(problems(overriding(values))).toEqual([
      'mybinder:overrides[0].values.binderhub.jupyterhub.singleuser.memory.limit: found "2Gi"; ' +
        "allowed: memory such as 450M or 2G, CPUs such as 0.5",
    ]);
  });
});

describe("builds at the same time", () => {
  const limit = (stack: Stack): unknown =>
    (stackValues(stack) as { binderhub: { config: { BinderHub: { concurrent_build_limit: number } } } })
      .binderhub.config.BinderHub.concurrent_build_limit;

  test.each<[string, RawConfig, number, number]>([
    ["a quarter of the CPUs", {}, 6, 3],
    ["rounded down to what the pods can share", on({ cpus: 12 }), 2, 1],
    ["as said", { binder: { concurrentBuilds: 8 } }, 8, 4],
    ["of as many pods as an override says", overriding({ binderhub: { replicas: 3 } }), 6, 2],
    ["at least one of each pod", { ...on({ cpus: 4 }), ...overriding({ binderhub: { replicas: 3 } }) }, 3, 1],
  ])("are %s, of all BinderHub pods together", (_, more, total, each) => {
    const stack = derive(more);
    expect([stack.member?.concurrentBuilds, limit(stack)]).toEqual([total, each]);
  });

  test("that the pods cannot share evenly are refused", () => {
    expect(problems({ binder: { concurrentBuilds: 5 } })).toEqual([
      "mybinder:binder.concurrentBuilds: found 5, but the 2 BinderHub pods share the limit equally; allowed: a multiple of 2",
    ]);
  });

  test("are in the sums, all of them", () => {
    expect(problems({ binder: { quota: 100, concurrentBuilds: 32 } })[0]).toContain("+ 32 builds × 2.0 GB");
  });
});
