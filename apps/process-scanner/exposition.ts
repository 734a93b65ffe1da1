import { metric, type Sample } from "../metrics";
import { OUTCOMES, type Seen } from "./scanner";

/** What the loop around the scanner knows. */
export interface Scans {
  ok: number;
  failed: number;
  /** Seconds since 1970, as Prometheus takes it; 0 before the first. */
  lastSuccess: number;
}

/** The metrics of a scanner as Prometheus reads them; of a rule, its name alone. */
export function exposition(seen: Seen, scans: Scans): string {
  const name = (short: string): string => `process_scanner_${short}`;
  return [
    metric(
      name("last_success_timestamp_seconds"),
      "gauge",
      "When a scan last was completed; 0: not yet since the start.",
      [[{}, scans.lastSuccess]],
    ),
    metric(name("scans_total"), "counter", "Scans that ended, by result.", [
      [{ result: "ok" }, scans.ok],
      [{ result: "failed" }, scans.failed],
    ]),
    metric(
      name("matches_total"),
      "counter",
      "Matches by rule; the same one again at each scan.",
      [...seen.matches].map(([rule, count]): Sample => [{ rule }, count]),
    ),
    metric(
      name("outcomes_total"),
      "counter",
      "What came of matches; limited: too many in a minute, so only reported.",
      OUTCOMES.map((outcome): Sample => [{ outcome }, seen.outcomes[outcome]]),
    ),
    metric(name("slow_texts_total"), "counter", "Texts that took a pattern too long to be looked at.", [
      [{}, seen.slow],
    ]),
    metric(name("pods"), "gauge", "Pods that the last scan looked into.", [[{}, seen.pods]]),
    metric(name("processes"), "gauge", "Processes that the last scan looked at.", [[{}, seen.processes]]),
  ].join("");
}
