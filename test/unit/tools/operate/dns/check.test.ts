import type { DnsRecord } from "../../../../../model/member/dnsRecords";
import { checkDns, type DnsFinding } from "../../../../../tools/operate/dns/check";

const record = (name: string, more: Partial<DnsRecord> = {}): DnsRecord => ({
  ...{ name, type: "A", value: undefined, address: "the address of the machine", ttl: 300 },
  ...{ own: true, made: false, what: "the hub", key: "mybinder:domain" },
  ...more,
});
const KNOWN = { value: "192.0.2.1", address: "192.0.2.1" };
const IPV6 = { type: "AAAA", value: "2001:DB8:0::1", address: "2001:DB8:0::1" } as const;

/** `found`: addresses by host; a host of "error" has a name server that does not answer. */
function check(records: DnsRecord[], found: Record<string, string[] | "error">): Promise<DnsFinding[]> {
  return checkDns({ stack: "one", records }, (host, type) => {
    const addresses = found[host] ?? [];
    if (addresses === "error") return Promise.reject(new Error("no answer"));
    return Promise.resolve(addresses.filter((one) => one.includes(":") === (type === "AAAA")));
  });
}
const problems = async (...args: Parameters<typeof check>): Promise<(string | undefined)[]> =>
  (await check(...args)).map(({ problem }) => problem);

test("a host leads to the address of the stack file", async () => {
  const records = [record("a", KNOWN), record("b", KNOWN), record("c", KNOWN)];
  expect(await problems(records, { a: ["192.0.2.1"], b: ["192.0.2.9"] })).toEqual([
    undefined,
    "leads to 192.0.2.9; expected: 192.0.2.1",
    "has no address; expected: 192.0.2.1",
  ]);
});

test("an IPv6 address that nobody wants is one too many, however another is written", async () => {
  const both = [record("a", KNOWN), record("a", { ...KNOWN, ...IPV6 })];
  expect(await problems(both, { a: ["192.0.2.1", "2001:db8::1"] })).toEqual([undefined]);
  expect(await problems(both, { a: ["192.0.2.1"] })).toEqual([
    "leads to 192.0.2.1; expected: 192.0.2.1, 2001:db8::1",
  ]);
  expect(await problems([record("a", KNOWN)], { a: ["192.0.2.1", "2001:db8::1"] })).toEqual([
    "leads to 192.0.2.1, 2001:db8::1; expected: 192.0.2.1",
  ]);
});

test("where the stack file has no address, all hosts lead to the same one", async () => {
  const records = [record("a"), record("b"), record("c")];
  expect(await problems(records, { b: ["192.0.2.1"], c: ["192.0.2.9"] })).toEqual([
    "has no address; expected: the address of the machine",
    undefined,
    "leads to 192.0.2.9; expected: 192.0.2.1, as b does",
  ]);
});

test("an external member's host has to lead anywhere", async () => {
  const records = [record("a"), record("x", { own: false, address: "the address of x" })];
  expect(await problems(records, { a: ["192.0.2.1"], x: ["198.51.100.1"] })).toEqual([undefined, undefined]);
  expect(await problems(records, { a: ["192.0.2.1"] })).toEqual([
    undefined,
    "has no address; expected: the address of x",
  ]);
});

test("a name server that does not answer is said, and hides no other host", async () => {
  expect(await problems([record("a", KNOWN), record("b", KNOWN)], { a: "error", b: ["192.0.2.1"] })).toEqual([
    "no answer",
    undefined,
  ]);
});
