import type { Process } from "./processes";

/** How much CPU processes had used at earlier scans. */
export class CpuHistory {
  private readings = new Map<string, { readonly at: number; readonly used: number }[]>();

  /** `windowSeconds`: the longest time that is asked for. */
  constructor(private readonly windowSeconds: number) {}

  /** Takes what a scan saw at `at` seconds, and forgets processes that are gone. */
  add(processes: readonly Process[], at: number): void {
    this.readings = new Map(
      processes.map((process) => {
        const earlier = this.readings.get(keyOf(process)) ?? [];
        // the last reading before the window holds at its beginning
        const kept = earlier.filter(
          (_, index) => (earlier[index + 1]?.at ?? Infinity) > at - this.windowSeconds,
        );
        return [keyOf(process), [...kept, { at, used: process.ownCpuSeconds }]];
      }),
    );
  }

  /**
   * CPUs that a process used on average over the last `seconds`: nothing before it started. 0 while that is unknown,
   * since this program started later than that.
   */
  cores(process: Process, seconds: number): number {
    const readings = this.readings.get(keyOf(process)) ?? [];
    const now = readings.at(-1);
    if (!now) return 0;
    if (process.ageSeconds <= seconds) return now.used / seconds;
    const base = readings.findLast(({ at }) => at <= now.at - seconds);
    return base ? (now.used - base.used) / (now.at - base.at) : 0;
  }
}

function keyOf({ pid, started }: Process): string {
  return `${String(pid)} ${started}`;
}
