/** A session of the replayed day; minutes from its start. */
export interface Session {
  readonly start: number;
  readonly end: number;
}

/** Minutes of one step of the replay: everything begins and ends with one. */
export const STEP = 2;

/** Minutes of the day. */
export const DAY = 24 * 60;

/** Hour (UTC) at which the replay begins: the daily peak, when spreading and packing need the same nodes. */
export const FIRST_HOUR = 14;
/** Longest session, and how often the culler looks: `jupyterhub.cull` of the meta chart, in minutes. */
const MAX_AGE = 360;
const CULL_EVERY = 11;

/**
 * Launches of each hour (UTC) as a part of the busiest. An assumption: public statistics count launches by day or
 * repository, not by hour. A plateau from European noon to American afternoon, and a third of it at night.
 */
const HOURS = [
  0.42, 0.38, 0.35, 0.35, 0.36, 0.42, 0.55, 0.7, 0.82, 0.9, 0.95, 0.95, 0.95, 1, 1, 1, 0.98, 0.92, 0.84, 0.76,
  0.68, 0.6, 0.53, 0.47,
] as const;

/** Random numbers that are the same in each run (mulberry32), in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Whole minutes of one session. An assumption with the culling rules' bounds: two of three are looked at and left,
 * and culled 10 to 22 minutes after their launch; the third is used for an hour on average, then culled in the same
 * way; none outlives the maximum age by more than a look of the culler.
 */
export function sessionMinutes(random: () => number): number {
  const cull = 10 + random() * CULL_EVERY;
  const used = random() < 0.65 ? random() : -60 * Math.log(1 - random());
  return Math.max(1, Math.round(Math.min(MAX_AGE + random() * CULL_EVERY, used + cull)));
}

/**
 * Sessions of a day that has about `peak` of them at once: those that begin in it, and those that run when it begins,
 * which start at 0.
 */
export function sessionsOfDay(peak: number, seed: number): Session[] {
  const random = seeded(seed);
  const perMinute = peak / meanMinutes();
  const sessions: Session[] = [];
  for (let minute = -MAX_AGE - CULL_EVERY; minute < DAY; minute++) {
    for (let left = poisson(perMinute * share(minute), random); left > 0; left--) {
      const end = minute + sessionMinutes(random);
      const rounded = { start: inSteps(Math.max(0, minute)), end: inSteps(end) };
      if (rounded.end > rounded.start) sessions.push(rounded);
    }
  }
  return sessions;
}

/** Nodes of `capacity` sessions that each step needs when sessions could be moved at will. */
export function lowerBound(sessions: readonly Session[], capacity: number): number[] {
  const change = new Array<number>(DAY + 1).fill(0);
  for (const { start, end } of sessions) {
    change[start] = (change[start] ?? 0) + 1;
    if (end < DAY) change[end] = (change[end] ?? 0) - 1;
  }
  let running = 0;
  const nodes = change.slice(0, DAY).map((by) => Math.ceil((running += by) / capacity));
  return nodes.filter((_, minute) => minute % STEP === 0);
}

function inSteps(minutes: number): number {
  return Math.floor(minutes / STEP) * STEP;
}

function meanMinutes(): number {
  const random = seeded(1);
  const count = 50_000;
  return (
    Array.from({ length: count }, () => sessionMinutes(random)).reduce((sum, one) => sum + one, 0) / count
  );
}

/** Part of the busiest hour's launches at a minute of the replay, between the hours' middles. */
function share(minute: number): number {
  const hour = (((FIRST_HOUR + minute / 60) % 24) + 24) % 24;
  const part = hour % 1;
  return (HOURS[Math.floor(hour)] ?? 1) * (1 - part) + (HOURS[Math.floor(hour + 1) % 24] ?? 1) * part;
}

function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; product *= random()) count++;
  return count;
}
