import { metric, type Sample } from "../metrics";
import type { Counts, Tally } from "./counts";

/** Bounds of the durations, in seconds: a cached launch takes some ten, a build some minutes. */
const BOUNDS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600, 1200];

/** All metrics of the launcher, in Prometheus' text format. `held`: whether this replica launches. */
export function exposition(counts: Counts, held: boolean): string {
  const { tallies } = counts;
  const each = (value: (tally: Tally) => number | undefined): Sample[] =>
    tallies.flatMap((tally): Sample[] => {
      const number = value(tally);
      return number === undefined ? [] : [[{ member: tally.member, kind: tally.kind }, number]];
    });
  const byMember = (map: ReadonlyMap<string, number | boolean>): Sample[] =>
    [...map].map(([member, value]) => [{ member }, Number(value)]);
  return [
    metric(
      "synthetic_launches_total",
      "counter",
      "Synthetic launches that ended; skipped: they say nothing of the member",
      tallies.flatMap(({ member, kind, ...tally }) =>
        (["ok", "failed", "skipped"] as const).map((result): Sample => [
          { member, kind, result },
          tally[result],
        ]),
      ),
    ),
    metric(
      "synthetic_launch_failures_total",
      "counter",
      "Synthetic launches that did not succeed, by the phase in which they ended and why",
      tallies.flatMap(({ member, kind, failures }) =>
        [...failures].map(([key, count]): Sample => {
          const [phase = "", reason = ""] = key.split(" ");
          return [{ member, kind, phase, reason }, count];
        }),
      ),
    ),
    metric(
      "synthetic_launch_ok",
      "gauge",
      "1 while the last launch that says something of the member was good",
      each(({ good }) => (good === undefined ? undefined : Number(good))),
    ),
    metric(
      "synthetic_launch_last_success_timestamp_seconds",
      "gauge",
      "When a launch was good last",
      each(({ lastSuccess }) => lastSuccess),
    ),
    metric(
      "synthetic_launch_last_end_timestamp_seconds",
      "gauge",
      "When a launch ended last",
      each(({ lastEnd }) => lastEnd),
    ),
    metric(
      "synthetic_launch_phase_seconds",
      "gauge",
      "Seconds in each phase of the last launch",
      tallies.flatMap(({ member, kind, phases }) =>
        [...phases].map(([phase, seconds]): Sample => [{ member, kind, phase }, seconds]),
      ),
    ),
    durations(tallies),
    metric("synthetic_launch_running", "gauge", "1 while a launch runs", byMember(counts.running)),
    metric(
      "synthetic_servers_left_total",
      "counter",
      "Servers that were not seen to stop in time",
      byMember(counts.left),
    ),
    metric("synthetic_launcher_leader", "gauge", "1 while this replica is the one that launches", [
      [{}, Number(held)],
    ]),
    metric(
      "synthetic_launcher_publish_failures_total",
      "counter",
      "Results that could not be written to ConfigMap federation-launches",
      [[{}, counts.publishFailures]],
    ),
  ].join("");
}

/** Durations of the good launches, as a histogram. */
function durations(tallies: readonly Tally[]): string {
  const name = "synthetic_launch_seconds";
  const lines = tallies.flatMap(({ member, kind, durations: taken }) => {
    const labels = `member="${member}",kind="${kind}"`;
    return [
      ...[...BOUNDS, Infinity].map((bound) => {
        const le = bound === Infinity ? "+Inf" : String(bound);
        return `${name}_bucket{${labels},le="${le}"} ${String(taken.filter((seconds) => seconds <= bound).length)}`;
      }),
      `${name}_sum{${labels}} ${String(taken.reduce((sum, seconds) => sum + seconds, 0))}`,
      `${name}_count{${labels}} ${String(taken.length)}`,
    ];
  });
  return [
    `# HELP ${name} From the page to the answering server, of good launches`,
    `# TYPE ${name} histogram`,
    ...lines,
    "",
  ].join("\n");
}
