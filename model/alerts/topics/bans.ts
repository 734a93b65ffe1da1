import type { Topic } from "../alert";

/** The list of bans, which the ban keeper of each stack brings to the cluster. */
export const bans: Topic = {
  name: "bans",
  of: () => true,
  alerts: () => [
    {
      name: "BansNotApplied",
      severity: "warning",
      summary: "The list of bans is not in force on this stack: what was banned gets through",
      dashboard: "abuse",
      watches: ["ban-keeper", "bans", "network-policy"],
      expr: "min(bans_applied) == 0",
      for: "15m",
    },
    {
      name: "BanListRefused",
      severity: "warning",
      summary: "The list of bans is malformed: the last good one holds, and new bans do not",
      dashboard: "abuse",
      watches: ["ban-keeper", "bans"],
      expr: "min(bans_list_valid) == 0",
      for: "10m",
    },
  ],
};
