import type { Kind, LauncherConfig } from "./config";

/** When a member gets its next launches, in seconds of the clock that only goes forward. */
export interface Schedule {
  readonly cached: number;
  readonly uncached: number;
  /** Failed launches of the cached image in a row. */
  readonly failures: number;
}

/** Part of a period by which a launch comes earlier or later. */
const JITTER = 0.2;
/** After a failure the next launch comes sooner, this many times: whether it was one launch or the member. */
const RETRIES = 5;
const RETRY_SECONDS = 60;
/** After a start, so that a deploy does not launch everywhere at once; and a build is no part of each deploy. */
const START = { cached: 30, uncached: 600 };

type Periods = Pick<LauncherConfig, "cachedMinutes" | "uncachedMinutes">;

/** The schedule of a member after a start. `random`: 0 to 1. */
export function firstSchedule(
  now: number,
  { cachedMinutes, uncachedMinutes }: Periods,
  random: () => number,
): Schedule {
  const cached = Math.min(START.cached, cachedMinutes * 60);
  const uncached = Math.min(START.uncached, uncachedMinutes * 60);
  return { cached: now + cached * random(), uncached: now + uncached * random(), failures: 0 };
}

/** Which launch is due, if one is. A build may wait, the other may not. */
export function due({ cached, uncached }: Schedule, now: number): Kind | undefined {
  if (cached <= now) return "cached";
  return uncached <= now ? "uncached" : undefined;
}

/** The schedule after a launch. `ok` is undefined when it says nothing of the member. */
export function after(
  schedule: Schedule,
  [kind, ok]: readonly [Kind, boolean | undefined],
  now: number,
  { cachedMinutes, uncachedMinutes }: Periods,
  random: () => number,
): Schedule {
  const jittered = (seconds: number): number => now + seconds * (1 + JITTER * (2 * random() - 1));
  if (kind === "uncached") return { ...schedule, uncached: jittered(uncachedMinutes * 60) };
  const failures = ok === undefined ? schedule.failures : ok ? 0 : schedule.failures + 1;
  const soon = ok === false && failures <= RETRIES;
  return {
    ...schedule,
    failures,
    cached: jittered(soon ? Math.min(RETRY_SECONDS, cachedMinutes * 60) : cachedMinutes * 60),
  };
}

/** Launches in a row that fail until a member is said to be unable to launch: one may have met a node that went away. */
export const FAILURES_TO_SAY_SO = 2;
