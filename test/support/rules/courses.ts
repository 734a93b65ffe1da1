/** When a series is looked at: a quiet time, a bad one and a quiet one again, each of `steps` samples. */
export interface Timeline {
  /** Seconds between two samples, and between two evaluations. */
  readonly step: number;
  readonly steps: number;
}

/** What a series does along a timeline, in promtool's notation. */
export type Course = (timeline: Timeline) => string;

type Sample = (at: number, bad: boolean, index: number) => number | undefined;

/** Every sample of a series from its time, whether it is a bad one, and its number; `undefined`: there is none. */
export const course =
  (sample: Sample): Course =>
  ({ step, steps }) =>
    Array.from({ length: 3 * steps }, (_, index) => {
      const value = sample(index * step, index >= steps && index < 2 * steps, index);
      return value === undefined ? "_" : String(value);
    }).join(" ");

/** One value in quiet times, another one in bad ones. */
export const gauge = (quiet: number | undefined, bad: number | undefined): Course =>
  course((_, isBad) => (isBad ? bad : quiet));

/** The same all the time. */
export const always = (value: number): Course => course(() => value);

/** A counter, by how much it grows with each sample. */
export const counter = (quiet: number, bad: number): Course => {
  let sum = 0;
  return course((_, isBad, index) => (sum = index === 0 ? 0 : sum + (isBad ? bad : quiet)));
};

/** A time, so many seconds after the clock. */
export const ahead = (quiet: number, bad: number): Course =>
  course((at, isBad) => at + (isBad ? bad : quiet));

/** A time that goes with the clock, and stands still in bad times. */
export const lastDone = (): Course => {
  let last = 0;
  return course((at, isBad) => (last = isBad ? last : at));
};
