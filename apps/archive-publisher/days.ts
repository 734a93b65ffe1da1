import type { Storage } from "./storage";

/** Days whose export may still grow: Cloud Logging writes once an hour, and late entries afterwards. */
const UNSETTLED = 3;
/** More days to catch up with than this are a clock that is set wrongly. */
const MOST = 5000;
const DAY_MS = 86_400_000;

/**
 * The days to look at, oldest first, each as 2026-11-26: those that may still grow, and before them everything since the newest
 * day of the archive, so that an outage of months is caught up. Of an empty archive, everything since the first export.
 */
export async function daysToLookAt(
  now: number,
  archived: Iterable<string>,
  firstExported: () => Promise<string | undefined>,
): Promise<string[]> {
  const today = dayOf(now);
  const newest =
    [...archived]
      .filter((day) => day <= today)
      .sort()
      .at(-1) ?? (await firstExported());
  const earliest = [dayOf(now - UNSETTLED * DAY_MS), newest ?? today].sort()[0] ?? today;
  const count = Math.round((Date.parse(today) - Date.parse(earliest)) / DAY_MS) + 1;
  if (count > MOST) throw new Error(`the clock says ${today}, but the newest day is ${earliest}`);
  return Array.from({ length: count }, (_, index) => dayOf(Date.parse(earliest) + index * DAY_MS));
}

/** The first day that was exported; `undefined` before the first. */
export async function firstExportedDay(
  storage: Storage,
  bucket: string,
  log: string,
): Promise<string | undefined> {
  let folder: string | undefined = `${log}/`;
  for (let depth = 0; depth < 3 && folder !== undefined; depth += 1) {
    folder = (await storage.folders(bucket, folder))[0];
  }
  return folder?.slice(log.length + 1, -1).replaceAll("/", "-");
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
