import type { AgentConfig } from "./config";
import type { Load } from "./said";

const STEPS = 4;
/** Part of a step by which a factor must be inside the next one, or each pod would move repositories. */
const MARGIN = 0.5;
/** Of a number of launches that came from a product: 0.05 * 60 is not always 3. */
const ROUNDING = 1e-9;

/**
 * Launches that a member keeps free: its part of the quota, and at least as many as may arrive before its count of pods
 * shows them, but never more than half of the quota.
 */
export function reserveOf(quota: number, headroom: number, arrivals: number): number {
  const part = Math.ceil(quota * headroom - ROUNDING);
  return Math.max(0, part, Math.min(Math.ceil(arrivals - ROUNDING), Math.floor(quota / 2)));
}

/**
 * What is left of a weight, in quarters: all with `taper` of the quota free above the reserve, nothing within the reserve.
 * `last` is the factor of the round before, which stays as long as the new one is only a few launches away.
 */
export function factorOf(
  { used, quota }: Load,
  { headroom, taper }: Pick<AgentConfig, "headroom" | "taper">,
  arrivals: number,
  last: number | undefined,
): number {
  const above = quota - used - reserveOf(quota, headroom, arrivals);
  if (above <= 0) return 0;
  const exact = taper === 0 ? 1 : Math.min(1, above / (taper * quota));
  const step = Math.ceil(exact * STEPS - ROUNDING) / STEPS;
  if (last === undefined || step === last) return step;
  // up or down by one step: only well inside the new one
  const edge = step > last ? last : step;
  return Math.abs(exact - edge) < MARGIN / STEPS && Math.abs(step - last) <= 1 / STEPS ? last : step;
}
