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
  const metric = (name: string, type: string, help: string, series: readonly string[]): string[] => [
    `# HELP build_pruner_${name} ${help}`,
    `# TYPE build_pruner_${name} ${type}`,
    ...series.map((one) => `build_pruner_${name}${one}`),
  ];
  return [
    ...metric(
      "last_success_timestamp_seconds",
      "gauge",
      "When a round last did all of its work; 0: not yet since the start.",
      [` ${rounds.lastSuccess.toFixed(3)}`],
    ),
    ...metric("rounds_total", "counter", "Rounds that ended, by result.", [
      `{result="ok"} ${String(rounds.ok)}`,
      `{result="failed"} ${String(rounds.failed)}`,
    ]),
    ...metric(
      "freed_bytes_total",
      "counter",
      "Disk space that was freed.",
      KINDS.map((kind) => `{what="${kind}"} ${String(freed[kind].bytes)}`),
    ),
    ...metric(
      "removed_total",
      "counter",
      "What was removed, in pieces.",
      KINDS.map((kind) => `{what="${kind}"} ${String(freed[kind].removed)}`),
    ),
    ...(cacheBytes === undefined
      ? []
      : metric("cache_bytes", "gauge", "What the build cache alone holds, as of the last round.", [
          ` ${String(cacheBytes)}`,
        ])),
    ...metric("cache_limit_bytes", "gauge", "What the build cache may keep.", [
      ` ${String(cacheLimitBytes)}`,
    ]),
    "",
  ].join("\n");
}
