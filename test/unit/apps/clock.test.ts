import { CautiousClock } from "../../../apps/clock";

/* Ages by a wall clock that somebody sets, with a clock of the test's own. */

const WINDOW = 1000;
let wall: number;
let steady: number;
const clockOf = (): CautiousClock =>
  new CautiousClock(
    WINDOW,
    () => wall,
    () => steady,
  );
const pass = (ms: number): void => {
  wall += ms;
  steady += ms;
};
beforeEach(() => {
  [wall, steady] = [1e12, 5];
});

test("a clock that nobody sets is the wall clock", () => {
  const clock = clockOf();
  for (let step = 0; step < 50; step++) {
    pass(100);
    expect(clock.now()).toBe(wall);
  }
});

test("one that is set back is believed at once, one that is set forward after the window", () => {
  const clock = clockOf();
  wall -= 500;
  expect(clock.now()).toBe(wall);
  wall += 3600;
  expect(clock.now()).toBe(wall - 3600);
  pass(WINDOW - 1);
  expect(clock.now()).toBe(wall - 3600);
  pass(WINDOW);
  expect(clock.now()).toBe(wall);
});

test("however it is set, nothing that is younger than the window counts as old", () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 0x7fffffff) / 0x7fffffff;
  const clock = clockOf();
  const made: { at: number; stamp: number }[] = [];
  for (let step = 0; step < 2000; step++) {
    pass(random() * 300);
    made.push({ at: steady, stamp: wall });
    const now = clock.now();
    const old = made.filter(({ stamp }) => stamp < now - WINDOW);
    expect(old.filter(({ at }) => at > steady - WINDOW)).toEqual([]);
    // after a look: what happens between two looks is written with the one or the other
    if (random() < 0.1) wall += (random() - 0.5) * 10_000;
  }
});
