import { InvalidArgumentError } from "commander";
import { GIB, parseQuantity } from "../../../model/schema/plain/quantity";
import { iso, parseDuration, parseUntil } from "./times";

const DAY_MS = 86_400_000;
/** Longer than anything that an operator plans. Beyond it, dates and timers overflow. */
const MOST_DAYS = 3650;

/** Parser of an argument: a whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed: a whole number from ${String(least)} to ${String(most)}.`);
  };
}

/** Parser of an argument: a number from `least` to `most`, in decimal notation. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed: a number from ${String(least)} to ${String(most)}.`);
  };
}

/** Parser of an argument: an amount of memory or disk in GiB, with or without a unit (`64`, `64Gi`, `64GiB`, `500G`). */
export function gibibytes(text: string): number {
  const [, bare] = /^(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const bytes = bare === undefined ? quantity(text) : Number(bare) * GIB;
  if (bytes >= GIB / 2 && bytes <= 2 ** 20 * GIB) return Math.round((bytes / GIB) * 100) / 100;
  throw new InvalidArgumentError("Allowed: GiB such as 64, or a quantity such as 64Gi, 500G, 2Ti.");
}

function quantity(text: string): number {
  try {
    return parseQuantity(text.replace(/iB$/, "i"));
  } catch {
    return NaN;
  }
}

/** Parser of an argument: a duration such as `90m`, `6h`, `3d` or `2w`, in milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= MOST_DAYS * DAY_MS) return ms;
  throw new InvalidArgumentError(
    `Allowed: a duration such as 90m, 6h, 3d or 2w, up to ${String(MOST_DAYS)}d.`,
  );
}

/** Parser of an argument: a time to come, as an ISO time. */
export function until(text: string): string {
  const now = new Date();
  const latest = iso(now.getTime() + MOST_DAYS * DAY_MS);
  const ms = parseDuration(text) ?? 1;
  const at = ms > 0 && ms <= MOST_DAYS * DAY_MS ? parseUntil(text, now) : undefined;
  // ISO times of four-digit years sort as text
  if (at !== undefined && at <= latest) return at;
  throw new InvalidArgumentError(
    `Allowed: a future time, such as 18:00 (UTC), 6h, 3d or 2026-11-21T18:00:00Z, at most ${String(MOST_DAYS)}d from now.`,
  );
}

/** Parser of an argument: the URL of a server, without a trailing slash. */
export function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.host !== "") return text.replace(/\/+$/, "");
  throw new InvalidArgumentError("Allowed: an http(s) URL such as https://prometheus.example.org.");
}
