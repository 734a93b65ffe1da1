import type { Ban } from "../../../../../model/federation/bans/list";
import { type ClusterList, keepingUnknown, unknownBans } from "../../../../../tools/operate/bans/inClusters";
import type { StackList } from "../../../../../tools/operate/bans/lists";

const NOW = new Date("2026-11-26T12:00:00Z");
const [one, other]: [Ban, Ban] = [
  { kind: "host", what: "a.example.org", reason: "abuse" },
  { kind: "client", what: "203.0.113.7", reason: "scans" },
];
const file = (stack: string, ...bans: readonly Ban[]): StackList => ({
  stack,
  bans,
  secret: () => undefined,
});
const cluster = (stack: string, ...bans: readonly Ban[]): ClusterList => ({
  stack,
  bans,
  resourceVersion: "1",
});

test("a ban that only clusters have is found once, with each of them", () => {
  const unknown = unknownBans(
    [file("a", one), file("b", one)],
    [cluster("a", one, other), cluster("b", other)],
    NOW,
  );
  expect(unknown).toEqual([{ ban: other, stacks: ["a", "b"] }]);
  expect(() => keepingUnknown(unknown, false, NOW)).toThrow(
    /^nothing was set: .*\nclient 203\.0\.113\.7 \(scans\), on a, b\n.*git pull.*--keep.*bans apply$/s,
  );
  expect(keepingUnknown(unknown, true, NOW)([one])).toEqual([other, one]);
});

test("what a stack file has, what has ended and what a cluster lacks is no reason to refuse", () => {
  const ended = { ...other, until: "2026-11-26T12:00:00Z" };
  // a change that stopped half-way is in one file, or has another reason or end
  const changed = { ...other, reason: "another" };
  expect(
    unknownBans([file("a", one), file("b", changed)], [cluster("a", other), cluster("b", other)], NOW),
  ).toEqual([]);
  expect(unknownBans([file("a", one)], [cluster("a", ended), cluster("b")], NOW)).toEqual([]);
  expect(keepingUnknown([], false, NOW)([one])).toEqual([one]);
});
