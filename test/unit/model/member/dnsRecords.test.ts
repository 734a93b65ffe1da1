import { dnsProblems, dnsRecords, makesAddress } from "../../../../model/member/dnsRecords";
import { hostClaims } from "../../../../model/member/hosts";
import type { StackConfig } from "../../../../model/schema/stack";
import { deriveStack, parseConfig } from "../../../../model/stack/config";
import { stackNames } from "../../../../model/stack/stackFiles";
import { ROOT } from "../../../../tools/ground/root";
import { stackConfig } from "../../../../tools/ground/stackFile/stacks";

const K3S = { kind: "k3s", managed: false, machine: { cpus: 24, memoryGiB: 92, diskGiB: 400 } };
const GKE = {
  kind: "gke",
  project: "p-1",
  location: "us-central1",
  entrypointAddress: "entry",
  pools: { core: { machineType: "e2-highmem-2", min: 1, max: 1, diskGiB: 64 } },
};
const VM = {
  kind: "k3s",
  hostKey: "ecdsa-sha2-nistp256 AAAA",
  googleVm: {
    ...{
      project: "p-1",
      zone: "us-central1-a",
      machineType: "n2-highmem-16",
      diskGiB: 200,
      dataDiskGiB: 500,
    },
    ...{ sshPublicKey: "ssh-ed25519 AAAA", sshFrom: ["192.0.2.0/24"] },
  },
};
const zone = { provider: "google", project: "p-1", name: "example-org", domain: "example.org" };
const member = (cluster: object, more: object = {}): StackConfig =>
  parseConfig("one", {
    ...{ role: "member", domain: "one.example.org", cluster, registry: { kind: "none" } },
    ...more,
  });
const proxy = (more: object): StackConfig =>
  parseConfig("prod", {
    ...{ role: "proxy", domain: "example.org", cluster: GKE },
    federation: {
      members: [{ name: "theirs", weight: 1, external: { url: "https://theirs.example.org:8443" } }],
    },
    ...more,
  });
const values = (config: StackConfig): unknown[] =>
  dnsRecords(config).map(({ name, type, value, made }) => [name, type, value, made]);

test("every host for which a stack's cluster answers has one record, in all stacks of the repository", () => {
  for (const stack of stackNames(ROOT)) {
    const config = stackConfig(stack);
    expect(dnsRecords(config).map(({ name }) => name)).toEqual([
      ...new Set(hostClaims(config).map(({ host }) => host)),
    ]);
  }
});

test.each([
  ["the key", K3S, { dns: { address: "203.0.113.7" } }, "203.0.113.7", "203.0.113.7"],
  ["the machine's address", { ...K3S, host: "192.0.2.7" }, {}, "192.0.2.7", "192.0.2.7"],
  [
    "the key before the machine's",
    { ...K3S, host: "192.0.2.7" },
    { dns: { address: "203.0.113.7" } },
    "203.0.113.7",
    "203.0.113.7",
  ],
  ["a machine by its name", { ...K3S, host: "m.example.org" }, {}, undefined, "the address of the machine"],
  ["an address at Google", GKE, {}, undefined, "the address entry of Google's project p-1"],
  ["a cluster of somebody", { kind: "existing", pools: {} }, {}, undefined, "the address of the ingress"],
])("the address is that of %s", (_, cluster, more, value, words) => {
  const [first] = dnsRecords(member(cluster, more));
  expect(first).toMatchObject({
    name: "one.example.org",
    type: "A",
    value,
    address: words,
    ttl: 300,
    own: true,
  });
});

test("the program knows the address that it makes, and only that", () => {
  expect(makesAddress(member(GKE))).toBe(true);
  expect(makesAddress(member(VM))).toBe(true);
  expect(makesAddress(member({ ...GKE, managed: false }))).toBe(false);
  expect(makesAddress(member({ ...GKE, entrypointAddress: undefined }))).toBe(false);
  expect(makesAddress(member(K3S))).toBe(false);
  expect(makesAddress(member(GKE, { dns: { address: "203.0.113.7" } }))).toBe(false);
});

test("with an IPv6 address each host has two records, both in the zone where there is one", () => {
  const dns = { address: "203.0.113.7", ipv6: "2001:db8::7", ttl: 60, zone };
  expect(values(member(K3S, { dns })).slice(0, 2)).toEqual([
    ["one.example.org", "A", "203.0.113.7", true],
    ["one.example.org", "AAAA", "2001:db8::7", true],
  ]);
  expect(dnsProblems(member(K3S, { dns }))).toEqual([]);
});

test("an external member's host is an output only, without its port; so is a redirect or an alias in another zone", () => {
  const config = proxy({
    dns: { zone },
    aliasDomains: ["example.com"],
    redirects: [{ from: "www.example.net", to: "example.org" }],
  });
  const made = Object.fromEntries(dnsRecords(config).map((record) => [record.name, record.made]));
  expect(made).toMatchObject({
    "example.org": true,
    "grafana.example.org": true,
    "grafana.example.com": false,
    "www.example.net": false,
    "theirs.example.org": false,
  });
  expect(dnsRecords(config).find(({ name }) => name === "theirs.example.org")).toMatchObject({
    own: false,
    address: "the address of the external member theirs",
  });
  expect(dnsProblems(config)).toEqual([]);
});

test("a host outside the zone is refused with both keys, and a name that only ends alike is outside", () => {
  const wrong = { ...zone, domain: "ne.example.org" };
  const raw = {
    ...{ role: "member", domain: "one.example.org", cluster: K3S, registry: { kind: "none" } },
    hosts: { hub: "hub.ne.example.org" },
    monitoring: { enabled: false },
    dns: { address: "203.0.113.7", zone: wrong },
  };
  expect(() => deriveStack("one", raw, () => undefined)).toThrow(
    "mybinder:dns.zone.domain: found ne.example.org, but BinderHub answers at one.example.org (mybinder:domain), which is outside " +
      "that zone; allowed: a domain that one.example.org is below, or no mybinder:dns.zone",
  );
  expect(dnsProblems(parseConfig("one", raw)).join()).not.toContain("hub.ne.example.org");
});

test("records without an address are refused", () => {
  expect(dnsProblems(member(K3S, { dns: { zone } }))).toEqual([
    expect.stringContaining("mybinder:dns.address: not set, and the program does not make the address"),
  ]);
  expect(dnsProblems(member(VM, { dns: { zone } }))).toEqual([]);
});

test.each([
  [{ address: "203.0.113.700" }, /mybinder:dns\.address: found "203\.0\.113\.700".*an IPv4 address such as/],
  [{ ipv6: "203.0.113.7" }, /mybinder:dns\.ipv6: found .*an IPv6 address such as/],
  [{ ttl: 5 }, /mybinder:dns\.ttl: found 5 \(number\); allowed: at least 30/],
  [
    { zone: { ...zone, provider: "cloudflare" } },
    /mybinder:dns\.zone\.provider: found "cloudflare".*allowed: google/,
  ],
])("%j is refused", (dns, message) => {
  expect(() => member(K3S, { dns })).toThrow(message);
});
