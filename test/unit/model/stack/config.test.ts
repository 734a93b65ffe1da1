import { deriveStack, type Stack } from "../../../../model/stack/config";
import { ConfigError } from "../../../../model/stack/configError";
import type { RawConfig } from "../../../../model/schema/rawConfig";

const hostKey = "ecdsa-sha2-nistp256 AAAAE2VjZHNh";
const machine = { cpus: 24, memoryGiB: 92, diskGiB: 400 };
const member: RawConfig = {
  role: "member",
  domain: "bids.mybinder.org",
  cluster: { kind: "k3s", hostKey, machine },
  binder: { quota: 60, buildCacheGB: 200 },
  registry: { kind: "none" },
};
const proxy: RawConfig = {
  role: "proxy",
  domain: "mybinder.org",
  cluster: {
    kind: "existing",
    pools: { all: { purpose: "core", count: 1, cpus: 4, memoryGiB: 16, diskGiB: 50 } },
  },
  federation: { members: [{ name: "bids", weight: 1 }] },
};

function problems(raw: RawConfig, others: Readonly<Record<string, RawConfig>> = {}): readonly string[] {
  try {
    deriveStack("probe", raw, (name) => others[name]);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const derive = (raw: RawConfig, others: Readonly<Record<string, RawConfig>> = {}): Stack =>
  deriveStack("probe", raw, (name) => others[name]);

describe("the shape of a stack's configuration", () => {
  test.each<[string, RawConfig, string[]]>([
    [
      "an unknown role",
      { ...member, role: "hub" },
      ['mybinder:role: found "hub" (string); allowed: proxy, member, both'],
    ],
    ["no role", { domain: "a.org" }, ["mybinder:role: not set; allowed: proxy, member, both"]],
    [
      "an unknown key at the top",
      { ...member, qouta: 3 },
      [
        expect.stringMatching(
          /^mybinder:qouta: unknown key; allowed here: role, domain, aliasDomains, .*registry, .*/,
        ) as string,
      ],
    ],
    [
      "an unknown key below",
      { ...member, cluster: { kind: "k3s", machine: { ...machine, ram: 92 } } },
      [
        "mybinder:cluster.machine.ram: unknown key; allowed here: cpus, memoryGiB, diskGiB, dataDiskGiB, dataDisk, dataDiskWipe",
      ],
    ],
    [
      "a wrong type",
      { ...member, cluster: { kind: "k3s", machine: { ...machine, cpus: "eight" } } },
      ['mybinder:cluster.machine.cpus: found "eight" (string); allowed: a value of type number'],
    ],
    [
      "a fraction where a whole number is wanted",
      { ...member, cluster: { kind: "k3s", machine: { ...machine, cpus: 1.5 } } },
      ["mybinder:cluster.machine.cpus: found 1.5 (number); allowed: a whole number"],
    ],
    [
      "a number below its range",
      { ...member, binder: { quota: -1 } },
      ["mybinder:binder.quota: found -1 (number); allowed: at least 0"],
    ],
    [
      "an unknown cluster kind",
      { ...member, cluster: { kind: "eks" } },
      ['mybinder:cluster.kind: found "eks" (string); allowed: gke, k3s, existing'],
    ],
    [
      "a URL for a host",
      { ...member, domain: "https://bids.mybinder.org" },
      [
        'mybinder:domain: found "https://bids.mybinder.org" (string); allowed: a host name such as gesis.mybinder.org',
      ],
    ],
    [
      "a key of another role",
      { ...member, federation: { members: [] } },
      [expect.stringMatching(/^mybinder:federation: unknown key/) as string],
    ],
    [
      "an override without a reason",
      { ...member, overrides: [{ values: {} }] },
      ["mybinder:overrides[0].reason: not set; allowed: a value of type string"],
    ],
    [
      "a null in an override, also in a list",
      {
        ...member,
        overrides: [
          {
            reason: "nobody needs it",
            values: { binderhub: { extraConfig: { "01": null }, a: [{ b: null }] } },
          },
        ],
      },
      [
        expect.stringMatching(
          /^mybinder:overrides\[0\]\.values\.binderhub\.extraConfig\.01: found null; allowed: a value\. Helm .* null itself/,
        ) as string,
        expect.stringMatching(/^mybinder:overrides\[0\]\.values\.binderhub\.a\[0\]\.b: found null/) as string,
      ],
    ],
  ])("%s is refused with its path, what was found and what is allowed", (_, raw, expected) => {
    expect(problems(raw)).toEqual(expected);
  });

  test("all problems are reported at once, under the stack's name", () => {
    const raw = { ...member, domain: 7, binder: { quota: "x", user: { cpuLimit: 0 } } };
    expect(problems(raw)).toEqual([
      "mybinder:domain: found 7 (number); allowed: a value of type string",
      'mybinder:binder.quota: found "x" (string); allowed: a value of type number',
      "mybinder:binder.user.cpuLimit: found 0 (number); allowed: at least 0",
    ]);
    expect(() => derive(raw)).toThrow(
      /^stack probe: 3 problems in its configuration \(Pulumi\.probe\.yaml\)\n {2}mybinder:domain/,
    );
  });

  test("a value under a secret-looking key is not shown", () => {
    const raw = {
      ...member,
      registry: { kind: "harbor", s3: { bucket: "b", endpoint: "e" } },
      hosts: { registryPassword: "hunter2" },
    };
    expect(problems(raw).join("\n")).not.toContain("hunter2");
  });
});

describe("arithmetic that cannot hold", () => {
  test("launches that do not fit the memory are refused with the numbers", () => {
    expect(problems({ ...member, binder: { quota: 180, buildCacheGB: 200 } })).toEqual([
      "mybinder:binder.quota: 180 launches × 0.47 GB of memory = 84.9 GB, + system 7.4 GB + its deploy 3.4 GB " +
        "+ 6 builds × 2.0 GB = 107.7 GB, but the nodes offer 89.5 GB to pods; at most 141 launches fit",
      "mybinder:binder.quota: 180 launches + 18 headroom (10 %, or the builds) = 198 pods, but maxPods leaves room for 140 beside the system's pods; " +
        "lower the quota to 122 or raise maxPods",
    ]);
  });

  test("a build cache that does not fit the disk is refused with the numbers", () => {
    expect(problems({ ...member, binder: { quota: 60, buildCacheGB: 900 } })).toEqual([
      expect.stringMatching(
        /^mybinder:cluster\.machine\.diskGiB: the build cache, metrics and logs need 976\.8 GB, but only 343\.6 GB may be used/,
      ),
    ]);
  });

  test("without a quota, the launches that fit are derived", () => {
    expect(derive({ ...member, binder: { buildCacheGB: 200 } }).member?.launchQuota).toBe(122);
  });

  test("a quota of 0 is a quota: the member takes no launches", () => {
    expect(derive({ ...member, binder: { quota: 0, buildCacheGB: 200 } }).member?.launchQuota).toBe(0);
  });
});

test.each(["2i2c", "Staging", "a_b", "a-", "a".repeat(41), "a b"])(
  "a stack %j has a name that its namespace and objects cannot have",
  (name) => {
    expect(() => deriveStack(name, member, () => undefined)).toThrow(
      `the stack's name: found ${JSON.stringify(name)}; allowed: a name of 1 to 40 lower-case letters, digits and dashes, ` +
        "starting with a letter",
    );
  },
);

describe("pools that leave system pods nowhere", () => {
  const pool = { count: 2, cpus: 8, memoryGiB: 64, diskGiB: 100 };
  const so = "so no node takes system pods; allowed: at least one pool with purpose: core";

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      "pools for users alone are refused",
      { user: { purpose: "user", ...pool }, big: { purpose: "user", ...pool } },
      [`mybinder:cluster.pools: found only pools for users (user, big), ${so}`],
    ],
    [
      "a pool's name is not its purpose",
      { core: { purpose: "user", ...pool } },
      [`mybinder:cluster.pools: found only pools for users (core), ${so}`],
    ],
    ["one pool for both is fine", { all: { purpose: "core", ...pool } }, []],
    ["one for each is fine", { a: { purpose: "core", ...pool }, b: { purpose: "user", ...pool } }, []],
  ])("%s", (_, pools, expected) => {
    expect(problems({ ...member, binder: { quota: 0 }, cluster: { kind: "existing", pools } })).toEqual(
      expected,
    );
  });

  test("no pools at all are refused, on a proxy too", () => {
    const cluster = { kind: "existing", pools: {} };
    expect(problems({ ...proxy, cluster }, { bids: member })).toEqual([
      `mybinder:cluster.pools: found none, ${so}`,
    ]);
  });
});

describe("a machine that is provisioned", () => {
  const cluster = (more: Record<string, unknown>): RawConfig => ({
    ...member,
    cluster: { kind: "k3s", hostKey, ...more },
  });

  test("is not reached without its host key, unless it is used as it is", () => {
    expect(problems({ ...member, cluster: { kind: "k3s", machine } })).toEqual([
      "mybinder:cluster.hostKey: not set; allowed: the line that `ssh-keyscan -t ecdsa HOST` prints, without the host " +
        "(to use the machine as it is, set cluster.managed: false instead)",
    ]);
    expect(problems({ ...member, cluster: { kind: "k3s", managed: false, machine } })).toEqual([]);
  });

  test("has a data disk with a device and a size, or none", () => {
    expect(problems(cluster({ machine: { ...machine, dataDiskGiB: 500 } }))).toEqual([
      "mybinder:cluster.machine.dataDisk: not set, but dataDiskGiB is; allowed: the device of the second disk",
    ]);
    expect(problems(cluster({ machine: { ...machine, dataDisk: "/dev/sdb" } }))).toEqual([
      "mybinder:cluster.machine.dataDiskGiB: not set, but dataDisk is; allowed: the second disk's size in GiB",
    ]);
  });

  test.each([
    [
      "a disk name that is a command",
      { machine: { ...machine, dataDisk: "/dev/sdb; reboot", dataDiskGiB: 1 } },
      "dataDisk",
    ],
    ["a host that is an option", { host: "-oProxyCommand=reboot", machine }, "host"],
    ["a host key that is another line", { hostKey: "ssh-ed25519 AAAA\nx", machine }, "hostKey"],
    ["a release that is a path", { release: { version: "../v1.34.4+k3s1" }, machine }, "version"],
    ["a checksum that is none", { release: { sha256: "$(reboot)" }, machine }, "sha256"],
  ])("%s is refused", (_, change, key) => {
    expect(problems(cluster(change))).toEqual([expect.stringContaining(`${key}: found`) as string]);
  });
});

describe("a federation", () => {
  test("derives a member from its stack file", () => {
    expect(derive(proxy, { bids: member }).federation?.members).toEqual([
      {
        name: "bids",
        url: "https://bids.mybinder.org",
        weight: 1,
        lifecycle: "active",
        launchQuota: 60,
        prometheusUrl: "https://prometheus.bids.mybinder.org",
        grafanaUrl: "https://grafana.bids.mybinder.org",
        sponsor: undefined,
      },
    ]);
  });

  test.each<[string, unknown, string]>([
    [
      "a member without a stack file",
      [
        { name: "ovh", weight: 1 },
        { name: "bids", weight: 1 },
      ],
      "mybinder:federation.members[0]: ovh has no stack file; create Pulumi.ovh.yaml, or set external: {url: …}",
    ],
    [
      "a member that is a proxy",
      [
        { name: "front", weight: 1 },
        { name: "bids", weight: 1 },
      ],
      "mybinder:federation.members[0]: stack front has role proxy; allowed: member, both",
    ],
    [
      "a name listed twice",
      [
        { name: "bids", weight: 1 },
        { name: "bids", weight: 0 },
      ],
      "mybinder:federation.members: bids is listed more than once",
    ],
    [
      "only weights of 0",
      [{ name: "bids", weight: 0 }],
      "mybinder:federation.members: every weight is 0 (a paused member counts as 0), so no member would serve; set the weight of at least one active member above 0",
    ],
  ])("%s is refused", (_, members, expected) => {
    expect(problems({ ...proxy, federation: { members } }, { bids: member, front: proxy })).toEqual([
      expected,
    ]);
  });

  test("a weight of 0 is allowed for the first member: there is no prime that takes the site down", () => {
    const members = [
      { name: "bids", weight: 0 },
      { name: "other", weight: 1, external: { url: "https://binder.example.org" } },
    ];
    expect(problems({ ...proxy, federation: { members } }, { bids: member })).toEqual([]);
  });

  test("the loss of the largest member must leave the capacity floor", () => {
    const members = [
      { name: "bids", weight: 1 },
      { name: "two", weight: 1 },
    ];
    const two = { ...member, domain: "two.mybinder.org", binder: { quota: 40, buildCacheGB: 200 } };
    expect(problems({ ...proxy, federation: { members, capacityFloor: 50 } }, { bids: member, two })).toEqual(
      [
        "mybinder:federation.capacityFloor: without bids (60 launches) 40 of 100 launches remain, below the floor of 50; lower the floor or add capacity",
      ],
    );
  });

  test("an external member counts for what its entry says", () => {
    const floor = (launchQuota: number): readonly string[] => {
      const external = { url: "https://binder.example.org", launchQuota };
      const members = [
        { name: "bids", weight: 1 },
        { name: "other", weight: 1, external },
      ];
      return problems({ ...proxy, federation: { members, capacityFloor: 50 } }, { bids: member });
    };
    expect(floor(50)).toEqual([]);
    expect(floor(49)).toEqual([
      "mybinder:federation.capacityFloor: without bids (60 launches) 49 of 109 launches remain, below the floor of 50; lower the floor or add capacity",
    ]);
  });
});

test("a publisher needs the events that it publishes, and only a stack that answers for the federation has one", () => {
  const bids: RawConfig = member;
  expect(problems({ ...proxy, archivePublisher: {} }, { bids })).toEqual([
    "mybinder:archivePublisher: set, but mybinder:google is not; allowed: with mybinder:google, whose events it publishes",
  ]);
  const google = { project: "a-project", prefix: "binder" };
  expect(problems({ ...proxy, google, archivePublisher: {} }, { bids })).toEqual([]);
  expect(problems({ ...proxy, google, archivePublisher: { costs: { bucket: "b/c" } } }, { bids })).toEqual([
    expect.stringContaining('mybinder:archivePublisher.costs.bucket: found "b/c"'),
  ]);
  expect(problems({ ...member, archivePublisher: {} })[0]).toMatch(/archivePublisher/);
});
