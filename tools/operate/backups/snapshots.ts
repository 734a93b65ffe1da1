import { z } from "zod";
import { tableText } from "../../ground/terminal/columns";
import { Failure } from "../../ground/terminal/failure";

/** One backup of a volume. */
export interface Snapshot {
  /** By which a restore names it. */
  readonly id: string;
  /** What it is of: `hub`, `grafana` or `harbor`. */
  readonly backup: string;
  /** In UTC, as ISO 8601. */
  readonly time: string;
  readonly ageHours: number;
  /** Of the database, as it was read. */
  readonly bytes: number;
}

/** What `restic snapshots --json` prints since version 0.17. */
const printed = z.array(
  z.object({
    short_id: z.string(),
    time: z.iso.datetime({ offset: true }),
    tags: z.array(z.string()).min(1),
    summary: z.object({ total_bytes_processed: z.number() }),
  }),
);

/**
 * The backups in what the Job `backup-list` said, a line for each volume: by volume, the newest first. Throws a Failure when it is
 * something else.
 */
export function snapshotsIn(log: string, now: Date): Snapshot[] {
  const lines = log.split("\n").filter((one) => one.startsWith("["));
  const parsed = printed.safeParse(lines.length === 0 ? undefined : lines.flatMap(jsonOf));
  if (!parsed.success) {
    throw new Failure(
      `the Job said no list of backups: ${JSON.stringify(log.trim().slice(-300))}; is this checkout deployed?`,
    );
  }
  return parsed.data
    .map(({ short_id, time, tags, summary }) => ({
      id: short_id,
      backup: tags.join(","),
      time: new Date(time).toISOString(),
      ageHours: (now.getTime() - Date.parse(time)) / 3_600_000,
      bytes: summary.total_bytes_processed,
    }))
    .sort((a, b) => a.backup.localeCompare(b.backup) || b.time.localeCompare(a.time));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The backups as aligned text. */
export function snapshotsText(stack: string, snapshots: readonly Snapshot[]): string {
  if (snapshots.length === 0) return `${stack} has no backups yet\n`;
  const cells = snapshots.map(({ id, backup, time, ageHours, bytes }) => [
    backup,
    id,
    `${time.slice(0, 16).replace("T", " ")} UTC`,
    ageHours < 48 ? `${ageHours.toFixed(0)} h` : `${(ageHours / 24).toFixed(0)} d`,
    `${(bytes / 1e6).toFixed(1)} MB`,
  ]);
  return tableText([["backup", "id", "made", "age", "size"], ...cells]);
}
