import { linesOf, pods, shares } from "../../../bench/logs/lines";

const all = pods(12);

test("the lines are as many as asked for, and three quarters are of the system", () => {
  const counts = shares(all, 10_000);
  const total = counts.reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(9950);
  expect(total).toBeLessThanOrEqual(10_000);
  const ofSystem = all.flatMap(({ container }, index) =>
    container === "notebook" ? [] : (counts[index] ?? 0),
  );
  expect(ofSystem.reduce((sum, count) => sum + count, 0)).toBeCloseTo(7500, -2);
});

test.each(all.slice(0, 5).map((pod) => [pod.container, pod] as const))(
  "lines of %s are in order, within two hours, and differ",
  (_, pod) => {
    const end = Date.parse("2026-11-27T18:00:00Z");
    const lines = linesOf(pod, 500, end);
    const times = lines.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(end - 7_200_000);
    expect(Math.max(...times)).toBeLessThan(end);
    expect(new Set(lines.map(({ text }) => text)).size).toBe(500);
  },
);
