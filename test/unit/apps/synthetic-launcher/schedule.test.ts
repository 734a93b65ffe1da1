import { after, due, firstSchedule } from "../../../../apps/synthetic-launcher/schedule";

const periods = { cachedMinutes: 5, uncachedMinutes: 60 };
const middle = (): number => 0.5;
const start = firstSchedule(1000, periods, middle);

test("a start launches within half a minute, and builds within ten", () => {
  expect(start).toEqual({ cached: 1015, uncached: 1300, failures: 0 });
  expect([due(start, 1014), due(start, 1015), due({ ...start, cached: 9999 }, 1300)]).toEqual([
    undefined,
    "cached",
    "uncached",
  ]);
});

test.each([
  [0, 240],
  [0.5, 300],
  [1, 360],
])("the next launch is a period later, a fifth more or less: random %d", (random, seconds) => {
  expect(after(start, ["cached", true], 2000, periods, () => random).cached).toBe(2000 + seconds);
});

test("after a failure it comes within a minute, five times; then with the period, until one is good", () => {
  let schedule = start;
  const waits = Array.from({ length: 7 }, () => {
    schedule = after(schedule, ["cached", false], 0, periods, middle);
    return schedule.cached;
  });
  expect(waits).toEqual([60, 60, 60, 60, 60, 300, 300]);
  expect(after(schedule, ["cached", true], 0, periods, middle)).toMatchObject({ failures: 0, cached: 300 });
});

test("a launch that says nothing keeps what is known, and a build changes nothing but the next build", () => {
  const failing = { cached: 0, uncached: 0, failures: 3 };
  expect(after(failing, ["cached", undefined], 0, periods, middle)).toMatchObject({
    failures: 3,
    cached: 300,
  });
  expect(after(failing, ["uncached", false], 0, periods, middle)).toEqual({ ...failing, uncached: 3600 });
});
