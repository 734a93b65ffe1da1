import type { Ban } from "../../../../../model/federation/bans/list";
import { withBan } from "../../../../../model/federation/bans/list";
import { formerBans } from "../../../../../tools/operate/bans/import";
import { changedList, type StackList } from "../../../../../tools/operate/bans/lists";

const NOW = new Date("2026-11-26T12:00:00Z");
const one: Ban = { kind: "host", what: "a.example.org", reason: "abuse" };
const other: Ban = { kind: "host", what: "b.example.org", reason: "abuse" };
const list = (
  stack: string,
  bans: readonly Ban[],
  secrets: Readonly<Record<string, string>> = {},
): StackList => ({
  stack,
  bans,
  secret: (key) => secrets[key],
});
const add =
  (ban: Ban) =>
  (bans: readonly Ban[]): Ban[] =>
    withBan(bans, ban, NOW);

test("a change that stopped half-way goes on: lists that agree after it do not differ", () => {
  expect(changedList([list("a", [one, other]), list("b", [one])], undefined, add(other))).toEqual([
    one,
    other,
  ]);
});

test("lists that differ are refused with their stacks, and --from chooses one", () => {
  const lists = [list("a", [one]), list("b", [one]), list("c", [other])];
  expect(() => changedList(lists, undefined, add(one))).toThrow(
    /^a and b, and on the other side c have different lists; nothing was set/,
  );
  expect(changedList(lists, "c", add(one))).toEqual([one, other]);
  expect(() => changedList(lists, "d", add(one))).toThrow(/--from d: no such list; stacks: a, b, c/);
});

test("the former secrets become bans, each once; what cannot be one is refused by its place", () => {
  const secrets = {
    bannedEgress: "{pools: [203.0.113.7/32, 198.51.100.0/24]}",
    bannedIngress: "[192.0.2.9]",
    bannedSpecs: '["^a/.*"]',
  };
  expect(formerBans(list("a", [], secrets)).map((ban) => ({ ...ban, reason: undefined }))).toEqual([
    { kind: "destination", what: "203.0.113.7" },
    { kind: "destination", what: "198.51.100.0/24" },
    { kind: "client", what: "192.0.2.9" },
    { kind: "repository", provider: "GitHubRepoProvider", what: "^a/.*" },
  ]);
  const wrong = { bannedEgress: "{hunter2: [192.168.7.7]}" };
  expect(() => formerBans(list("a", [], wrong))).toThrow(
    /^nothing was set:\na, ban 1 \(from bannedEgress, list hunter2\): it is in 192\.168\.0\.0\/16/,
  );
  expect(formerBans(list("a", []))).toEqual([]);
});
