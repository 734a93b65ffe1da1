import { type Dashboard, when } from "./dashboard";

/** Containers of user pods; what has no name is the sum of a pod's. */
const USERS = '{pod=~"jupyter-.+",container!=""}';

export const abuse: Dashboard = {
  title: "Abuse",
  question: "Who is banned, and what is ended?",
  panels: ({ federation, member }) => [
    {
      title: "Bans in force",
      unit: "short",
      queries: { "{{kind}}": "max by (kind) (bans_active)" },
    },
    {
      title: "The list of bans is applied, and well formed",
      unit: "bool_yes_no",
      queries: { applied: "min(bans_applied)", "well formed": "min(bans_list_valid)" },
    },
    ...when(federation !== undefined, {
      title: "Addresses and blocks that HAProxy refuses",
      unit: "short",
      queries: { clients: "max(federation_banned_clients)" },
    }),
    ...when(
      member !== undefined,
      {
        title: "Processes that cryptnono ended in an hour",
        unit: "short",
        queries: {
          "by name": "sum(increase(cryptnono_execwhacker_processes_killed_total[1h]))",
          "by connections": "sum(increase(cryptnono_flowkiller_processes_killed_total[1h]))",
        },
      },
      {
        title: "User pods with most CPU",
        unit: "short",
        queries: most(`rate(container_cpu_usage_seconds_total${USERS}[5m])`),
      },
      {
        title: "User pods with most memory",
        unit: "bytes",
        queries: most(`container_memory_working_set_bytes${USERS}`),
      },
      {
        title: "Processes that cryptnono looked at",
        unit: "reqps",
        queries: { processes: "sum(rate(cryptnono_execwhacker_processes_checked_total[15m]))" },
      },
      {
        title: "Errors of cryptnono in an hour",
        unit: "short",
        queries: { errors: "sum(increase(cryptnono_execwhacker_unexpected_errors_total[1h]))" },
      },
      {
        title: "What came of the process scanner's matches in an hour",
        unit: "short",
        queries: { "{{outcome}}": "sum by (outcome) (increase(process_scanner_outcomes_total[1h]))" },
      },
      {
        title: "Matches of the process scanner in an hour, by rule",
        unit: "short",
        queries: { "{{rule}}": "sum by (rule) (increase(process_scanner_matches_total[1h]))" },
      },
    ),
  ],
};

function most(used: string): Record<string, string> {
  return { "{{pod}}": `topk(5, sum by (pod) (${used}))` };
}
