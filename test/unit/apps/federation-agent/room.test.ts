import fc from "fast-check";
import { Arrivals, expectedArrivals } from "../../../../apps/federation-agent/arrivals";
import { factorOf, reserveOf } from "../../../../apps/federation-agent/room";
import { CONFIG, rounds, WELL } from "./rounds";

describe("head room", () => {
  test.each([
    [100, 1],
    [30, 1],
    [29, 1],
    [20, 0.75],
    [15, 0.5],
    [10, 0.25],
    [6, 0.25],
    [5, 0],
    [0, 0],
    [-3, 0],
  ])("%d free of 100 leaves %d of the weight", (free, factor) => {
    expect(factorOf({ used: 100 - free, quota: 100 }, CONFIG, 0, undefined)).toBe(factor);
  });

  test("is counted in whole launches: 57 of 60 leave 3 free, which is the head room, and nothing of the weight", () => {
    expect(1 - 57 / 60).toBeGreaterThan(0.05);
    expect(factorOf({ used: 57, quota: 60 }, CONFIG, 0, undefined)).toBe(0);
    expect(factorOf({ used: 56, quota: 60 }, CONFIG, 0, undefined)).toBe(0.25);
  });

  test("no quota loses or gains a launch by rounding", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 90 }), (quota, percent) => {
        // the same in whole numbers
        expect(reserveOf(quota, percent / 100, 0)).toBe(Math.ceil((quota * percent) / 100));
      }),
    );
  });

  test("is at least what may arrive before a count of pods shows it, and leaves half of the quota to be used", () => {
    expect(reserveOf(60, 0.05, 7.2)).toBe(8);
    expect(reserveOf(60, 0.05, 500)).toBe(30);
    expect(factorOf({ used: 52, quota: 60 }, CONFIG, 8, undefined)).toBe(0);
    expect(factorOf({ used: 51, quota: 60 }, CONFIG, 8, undefined)).toBe(0.25);
  });

  test("a few pods more or less never move it back and forth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 199 }), (free) => {
        const at = (left: number, last?: number): number =>
          factorOf({ used: 200 - left, quota: 200 }, CONFIG, 0, last);
        expect(at(free, at(free + 1, at(free)))).toBe(at(free + 1, at(free)));
      }),
    );
  });
});

describe("launches that arrive", () => {
  test("are the most within a window lately, also when HAProxy begins to count at 0 again", () => {
    const arrivals = new Arrivals(70);
    expect(arrivals.peak).toBe(0);
    // the count at our start is of before
    for (let time = 0; time <= 60; time += 10) arrivals.note(1000 + time, time);
    expect(arrivals.peak).toBe(60);
    for (let time = 70; time <= 100; time += 10) arrivals.note(2 * (time - 70), time);
    expect(arrivals.peak).toBe(90);
    for (let time = 110; time <= 500; time += 10) arrivals.note(60, time);
    expect(arrivals.peak).toBe(90);
    for (let time = 510; time <= 900; time += 10) arrivals.note(60, time);
    expect(arrivals.peak).toBe(0);
  });

  test("go by weight to those that are not known to be ill", () => {
    expect([
      ...expectedArrivals(
        30,
        new Map([
          ["a", 100],
          ["b", 50],
        ]),
      ),
    ]).toEqual([
      ["a", 20],
      ["b", 10],
    ]);
    expect([...expectedArrivals(30, new Map([["a", 0]]))]).toEqual([["a", 0]]);
  });

  test("make a member's head room: 60 in a minute, 20 for each of three members", () => {
    const full = { ...WELL, load: { used: 80, quota: 100 } };
    expect(rounds([{ b: full }])[1]?.state.factor).toBe(0.75);
    expect(rounds([{ b: full }], { arrivals: 60 })[1]?.state.factor).toBe(0);
  });
});
