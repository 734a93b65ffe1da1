import {
  bannedClients,
  bannedHosts,
  bannedRepositories,
  clientLines,
  coreDnsServers,
  egressExcept,
  flowAddresses,
  traefikConfig,
} from "../../../../model/federation/bans/effects";
import {
  activeBans,
  type Ban,
  type BanKind,
  banListText,
  parseBanList,
  withBan,
  withoutBan,
} from "../../../../model/federation/bans/list";
import { addressesOf, isWithin, networkText, parseNetwork } from "../../../../model/federation/bans/network";
import { banProblem } from "../../../../model/federation/bans/problems";

const NOW = new Date("2026-11-26T12:00:00Z");
const ban = (kind: BanKind, what: string, more: Partial<Ban> = {}): Ban => ({
  kind,
  what,
  reason: "abuse",
  ...more,
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1/32", "192.0.2.1"],
  ["198.51.100.0/24", "198.51.100.0/24"],
  ["2001:DB8:0:0::1", "2001:db8::1"],
  ["2001:db8::/32", "2001:db8::/32"],
  ["::1", "::1"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
])("%s is written %s", (text, written) => {
  const network = parseNetwork(text);
  expect(network && networkText(network)).toBe(written);
});

test.each([
  "",
  "1.2.3",
  "1.2.3.256",
  "1.2.3.4/33",
  "192.0.2.1/24",
  "2001:db8::1/64",
  "::ffff:1.2.3.4",
  "fe80::1%eth0",
  "a.b",
])("%p is no network", (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});

test("a network holds what it holds", () => {
  const within = (inner: string, outer: string): boolean => {
    const [a, b] = [parseNetwork(inner), parseNetwork(outer)];
    return a !== undefined && b !== undefined && isWithin(a, b);
  };
  expect(within("192.0.2.7", "192.0.2.0/24")).toBe(true);
  expect(within("192.0.2.0/24", "192.0.2.0/24")).toBe(true);
  expect(within("192.0.2.0/23", "192.0.2.0/24")).toBe(false);
  expect(within("192.0.3.0", "192.0.2.0/24")).toBe(false);
  expect(within("2001:db8:1::", "2001:db8::/32")).toBe(true);
  expect(within("::", "0.0.0.0/1")).toBe(false);
  const small = parseNetwork("192.0.2.254/31");
  expect(small && addressesOf(small)).toEqual(["192.0.2.254", "192.0.2.255"]);
});

test.each<[Ban, RegExp | undefined]>([
  [ban("client", "203.0.113.7"), undefined],
  [ban("client", "2001:db8::/32"), undefined],
  [ban("client", "0.0.0.0/0"), /at least 8 bits/],
  [ban("client", "2000::/3"), /at least 19 bits/],
  [ban("client", "10.1.2.3"), /10\.0\.0\.0\/8, where our own pods/],
  [ban("client", "fd00::/8"), /at least 19|fc00::\/7/],
  [ban("destination", "169.254.169.254"), /169\.254\.0\.0\/16/],
  [ban("client", "203.0.113.7/32"), /it is written 203\.0\.113\.7/],
  [ban("client", "example.org"), /an address or a CIDR block/],
  [ban("host", "pool.example.org"), undefined],
  [ban("host", "Pool.example.org"), /lower case/],
  [ban("host", "org"), /full name/],
  [ban("host", "*.example.org"), /full name/],
  [ban("host", "kubernetes.default.svc.cluster.local"), /cluster itself/],
  [ban("host", "192.0.2.1"), /full name/],
  [ban("repository", "^a/b/.*", { provider: "GitLabRepoProvider" }), undefined],
  [ban("repository", "^a/b/.*"), /the provider is one of GitHubRepoProvider/],
  [ban("host", "a.example.org", { provider: "GitRepoProvider" }), /only a repository/],
  [ban("host", "a.example.org", { reason: " " }), /the reason/],
  [ban("host", "a.example.org", { until: "tomorrow" }), /until is a time/],
])("%j: %s", (one, rule) => {
  if (rule) expect(banProblem(one)).toMatch(rule);
  else expect(banProblem(one)).toBeUndefined();
});

describe("a list", () => {
  const ended = ban("client", "203.0.113.1", { until: "2026-11-26T12:00:00Z" });
  const later = ban("client", "203.0.113.2", { until: "2026-11-26T12:00:01Z" });

  test("holds a ban until its end, and not at it", () => {
    expect(activeBans([ended, later], NOW)).toEqual([later]);
  });

  test("is the same whatever the order, and a change drops what has ended", () => {
    const one = withBan(withBan([ended], later, NOW), ban("host", "a.example.org"), NOW);
    const other = withBan(withBan([], ban("host", "a.example.org"), NOW), later, NOW);
    expect(banListText(one)).toBe(banListText(other));
    expect(withBan(one, { ...later, until: undefined }, NOW)).toHaveLength(2);
    expect(withoutBan(one, later, NOW)).toEqual([ban("host", "a.example.org")]);
    expect(parseBanList(banListText(one))).toEqual(one);
    expect(parseBanList(banListText([]))).toEqual([]);
  });

  test.each([
    "",
    "{}",
    '{"bans": {}}',
    '{"bans": [{"kind": "hunter2"}]}',
    '{"bans": [{"kind": "host", "what": 7}]}',
  ])("%p is none, and the message shows nothing of it", (text) => {
    expect(() => parseBanList(text)).toThrow(/^(not JSON|no list of bans|ban 1 is malformed)$/);
  });
});

test("each program gets what it knows", () => {
  const bans = [
    ban("client", "2001:db8::/32"),
    ban("client", "203.0.113.7"),
    ban("destination", "198.51.100.0/30"),
    ban("destination", "198.18.0.0/15"),
    ban("destination", "2001:db8::1"),
    ban("host", "example.org"),
    ban("host", "pool.example.org"),
    ban("host", "example.com"),
    ban("repository", "^a/.*", { provider: "GitHubRepoProvider" }),
  ];
  expect(bannedClients(bans)).toEqual(["2001:db8::/32", "203.0.113.7"]);
  expect(clientLines(bans)).toEqual(["2001:db8::/32 banned", "203.0.113.7 banned"]);
  expect(bannedHosts(bans)).toEqual(["example.com", "example.org"]);
  expect(bannedRepositories(bans)).toEqual({ GitHubRepoProvider: ["^a/.*"] });
  expect(coreDnsServers(bans)).toMatch(/^example\.com:53 example\.org:53 \{/);
  // a larger block is left to the network policies
  expect(flowAddresses(bans)).toBe("198.51.100.0\n198.51.100.1\n198.51.100.2\n198.51.100.3\n");
  expect(egressExcept("0.0.0.0/0", ["10.0.0.0/8"], bans)).toEqual([
    "10.0.0.0/8",
    "198.18.0.0/15",
    "198.51.100.0/30",
  ]);
  expect(egressExcept("198.51.0.0/16", [], bans)).toEqual(["198.51.100.0/30"]);
  expect(JSON.stringify(traefikConfig(bans))).toContain(
    "ClientIP(`2001:db8::/32`) || ClientIP(`203.0.113.7`)",
  );
});

test("without bans, no program gets an empty text that it would refuse or skip", () => {
  expect(flowAddresses([])).toBe("\n");
  expect(coreDnsServers([])).toMatch(/^#/);
  expect(Object.keys(traefikConfig([])["http"] as object)).toEqual(["middlewares", "services"]);
});
