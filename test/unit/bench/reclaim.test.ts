import { Autoscaler, type ScaledNode } from "../../../bench/reclaim/autoscaler";
import { DAY, STEP, lowerBound, seeded, sessionMinutes, sessionsOfDay } from "../../../bench/reclaim/day";
import { picture } from "../../../bench/reclaim/picture";

describe("the day", () => {
  test("has the peak it was asked for, and the same sessions each time", () => {
    const sessions = sessionsOfDay(1000, 1);
    expect(sessionsOfDay(1000, 1)).toEqual(sessions);
    const running = lowerBound(sessions, 1);
    expect(running).toHaveLength(DAY / STEP);
    expect(Math.max(...running)).toBeGreaterThan(900);
    expect(Math.max(...running)).toBeLessThan(1150);
    expect(Math.min(...running)).toBeLessThan(450);
  });

  test("no session is shorter than the idle timeout or longer than the maximum age and a look of the culler", () => {
    const random = seeded(7);
    const lengths = Array.from({ length: 20_000 }, () => sessionMinutes(random));
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...lengths)).toBeGreaterThan(300);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(371);
  });

  test("the bound is whole nodes at each step", () => {
    const sessions = [
      { start: 0, end: 4 },
      { start: 2, end: 6 },
      { start: 2, end: 4 },
    ];
    expect(lowerBound(sessions, 2).slice(0, 4)).toEqual([1, 2, 1, 0]);
  });
});

describe("our imitation of the cluster autoscaler", () => {
  const empty: ScaledNode = { name: "empty", sessions: 0, movable: 0 };
  const busy: ScaledNode = { name: "busy", sessions: 5, movable: 0 };
  const decisions = (nodes: readonly ScaledNode[], minutes: number, pending = 0): string[] => {
    const scaler = new Autoscaler(10);
    return Array.from({ length: minutes }, (_, now) => scaler.decide(now, nodes, pending, 0).remove).flat();
  };

  test("adds whole nodes for what is pending, less those on their way", () => {
    expect(new Autoscaler(10).decide(0, [], 21, 1)).toEqual({ add: 2, remove: [] });
    expect(new Autoscaler(10).decide(0, [], 0, 0)).toEqual({ add: 0, remove: [] });
  });

  test("removes a node after ten minutes without a session, not before", () => {
    expect(decisions([empty, busy], 10)).toEqual([]);
    expect(decisions([empty, busy], 11)).toEqual(["empty"]);
  });

  test.each<[string, ScaledNode[], number]>([
    ["a session, however lonely", [{ ...empty, sessions: 1 }, busy], 0],
    [
      "placeholders that fit nowhere else",
      [
        { ...empty, movable: 4 },
        { ...busy, sessions: 9 },
      ],
      0,
    ],
    [
      "placeholders for half of it",
      [
        { ...empty, movable: 5 },
        { ...busy, sessions: 0, movable: 5 },
      ],
      0,
    ],
    ["pods that are pending", [empty, busy], 1],
  ])("keeps a node because of %s", (_, nodes, pending) => {
    expect(decisions(nodes, 30, pending)).toEqual([]);
  });

  test("removes nothing for ten minutes after it added a node", () => {
    const scaler = new Autoscaler(10);
    for (let now = 0; now < 9; now++) scaler.decide(now, [empty, busy], 0, 0);
    scaler.decide(9, [busy], 3, 0);
    const removed = Array.from(
      { length: 9 },
      (_, index) => scaler.decide(10 + index, [empty, busy], 0, 0).remove,
    );
    expect(removed.flat()).toEqual([]);
    expect(scaler.decide(19, [empty, busy], 0, 0).remove).toEqual(["empty"]);
  });
});

test("a picture has a line for each policy, with a step where it changes", () => {
  const svg = picture("Nodes", [{ name: "ours <1>", colour: "#123456", nodes: [1, 1, 2, 2] }], 14);
  expect(svg).toMatch(/^<svg [^]*ours &lt;1>[^]*<\/svg>\n$/);
  expect(/<path d="(M[^"]*)" fill="none" stroke="#123456"/.exec(svg)?.[1]?.match(/H/g)).toHaveLength(2);
});
