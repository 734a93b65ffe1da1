import type { Topic } from "../alert";

/** What cryptnono does to miners, and to others by mistake. */
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
  ],
};
