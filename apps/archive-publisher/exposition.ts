import { metric } from "../metrics";
import type { Counts } from "./counts";

/** The metrics of a publisher as Prometheus reads them. */
export function exposition(counts: Counts): string {
  const { billed } = counts;
  const name = (short: string): string => `archive_publisher_${short}`;
  return [
    metric(
      name("last_success_timestamp_seconds"),
      "gauge",
      "When a round last did all of its work; 0: not yet since the start.",
      [[{}, counts.lastSuccess]],
    ),
    metric(
      name("newest_event_timestamp_seconds"),
      "gauge",
      "Time of the newest exported event, by the BinderHub that it comes from.",
      [...counts.newest].map(([origin, seconds]) => [{ origin }, seconds]),
    ),
    metric(name("rounds_total"), "counter", "Rounds that ended, by result.", [
      [{ result: "ok" }, counts.ok],
      [{ result: "failed" }, counts.failed],
    ]),
    metric(name("published_days_total"), "counter", "Days that were written, new or grown.", [
      [{}, counts.publishedDays],
    ]),
    metric(
      name("shrunk_days"),
      "gauge",
      "Days left as they are, because fewer events are exported than published.",
      [[{}, counts.shrunkDays]],
    ),
    metric(
      name("refused_lines_total"),
      "counter",
      "Exported lines that are no event.",
      Object.entries(counts.refused).map(([why, count]) => [{ why }, count]),
    ),
    metric(
      name("billed_thirty_days"),
      "gauge",
      "What Google billed for the 30 days to the end of the newest bill, in the bill's currency.",
      billed ? [[{}, billed.cost]] : [],
    ),
    metric(
      name("billed_until_timestamp_seconds"),
      "gauge",
      "End of the newest bill.",
      billed ? [[{}, billed.until]] : [],
    ),
  ].join("");
}
