import { metric, type Sample } from "../metrics";
import { KINDS, type Pruner } from "./pruner";

/** What the loop around the pruner knows. */
export interface Rounds {
  ok: number;
  failed: number;
  /** Seconds since 1970, as Prometheus takes it; 0 before the first. */
  lastSuccess: number;
}

/** The metrics of a pruner as Prometheus reads them. */
export function exposition(
  { freed, cacheBytes }: Pick<Pruner, "freed" | "cacheBytes">,
  cacheLimitBytes: number,
  rounds: Rounds,
): string {
  const name = (short: string): string => `build_pruner_${short}`;
  const ofKinds = (value: "bytes" | "removed"): Sample[] =>
    KINDS.map((kind): Sample => [{ what: kind }, freed[kind][value]]);
  return [
    metric(
      name("last_success_timestamp_seconds"),
      "gauge",
      "When a round last did all of its work; 0: not yet since the start.",
      [[{}, rounds.lastSuccess]],
    ),
    metric(name("rounds_total"), "counter", "Rounds that ended, by result.", [
      [{ result: "ok" }, rounds.ok],
      [{ result: "failed" }, rounds.failed],
    ]),
    metric(name("freed_bytes_total"), "counter", "Disk space that was freed.", ofKinds("bytes")),
    metric(name("removed_total"), "counter", "What was removed, in pieces.", ofKinds("removed")),
    metric(
      name("cache_bytes"),
      "gauge",
      "What the build cache alone holds, as of the last round.",
      cacheBytes === undefined ? [] : [[{}, cacheBytes]],
    ),
    metric(name("cache_limit_bytes"), "gauge", "What the build cache may keep.", [[{}, cacheLimitBytes]]),
  ].join("");
}
