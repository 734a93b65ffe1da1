import { createHash } from "node:crypto";
import { makeTable, movedSlots, sharesOf, SLOTS } from "../../../../apps/federation-agent/table";

/*
 * Shares and moves for repositories whose launches are as unequal as real ones: the k-th most popular of 20,000 has
 * 1/k^1.1 of the launches. Printed against plain rendezvous for each repository, and against a choice at random for each
 * launch, which balances best and knows no repository again. Deterministic.
 */

const REPOSITORIES = 20_000;
const LAUNCHES = Array.from({ length: REPOSITORIES }, (_, rank) => 1 / (rank + 1) ** 1.1);
const TOTAL = LAUNCHES.reduce((sum, launches) => sum + launches, 0);
const hash = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
const SLOT_OF = LAUNCHES.map((_, rank) => Math.floor(hash(`repository-${String(rank)}`) * SLOTS));

type Weights = Readonly<Record<string, number>>;
const FULL: Weights = { "hetzner-2i2c": 300, "hetzner-gesis": 180, "bids-ovh": 60 };

function bySlots(weights: Weights): string[] {
  const candidates = Object.entries(weights).map(([name, weight]) => ({
    name,
    url: `https://${name}.example.org`,
    weight,
    rank: 0 as const,
    sticky: true,
  }));
  const { owners } = makeTable(candidates);
  return SLOT_OF.map((slot) => owners[slot] ?? "");
}

function byRendezvous(weights: Weights): string[] {
  const score = (rank: number, name: string, weight: number): number =>
    -weight / Math.log(hash(`${String(rank)}-${name}`) || 1e-9);
  return LAUNCHES.map((_, rank) => {
    const ranked = Object.entries(weights).map(
      ([name, weight]) => [score(rank, name, weight), name] as const,
    );
    return ranked.sort(([a], [b]) => b - a)[0]?.[1] ?? "";
  });
}

/** Part of all launches that a member gets. */
function loads(owners: readonly string[]): Record<string, number> {
  const result: Record<string, number> = {};
  owners.forEach((owner, rank) => (result[owner] = (result[owner] ?? 0) + (LAUNCHES[rank] ?? 0) / TOTAL));
  return result;
}

/** With a choice at random for each launch: how likely the next launch of a repository is elsewhere. */
function elsewhere(before: Weights, after: Weights): number {
  const part = (weights: Weights, name: string): number =>
    (weights[name] ?? 0) / Object.values(weights).reduce((all, weight) => all + weight, 0);
  return 1 - Object.keys(before).reduce((sum, name) => sum + part(before, name) * part(after, name), 0);
}

const moved = (before: readonly string[], after: readonly string[]): number =>
  after.filter((owner, index) => owner !== before[index]).length / REPOSITORIES;

/** How far the most overloaded member is above its share of the capacity. */
function overload(owners: readonly string[], weights: Weights): number {
  const sum = Object.values(weights).reduce((all, weight) => all + weight, 0);
  const load = loads(owners);
  return Math.max(...Object.entries(weights).map(([name, weight]) => (load[name] ?? 0) / (weight / sum)));
}

test("slots share and move repositories as plain rendezvous does, where chance forgets half of them", () => {
  const without = Object.fromEntries(Object.entries(FULL).filter(([name]) => name !== "hetzner-gesis"));
  const near = { ...FULL, "hetzner-2i2c": 150 };
  const rows = [bySlots, byRendezvous].map((choose) => {
    const before = choose(FULL);
    return {
      way: choose.name,
      overload: overload(before, FULL),
      leaves: moved(before, choose(without)),
      returns: moved(choose(without), before),
      half: moved(before, choose(near)),
    };
  });
  const random = {
    way: "atRandom",
    overload: 1,
    leaves: elsewhere(FULL, without),
    returns: elsewhere(without, FULL),
    half: elsewhere(FULL, near),
  };
  const lines = [...rows, random].map(({ way, ...rest }) =>
    [way.padEnd(12), ...Object.entries(rest).map(([key, value]) => `${key} ${value.toFixed(3)}`)].join("  "),
  );
  process.stderr.write(`${lines.join("\n")}\n`);
  const [slots, rendezvous] = rows;
  // a third of the capacity leaves: no more than its repositories move
  expect(slots?.leaves).toBeCloseTo(180 / 540, 1);
  expect(slots?.returns).toBe(slots?.leaves);
  expect(slots?.half).toBeLessThan((rendezvous?.half ?? 0) + 0.03);
  expect(slots?.overload).toBeLessThan(1.5);
  expect(random.leaves).toBeGreaterThan(0.5);
});

test("a member near its quota gets proportionally fewer new repositories, and only they move", () => {
  const before = bySlots(FULL);
  let last = loads(before)["hetzner-2i2c"] ?? 0;
  for (const part of [0.75, 0.5, 0.25, 0]) {
    const after = bySlots({ ...FULL, "hetzner-2i2c": 300 * part });
    const share = after.filter((owner) => owner === "hetzner-2i2c").length / REPOSITORIES;
    expect(share).toBeCloseTo((300 * part) / (300 * part + 240), 1);
    expect(after.every((owner, rank) => owner === before[rank] || before[rank] === "hetzner-2i2c")).toBe(
      true,
    );
    expect(loads(after)["hetzner-2i2c"] ?? 0).toBeLessThan(last);
    last = loads(after)["hetzner-2i2c"] ?? 0;
  }
});

test("300 members: each owns about its share, and one that leaves moves its own slots only", () => {
  const members = Array.from({ length: 300 }, (_, index) => ({
    name: `m${String(index)}`,
    url: `https://m${String(index)}.example.org`,
    weight: 1,
    rank: 0 as const,
    sticky: true,
  }));
  const before = makeTable(members);
  const after = makeTable(members.slice(1));
  const own = before.owners.filter((owner) => owner === "m0").length;
  expect(movedSlots(before.owners, after.owners)).toBe(own);
  const shares = [...sharesOf(before.owners).values()];
  expect(shares).toHaveLength(300);
  // 13.7 slots expected each
  expect(Math.max(...shares) * SLOTS).toBeLessThan(32);
});
