const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A duration such as 90m, 6h, 3d or 2w in ms; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/**
 * A time that an operator types: an ISO time, `18:00` (UTC, the next one), or a duration from now. Returns it as ISO;
 * undefined for any other text and for a time in the past.
 */
export function parseUntil(text: string, now: Date): string | undefined {
  const duration = parseDuration(text);
  if (duration !== undefined) return iso(now.getTime() + duration);
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hours !== undefined && Number(hours) < 24 && Number(minutes) < 60) {
    const today = new Date(now);
    today.setUTCHours(Number(hours), Number(minutes), 0, 0);
    return iso(today.getTime() + (today > now ? 0 : UNITS.d));
  }
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN;
  return at > now.getTime() ? iso(at) : undefined;
}

/** A time as tables hold it: ISO, UTC, whole seconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
