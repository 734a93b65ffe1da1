import type { StackRelease } from "../../../model/stack/releases";
import { type ClusterAccess, helm } from "./kubectl";

/** A revision of a release, as `helm history` tells it. */
export interface Revision {
  readonly revision: number;
  /** RFC 3339: when the operation that made it began. */
  readonly updated: string;
  readonly status: string;
  readonly description: string;
}

/** The revisions of a release, oldest first; none when it is not installed. Throws with Helm's words. */
export async function historyOf(
  access: ClusterAccess,
  { name, namespace }: StackRelease,
): Promise<Revision[]> {
  const { code, stdout, stderr } = await helm(access, [
    ...["history", name, "--namespace", namespace],
    ...["--output", "json"],
  ]);
  if (code === 0) return (JSON.parse(stdout) as Revision[]).sort((a, b) => a.revision - b.revision);
  if (stderr.includes("release: not found")) return [];
  throw new Error(`helm history ${name}: ${stderr.trim()}`);
}

/** Whether Helm is at work on a release, by its own word and for no longer than it may take. */
export function isUnderWay({ timeout }: StackRelease, history: readonly Revision[], now: Date): boolean {
  const last = history.at(-1);
  return last?.status.startsWith("pending-") === true && ageOf(last, now) <= timeout * 1000;
}

/** The revision that runs, as far as the last operation left it alone: what a rollback goes back to. */
export function deployed(history: readonly Revision[]): Revision | undefined {
  return (
    history.findLast(({ status }) => status === "deployed") ??
    history.findLast(({ status }) => status === "superseded")
  );
}

/** The revision that a rollback went back to; `undefined` for any other operation. */
export function rolledBackTo({ description }: Revision): number | undefined {
  const [, source] = /^Rollback to (\d+)$/.exec(description) ?? [];
  return source === undefined ? undefined : Number(source);
}

/** Milliseconds since the operation of a revision began; 0 if the clock was set back. */
export function ageOf({ updated }: Revision, now: Date): number {
  return Math.max(0, now.getTime() - Date.parse(updated));
}
