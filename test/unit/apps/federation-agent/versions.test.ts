import type { Observation } from "../../../../apps/federation-agent/observe";
import { expectedVersions, leftOutForVersions } from "../../../../apps/federation-agent/versions";
import { CONFIG, DEAD, healthy, ILL, rounds, WELL } from "./rounds";

const old: Observation = { ...WELL, versions: { binderhub: "0" } };
const observed = (said: Readonly<Record<string, Observation>>): Map<string, Observation> =>
  new Map(CONFIG.members.map(({ name }) => [name, said[name] ?? WELL]));

describe("versions", () => {
  test("expected is what the deployment says, else what most members say", () => {
    expect(expectedVersions(CONFIG, observed({ c: old }))).toEqual({ binderhub: "1" });
    const config = { ...CONFIG, expectedVersions: { binderhub: "2" } };
    expect(expectedVersions(config, observed({}))).toEqual({ binderhub: "2" });
  });

  test("a vote counts a member, not what it claims", () => {
    const big = { ...old, load: { used: 0, quota: 100_000 } };
    expect(expectedVersions(CONFIG, observed({ c: big }))).toEqual({ binderhub: "1" });
  });

  test("of two that are even, what has more of the capacity that the deployment knows", () => {
    const [a, b] = CONFIG.members;
    if (!a || !b) throw new Error("no members");
    const config = { ...CONFIG, members: [{ ...a, launchQuota: 50 }, b] };
    const big = { ...WELL, load: { used: 0, quota: 100_000 } };
    expect(expectedVersions(config, observed({ a: big, b: old }))).toEqual({ binderhub: "0" });
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "a key %s of one member makes no other one differ",
    (key) => {
      const versions = JSON.parse(`{"binderhub": "1", "${key}": "x"}`) as Record<string, string>;
      const said = { b: { ...WELL, versions } };
      expect(healthy(rounds([said, said, said], { apart: 3600 }))).toEqual(["a", "b", "c"]);
    },
  );

  test("others are tolerated for the window", () => {
    const minutes = (apart: number): { apart: number } => ({ apart: apart * 60 });
    expect(healthy(rounds([{ c: old }, { c: old }, { c: old }], minutes(29)))).toEqual(["a", "b", "c"]);
    expect(healthy(rounds([{ c: old }, { c: old }, { c: old }, { c: old }], minutes(30)))).toEqual([
      "a",
      "b",
    ]);
    // the window starts again when it was right in between
    expect(healthy(rounds([{ c: old }, {}, { c: old }, { c: old }], minutes(30)))).toEqual(["a", "b", "c"]);
  });

  test("a wall clock that jumps does not end the window", () => {
    const later = new Date("2027-01-01T00:00:00Z");
    expect(healthy(rounds([{ c: old }, { c: old }, { c: old }], { now: later }))).toEqual(["a", "b", "c"]);
  });

  const since = new Map([
    ["a", 2],
    ["b", 1],
    ["c", 3],
  ]);
  const everybody = new Set(["a", "b", "c"]);
  const out = (capacityFloor?: number, well: ReadonlySet<string> = everybody): string[] => {
    const config = { ...CONFIG, ...(capacityFloor !== undefined && { capacityFloor }) };
    return [...leftOutForVersions(config, observed({ a: old, b: old, c: old }), well, since, 10_000)];
  };

  test("a deploy of all members but the proxy leaves the floor standing", () => {
    expect(out(200)).toEqual(["b"]);
    expect(out(201)).toEqual([]);
    expect(out()).toEqual(["b"]);
    expect(out(0)).toEqual(["b", "a"]);
  });

  test("those that are ill or full do not count as what remains", () => {
    expect(out(100, new Set(["a", "b"]))).toEqual(["b"]);
    expect(out(150, new Set(["a", "b"]))).toEqual([]);
    expect(out(0, new Set(["a"]))).toEqual([]);
    const full = { ...WELL, load: { used: 100, quota: 100 } };
    for (const other of [ILL, DEAD, full]) {
      const said = { a: old, b: other, c: other };
      const config = { ...CONFIG, expectedVersions: { binderhub: "1" } };
      expect(healthy(rounds([said, said, said], { config, apart: 3600 }))).toContain("a");
    }
  });
});
