/**
 * Seconds of a clock that only goes forward, for every interval. The wall clock jumps, when it is set: a program that measures
 * with it stops, or hurries, for as long as the jump. Has no meaning outside of this thread.
 */
export function seconds(): number {
  return performance.now() / 1000;
}
