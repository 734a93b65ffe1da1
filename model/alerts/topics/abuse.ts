import type { Topic } from "../alert";

/** What cryptnono and the process scanner do to miners, and to others by mistake. */
export const abuse: Topic = {
  name: "abuse",
  of: ({ member }) => member !== undefined,
  alerts: () => [
    {
      name: "CryptnonoKillsMany",
      severity: "warning",
      summary:
        "cryptnono killed {{ $value | humanize }} processes in an hour: an attack, or a rule that is too wide",
      dashboard: "abuse",
      watches: ["cryptnono"],
      expr:
        "sum(increase(cryptnono_execwhacker_processes_killed_total[1h]))" +
        " + (sum(increase(cryptnono_flowkiller_processes_killed_total[1h])) or vector(0)) > 30",
      for: "15m",
    },
    {
      name: "CryptnonoFails",
      severity: "warning",
      summary: "cryptnono meets {{ $value | humanize }} errors an hour: miners may go on",
      dashboard: "abuse",
      watches: ["cryptnono"],
      expr: "sum(increase(cryptnono_execwhacker_unexpected_errors_total[1h])) > 5",
      for: "15m",
    },
    {
      name: "CryptnonoSilent",
      severity: "warning",
      summary: "cryptnono tells nothing: nothing stops miners",
      dashboard: "abuse",
      watches: ["cryptnono"],
      expr: "absent(cryptnono_execwhacker_processes_checked_total)",
      for: "1h",
    },
    {
      name: "ProcessScannerLimited",
      severity: "warning",
      summary:
        "The process scanner left {{ $value | humanize }} matches alone in an hour: an attack, or a rule that is too wide",
      dashboard: "abuse",
      watches: ["process-scanner"],
      expr: 'sum(increase(process_scanner_outcomes_total{outcome="limited"}[1h])) > 0',
    },
    {
      name: "ProcessScannerStale",
      severity: "warning",
      summary: "The process scanner of {{ $labels.node }} has completed no scan for 15 minutes",
      dashboard: "abuse",
      watches: ["process-scanner"],
      expr:
        "time() - (process_scanner_last_success_timestamp_seconds > 0) > 900" +
        " or process_scanner_last_success_timestamp_seconds == 0",
      for: "15m",
    },
    {
      name: "ProcessScannerPatternSlow",
      severity: "warning",
      summary:
        "A pattern of the process scanner takes too long: {{ $value | humanize }} texts in an hour count as no match",
      dashboard: "abuse",
      watches: ["process-scanner"],
      expr: "sum(increase(process_scanner_slow_texts_total[1h])) > 0",
      for: "15m",
    },
  ],
};
