import fc from "fast-check";
import type { TrafficTable } from "../../../../model/federation/trafficShare";
import { decide, firstPlan, type MemberView, type Plan } from "../../../../apps/federation-agent/decide";
import type { MemberState } from "../../../../apps/federation-agent/health";
import type { Observation } from "../../../../apps/federation-agent/observe";
import { makeTable, RANK } from "../../../../apps/federation-agent/table";
import { allRounds, CONFIG, DEAD, FAILED, ILL, NOW, rounds, type Said, SLOW, WELL } from "./rounds";

/* A decision never replaces a better one. */

const FULL: Observation = { ...WELL, load: { used: 100, quota: 100 } };
const TIGHT: Observation = { ...WELL, load: { used: 96, quota: 100 } };
const OLD: Observation = { ...WELL, versions: { binderhub: "0" } };
const every = (observation: Observation): Said => ({ a: observation, b: observation, c: observation });
const ownersOf = (plan: Plan | undefined): string[] =>
  [...new Set(makeTable(plan?.candidates ?? []).owners)].filter((owner) => owner !== "").sort();
const owners = (views: readonly MemberView[], traffic: TrafficTable = {}): string[] =>
  ownersOf(decide(views, traffic, NOW));

describe("an outage of everybody", () => {
  test("no plan, so that the last good table stays", () => {
    expect(decide(rounds([every(DEAD)]), {}, NOW)).toBeUndefined();
    expect(decide(rounds([{}, every(DEAD), every(DEAD)]), {}, NOW)).toBeUndefined();
  });

  test("that ends: the first good round has everybody in the table, though none of them is back for long enough", () => {
    const all = allRounds([{}, every(DEAD), every(DEAD), every(DEAD), {}, {}]);
    expect(all.map((views) => owners(views))).toEqual([
      ["a", "b", "c"],
      [],
      [],
      [],
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
  });

  test("of which one returns first: it has all launches", () => {
    const dead = every(DEAD);
    expect(owners(rounds([{}, dead, dead, { ...dead, b: WELL }]))).toEqual(["b"]);
  });

  test("the ingresses answer, but no BinderHub: the last good table stays", () => {
    const problem = { kind: "malformed" as const, text: "/versions answered 502" };
    expect(decide(rounds([{}, every({ ...DEAD, problem })]), {}, NOW)).toBeUndefined();
  });
});

describe("nobody is as it should be: launches go to those that are the least bad", () => {
  test.each<[string, Said, string[]]>([
    ["all ill", every(ILL), ["a", "b", "c"]],
    ["all ill but one that is full", { ...every(ILL), b: FULL }, ["b"]],
    ["all full", every(FULL), ["a", "b", "c"]],
    ["all full but one that has a few launches left", { ...every(FULL), c: TIGHT }, ["c"]],
    ["one ill, the others dead", { ...every(DEAD), a: ILL }, ["a"]],
    ["one whose /health fails, the others dead", { ...every(DEAD), a: FAILED }, ["a"]],
    ["one whose /health is slow, the others ill", { ...every(ILL), a: SLOW }, ["a"]],
  ])("%s", (_, said, expected) => {
    const views = rounds([{}, said, said, said]);
    expect(owners(views)).toEqual(expected);
    // cookies are honoured, and pages come, from the same
    const plan = decide(views, {}, NOW);
    expect(plan?.candidates.filter(({ sticky }) => sticky).map(({ name }) => name)).toEqual(expected);
    expect(plan?.pages).toBe(`${expected[0] ?? ""}.example.org`);
  });

  test("other versions than expected everywhere, and no floor", () => {
    const config = { ...CONFIG, capacityFloor: 0, expectedVersions: { binderhub: "1" } };
    const said = { a: OLD, b: ILL, c: DEAD };
    expect(owners(rounds([said, said, said], { config, apart: 3600 }))).toEqual(["a"]);
  });

  test("all synthetic launches failed", () => {
    const launches = Object.fromEntries(
      ["a", "b", "c"].map((name) => [name, { ok: false, at: NOW.toISOString() }]),
    );
    expect(owners(rounds([{}, {}, {}], { launches }))).toEqual(["a", "b", "c"]);
  });

  test("a member of weight 0 that is well is better than others that are full, and worse than their last launches", () => {
    const members = CONFIG.members.map((member) => (member.name === "c" ? { ...member, weight: 0 } : member));
    const config = { ...CONFIG, members };
    expect(owners(rounds([{}], { config }))).toEqual(["a", "b"]);
    expect(owners(rounds([{ a: FULL, b: DEAD }], { config }))).toEqual(["c"]);
    expect(owners(rounds([{ a: TIGHT, b: DEAD }], { config }))).toEqual(["a"]);
  });

  test("one that is drained takes nothing: that is an operator's word", () => {
    const traffic = { a: { drain: true as const } };
    expect(owners(rounds([{ b: DEAD, c: ILL }]), traffic)).toEqual(["c"]);
    const all = { a: { drain: true as const }, b: { drain: true as const }, c: { drain: true as const } };
    expect(decide(rounds([{}]), all, NOW)).toEqual({ candidates: [], pages: undefined });
  });
});

describe("those that are not the best stand in for them, for HAProxy to turn to at once", () => {
  const linesOf = (...all: readonly Said[]): readonly string[] =>
    makeTable(decide(rounds([{}, ...all]), {}, NOW)?.candidates ?? []).lines;

  test("first those that are well but full", () => {
    const said = { b: DEAD, c: FULL };
    expect(linesOf(said, said)[0]).toBe(
      "0 a|https://a.example.org|c|https://c.example.org|b|https://b.example.org",
    );
  });

  test("one that gets better or worse and serves nothing makes no new table", () => {
    const away = linesOf({ b: DEAD }, { b: DEAD });
    for (const b of [ILL, WELL, SLOW, FULL, TIGHT]) {
      expect(linesOf({ b: DEAD }, { b: DEAD }, { b })).toEqual(away);
    }
    const full = linesOf({ b: FULL });
    expect(linesOf({ b: TIGHT })).toEqual(full);
  });
});

test("whatever members do: as long as one that is not drained answers, somebody who answers takes launches", () => {
  const states = fc.constantFrom(WELL, DEAD, ILL, SLOW, FAILED, FULL, TIGHT, OLD);
  const names = ["a", "b", "c"] as const;
  const round = fc.record({ a: states, b: states, c: states });
  const drained = fc.subarray([...names]);
  // an agent that was started again believes the table in place
  const believed = fc.option(fc.subarray([...names]), { nil: undefined });
  fc.assert(
    fc.property(fc.array(round, { minLength: 1, maxLength: 12 }), drained, believed, (all, away, table) => {
      const traffic = Object.fromEntries(away.map((name) => [name, { drain: true as const }]));
      const memory = { factor: 1, against: 0, skewedSince: undefined, failedLook: undefined };
      const last = new Map<string, MemberState>(
        table && names.map((name) => [name, { ...memory, healthy: table.includes(name) }]),
      );
      for (const [index, views] of allRounds(all, { last, apart: 600 }).entries()) {
        const answering = views.filter(
          ({ member: { name }, verdict }) => verdict.answers && !Object.hasOwn(traffic, name),
        );
        if (answering.length === 0) continue;
        const { candidates = [] } = decide(views, traffic, NOW) ?? {};
        const best = Math.min(...candidates.map(({ rank }) => rank));
        const serving = candidates.filter(({ rank, weight }) => rank === best && weight > 0);
        expect(serving).not.toEqual([]);
        // everybody who answers is at least a stand-in
        const known = candidates.map(({ name }) => name);
        expect(known).toEqual(expect.arrayContaining(answering.map(({ member }) => member.name)));
        // one that is well is not left for one that is not, but for the round in which that is believed once more
        const well = serving.some(({ name }) => all[index]?.[name as "a"] === WELL);
        const believedStill = serving.every(({ name }) =>
          views.some(({ member, state }) => member.name === name && state.healthy && state.against > 0),
        );
        if (answering.some(({ member }) => all[index]?.[member.name as "a"] === WELL)) {
          expect(well || believedStill || best === RANK.serving).toBe(true);
        }
      }
    }),
  );
});

test("while nothing is known, everybody but the drained is believed to be well", () => {
  expect(ownersOf(firstPlan(CONFIG, { b: { drain: true } }, NOW))).toEqual(["a", "c"]);
});
