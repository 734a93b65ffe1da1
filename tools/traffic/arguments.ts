import { InvalidArgumentError } from "commander";
import { parseDuration, parseUntil } from "../../model/traffic";

/** A time to come, as ISO. */
export function until(text: string): string {
  const at = parseUntil(text, new Date());
  if (at === undefined) {
    throw new InvalidArgumentError("a time to come, such as 18:00 (UTC), 6h, 3d or 2026-11-21T18:00:00Z");
  }
  return at;
}

/** A duration in ms. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError("a time such as 90m, 6h, 3d or 2w");
  return ms;
}

/** A number of launches. */
export function launches(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError("a number of launches");
  return count;
}

/** A number of days. */
export function days(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("a number of days");
  return count;
}
