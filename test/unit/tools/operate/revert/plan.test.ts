import { metaChartRelease } from "../../../../../model/stack/releases";
import type { Revision } from "../../../../../tools/ground/cluster/history";
import { revertTarget } from "../../../../../tools/operate/revert/plan";

const NOW = new Date("2026-11-26T12:00:00Z");
const COMMAND = "npx mybinder revert staging --local";

function history(...revisions: [status: string, minutesAgo: number, description?: string][]): Revision[] {
  return revisions.map(([status, minutes, description = "chart sha256:…"], index) => ({
    revision: index + 1,
    updated: new Date(NOW.getTime() - minutes * 60_000).toISOString(),
    status,
    description,
  }));
}

function target(revisions: readonly Revision[], to?: number, stopped = false): number {
  const release = metaChartRelease("staging");
  return revertTarget({ release, history: revisions, to, stopped, command: COMMAND }, NOW).revision;
}

test.each<[what: string, Revision[], to: number | undefined, expected: number]>([
  ["a deploy that works badly", history(["superseded", 60], ["deployed", 5]), undefined, 1],
  ["a deploy that failed", history(["superseded", 90], ["deployed", 60], ["failed", 5]), undefined, 2],
  [
    "a deploy before one that failed",
    history(["superseded", 90], ["failed", 60], ["deployed", 5]),
    undefined,
    1,
  ],
  ["a release that is stuck", history(["deployed", 60], ["pending-upgrade", 30]), undefined, 1],
  [
    "a rollback that is stuck",
    history(["superseded", 60], ["failed", 50], ["pending-rollback", 30]),
    undefined,
    1,
  ],
  ["a clock that was set back", history(["superseded", -60], ["deployed", -90]), undefined, 1],
  ["a named revision", history(["superseded", 90], ["superseded", 60], ["deployed", 5]), 1, 1],
  [
    "a revert of a revert, by number",
    history(["superseded", 90], ["superseded", 60], ["deployed", 5, "Rollback to 1"]),
    2,
    2,
  ],
])("%s goes back to the right revision", (_, revisions, to, expected) => {
  expect(target(revisions, to)).toBe(expected);
});

test("a deploy that may still be running is not interrupted, unless somebody says that it was stopped", () => {
  const revisions = history(["deployed", 60], ["pending-upgrade", 2]);
  expect(() => target(revisions)).toThrow(
    `release staging: a deploy began 120 s ago and may still be running (revision 2, pending-upgrade). Stop it first (Ctrl-C, ` +
      `or cancel its CI job), then run: ${COMMAND} --stopped`,
  );
  expect(target(revisions, undefined, true)).toBe(1);
});

test.each<[what: string, Revision[], to: number | undefined, message: RegExp]>([
  ["nothing installed", [], undefined, /not installed in namespace staging.*pulumi up --stack staging/],
  [
    "a first revision that works",
    history(["deployed", 5]),
    undefined,
    /no earlier revision that was deployed, only 1/,
  ],
  [
    "a first install that failed",
    history(["failed", 5]),
    undefined,
    /never deployed.*helm uninstall staging/,
  ],
  [
    "a second revert, which would bring the bad revision back",
    history(["superseded", 90], ["superseded", 60], ["deployed", 5, "Rollback to 1"]),
    undefined,
    /revision 3 is a rollback to revision 1 already.*--to N\. Revisions: 1 \(.*\), 2 \(.*\), 3/,
  ],
  [
    "a revision that failed",
    history(["deployed", 60], ["failed", 5]),
    2,
    /revision 2 is failed, so it never worked/,
  ],
  ["a revision that is not there", history(["deployed", 60]), 7, /revision 7 does not exist.*deployed: 1 /],
  [
    "the revision that runs",
    history(["superseded", 60], ["deployed", 5]),
    2,
    /revision 2 is what is deployed now/,
  ],
])("%s is refused with what to do", (_, revisions, to, message) => {
  expect(() => target(revisions, to)).toThrow(message);
});
