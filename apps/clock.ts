/**
 * Seconds of a clock that only goes forward, for every interval. The wall clock jumps, when it is set: a program that measures
 * with it stops, or hurries, for as long as the jump. Has no meaning outside of this thread.
 */
export function seconds(): number {
  return performance.now() / 1000;
}

/**
 * The time of day, for ages of what others wrote a time on, such as Docker or a kubelet. Knows by a clock that only goes forward
 * how the wall clock went in the last `windowMs`, and says the earliest that it may be: a wall clock that is set forward makes
 * nothing old. What it cannot know is how the clock was set before this program started, or twice between two looks.
 */
export class CautiousClock {
  private readings: { readonly at: number; readonly offset: number }[] = [];

  constructor(
    /** The age that matters, in milliseconds. */
    private readonly windowMs: number,
    private readonly wall: () => number = () => new Date().getTime(),
    private readonly steady: () => number = () => performance.now(),
  ) {
    this.now();
  }

  /** Milliseconds since 1970. */
  now(): number {
    const at = this.steady();
    this.readings.push({ at, offset: this.wall() - at });
    // the last reading before the window holds at its beginning
    this.readings = this.readings.filter(
      (_, index) => (this.readings[index + 1]?.at ?? Infinity) > at - this.windowMs,
    );
    return at + Math.min(...this.readings.map(({ offset }) => offset));
  }
}
