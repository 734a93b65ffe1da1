import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deriveStack } from "../../../../model/stack/config";
import { ConfigError } from "../../../../model/stack/configError";
import { primaryHost, hostClaims, hostsOf } from "../../../../model/member/hosts";
import { rawConfigOf, stackNames } from "../../../../model/stack/stackFiles";
import type { RawConfig } from "../../../../model/schema/rawConfig";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";

const SO =
  "; a host can lead to only one place, so change one of the two (mybinder:hosts sets a single host)";
const cluster = {
  kind: "existing",
  pools: { all: { purpose: "core", count: 2, cpus: 8, memoryGiB: 64, diskGiB: 100 } },
};
const member = (domain: string, changes: RawConfig = {}): RawConfig => ({
  role: "member",
  domain,
  cluster,
  binder: { events: false },
  registry: { kind: "none" },
  ...changes,
});
const proxy = (changes: RawConfig = {}): RawConfig => ({
  role: "proxy",
  domain: "example.org",
  cluster,
  federation: { members: [{ name: "a", weight: 1 }] },
  ...changes,
});

function problems(name: string, files: Readonly<Record<string, RawConfig>>): readonly string[] {
  try {
    deriveStack(name, files[name] ?? {}, (other) => files[other], Object.keys(files));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test.each(stackNames(ROOT))("%s: no host is derived twice", (name) => {
  const { stack } = loadStackFile(name);
  const hosts = hostClaims(stack.config).map(({ host }) => host);
  expect(new Set(hosts).size).toBe(hosts.length);
  expect(primaryHost(stack.hosts.hub)).toBe(primaryHost(hostsOf(stack.config).hub));
});

describe("a host that would lead to two places within a stack is refused with both keys", () => {
  const text = (lines: readonly string[]): RawConfig =>
    rawConfigOf("a", ["config:", ...lines.map((line) => `  ${line}`)].join("\n"));
  const base = [
    "mybinder:role: member",
    "mybinder:domain: a.org",
    `mybinder:cluster: ${JSON.stringify(cluster)}`,
    "mybinder:binder: {events: false}",
  ];
  const plain = "mybinder:registry: {kind: none}";
  const harbor =
    "mybinder:registry: {kind: harbor, s3: {bucket: images, endpoint: 'https://s3.example.org'}}";

  test.each<[string, string[], string[]]>([
    [
      "Grafana is Prometheus",
      [plain, "mybinder:hosts: {grafana: m.a.org, prometheus: m.a.org}"],
      [`mybinder:hosts.prometheus: m.a.org (Prometheus) is already taken (Grafana, mybinder:hosts.grafana)`],
    ],
    [
      "the hub is BinderHub",
      [plain, "mybinder:hosts: {hub: a.org}"],
      [`mybinder:hosts.hub: a.org (the hub) is already taken (BinderHub, mybinder:domain)`],
    ],
    [
      "an alias is the domain",
      [plain, "mybinder:aliasDomains: [a.org]"],
      [
        "mybinder:aliasDomains[0]: hub.a.org (the hub), grafana.a.org (Grafana), prometheus.a.org (Prometheus), " +
          "static.a.org (the badges) are already taken (mybinder:domain)",
      ],
    ],
    [
      "an alias is another alias",
      [plain, "mybinder:aliasDomains: [b.org, b.org]", "mybinder:monitoring: {enabled: false}"],
      [
        "mybinder:aliasDomains[1]: hub.b.org (the hub), static.b.org (the badges) are already taken (mybinder:aliasDomains[0])",
      ],
    ],
    [
      "the registry is the badges' host",
      [harbor, "mybinder:hosts: {registry: static.a.org}"],
      [`mybinder:hosts.registry: static.a.org (the registry) is already taken (the badges, mybinder:domain)`],
    ],
    ["a registry that is not ours has any host", [plain, "mybinder:hosts: {registry: static.a.org}"], []],
    [
      "monitoring that is off has none",
      [
        plain,
        "mybinder:hosts: {grafana: m.a.org, prometheus: m.a.org}",
        "mybinder:monitoring: {enabled: false}",
      ],
      [],
    ],
  ])("%s", (_, lines, expected) => {
    expect(problems("a", { a: text([...base, ...lines]) })).toEqual(expected.map((line) => line + SO));
  });
});

describe("a proxy's hosts", () => {
  const a = member("a.org");

  test.each<[string, RawConfig, string]>([
    [
      "a redirect of the federation's own host",
      { redirects: [{ from: "example.org", to: "b.org" }] },
      "mybinder:redirects[0].from: example.org (a redirect) is already taken (the federation, mybinder:domain)",
    ],
    [
      "a redirect of an own derived host",
      { redirects: [{ from: "static.example.org", to: "b.org" }] },
      "mybinder:redirects[0].from: static.example.org (a redirect) is already taken (the badges, mybinder:domain)",
    ],
    [
      "a redirect of a member's host",
      { redirects: [{ from: "hub.a.org", to: "b.org" }] },
      "mybinder:redirects[0].from: hub.a.org (a redirect) is already taken (the hub, mybinder:domain in Pulumi.a.yaml)",
    ],
    [
      "two redirects of one host",
      {
        redirects: [
          { from: "c.org", to: "b.org" },
          { from: "c.org", to: "d.org" },
        ],
      },
      "mybinder:redirects[1].from: c.org (a redirect) is already taken (a redirect, mybinder:redirects[0].from)",
    ],
    [
      "an archive on a redirected host",
      { redirects: [{ from: "c.org", to: "b.org" }], archive: [{ bucket: "bucket", host: "c.org" }] },
      "mybinder:archive[0].host: c.org (the archive) is already taken (a redirect, mybinder:redirects[0].from)",
    ],
    [
      "an alias of a member's domain",
      { aliasDomains: ["a.org"], monitoring: { enabled: false } },
      "mybinder:aliasDomains[0]: static.a.org (the badges) is already taken (the badges, mybinder:domain in Pulumi.a.yaml)",
    ],
  ])("%s is refused", (_, changes, expected) => {
    expect(problems("prod", { prod: proxy(changes), a })).toEqual([expected + SO]);
  });

  const external = (...urls: string[]): RawConfig => ({
    federation: {
      members: [
        { name: "a", weight: 1 },
        ...urls.map((url, index) => ({ name: `x${String(index)}`, weight: 1, external: { url } })),
      ],
    },
  });
  const at = (index: number): string => `mybinder:federation.members[${String(index)}].external.url`;

  // HAProxy refuses two servers of one name, and a member at the proxy's own host would be a redirect to itself
  test.each<[string, string[], string]>([
    [
      "the host of a member of ours",
      ["https://a.org"],
      `${at(1)}: a.org (the external member x0) is already taken (BinderHub, mybinder:domain in Pulumi.a.yaml)`,
    ],
    [
      "the same with another scheme and the port of its own",
      ["http://a.org:80/"],
      `${at(1)}: a.org (the external member x0) is already taken (BinderHub, mybinder:domain in Pulumi.a.yaml)`,
    ],
    [
      "another external member's host and port",
      ["https://b.org:8443", "https://b.org:8443"],
      `${at(2)}: b.org:8443 (the external member x1) is already taken (the external member x0, ${at(1)})`,
    ],
    [
      "the federation itself",
      ["https://example.org"],
      `${at(1)}: example.org (the external member x0) is already taken (the federation, mybinder:domain)`,
    ],
  ])("an external member at %s is refused", (_, urls, expected) => {
    expect(problems("prod", { prod: proxy(external(...urls)), a })).toEqual([expected + SO]);
  });

  test("two external members on one host with two ports are two members", () => {
    expect(
      problems("prod", { prod: proxy(external("https://b.org:8443", "https://b.org:9443")), a }),
    ).toEqual([]);
  });

  test("an external member is not one of our stacks, though it bears the name of one", () => {
    const members = [{ name: "a", weight: 1, external: { url: "https://elsewhere.org" } }];
    expect(problems("prod", { prod: proxy({ federation: { members } }), a: member("example.org") })).toEqual(
      [],
    );
  });
});

describe("two stacks with one host", () => {
  const one = member("a.org", { monitoring: { enabled: false } });
  const two = member("b.org", { hosts: { hub: "static.a.org" }, monitoring: { enabled: false } });
  const members = {
    federation: {
      members: [
        { name: "one", weight: 1 },
        { name: "two", weight: 1 },
      ],
    },
  };

  test("are refused at the preview of either, each beginning with its own key", () => {
    expect(problems("one", { one, two })).toEqual([
      "mybinder:domain: static.a.org (the badges) is already taken (the hub, mybinder:hosts.hub in Pulumi.two.yaml)" +
        SO,
    ]);
    expect(problems("two", { one, two })).toEqual([
      "mybinder:hosts.hub: static.a.org (the hub) is already taken (the badges, mybinder:domain in Pulumi.one.yaml)" +
        SO,
    ]);
  });

  test("and at the preview of the proxy that lists both", () => {
    expect(problems("prod", { prod: proxy(members), one, two })).toEqual([
      "mybinder:hosts.hub in Pulumi.two.yaml: static.a.org (the hub) is already taken " +
        "(the badges, mybinder:domain in Pulumi.one.yaml)" +
        SO,
    ]);
  });

  test("of one domain get one line, not one for each host", () => {
    const lines = problems("one", { one, twin: { ...one } });
    expect(lines).toEqual([
      "mybinder:domain: a.org (BinderHub), hub.a.org (the hub), static.a.org (the badges) are already taken " +
        "(mybinder:domain in Pulumi.twin.yaml)" +
        SO,
    ]);
  });

  test.each<[string, RawConfig]>([
    ["a member that is gone has given its hosts back", { ...one, lifecycle: "gone" }],
    ["a stack file that is not valid says so in its own preview", { ...one, role: "memer" }],
    ["a proxy that does not list it is somebody else's", proxy({ domain: "static.a.org" })],
  ])("%s", (_, other) => {
    expect(problems("one", { one, other })).toEqual([]);
  });
});

describe("redirects that go round", () => {
  const a = member("a.org");
  const of = (...pairs: [string, string][]): RawConfig => ({
    redirects: pairs.map(([from, to]) => ({ from, to })),
  });
  const END = "; allowed: a target that does not redirect back to this host";

  test.each<[string, [string, string][], string[]]>([
    [
      "to itself",
      [["x.org", "x.org"]],
      [`mybinder:redirects[0]: found a redirect loop: x.org → x.org (mybinder:redirects[0])`],
    ],
    [
      "to itself with a path",
      [["x.org", "x.org/there"]],
      [`mybinder:redirects[0]: found a redirect loop: x.org → x.org (mybinder:redirects[0])`],
    ],
    [
      "to each other, said once",
      [
        ["x.org", "y.org"],
        ["y.org", "x.org/there"],
      ],
      [
        "mybinder:redirects[0]: found a redirect loop: x.org → y.org (mybinder:redirects[0]) → x.org (mybinder:redirects[1])",
      ],
    ],
    [
      "behind one that only leads there",
      [
        ["w.org", "x.org"],
        ["x.org", "y.org"],
        ["y.org", "x.org"],
      ],
      [
        "mybinder:redirects[1]: found a redirect loop: x.org → y.org (mybinder:redirects[1]) → x.org (mybinder:redirects[2])",
      ],
    ],
    [
      "nowhere: a chain that ends",
      [
        ["x.org", "y.org"],
        ["y.org", "example.org"],
      ],
      [],
    ],
  ])("%s", (_, pairs, expected) => {
    expect(problems("prod", { prod: proxy(of(...pairs)), a })).toEqual(expected.map((line) => line + END));
  });

  test("through another stack's redirect", () => {
    const prod = proxy(of(["x.org", "y.org"]));
    const other = proxy({ domain: "other.org", ...of(["y.org", "x.org"]) });
    expect(problems("prod", { prod, other, a })).toEqual([
      "mybinder:redirects[0]: found a redirect loop: x.org → y.org (mybinder:redirects[0]) → " +
        `x.org (mybinder:redirects[0] in Pulumi.other.yaml)${END}`,
    ]);
  });
});

test("the stack files of this repository are as they are read here", () => {
  const names = stackNames(ROOT);
  const files = Object.fromEntries(
    names.map((name) => [name, rawConfigOf(name, readFileSync(join(ROOT, `Pulumi.${name}.yaml`), "utf8"))]),
  );
  for (const name of names) expect([name, problems(name, files)]).toEqual([name, []]);
});
