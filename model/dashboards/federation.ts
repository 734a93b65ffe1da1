import { type Dashboard, when } from "./dashboard";

export const federation: Dashboard = {
  title: "Federation",
  question: "Which member gets the launches, and why?",
  panels: (stack) =>
    when(
      stack.federation !== undefined,
      {
        title: "State of members",
        unit: "bool_yes_no",
        queries: {
          "{{member}} {{state}}": 'max by (member, state) (federation_member_state{member=~"$member"}) == 1',
        },
      },
      {
        title: "Share of members",
        unit: "percentunit",
        queries: { "{{member}}": 'avg by (member) (federation_member_share{member=~"$member"})' },
      },
      {
        title: "Launches sent to members",
        unit: "reqps",
        queries: {
          "{{member}} by {{reason}}":
            'sum by (member, reason) (rate(federation_redirects_total{member=~"$member"}[5m]))',
        },
      },
      {
        title: "Part of the quota that is free",
        unit: "percentunit",
        queries: { "{{member}}": 'min by (member) (federation_member_free{member=~"$member"})' },
      },
      {
        title: "Tables given to HAProxy in an hour",
        unit: "short",
        queries: { "{{result}}": "sum by (result) (increase(federation_table_commits_total[1h]))" },
      },
      {
        title: "Since the members were asked last",
        unit: "s",
        queries: { "{{instance}}": "time() - federation_last_round_timestamp_seconds" },
      },
      {
        title: "Inputs that cannot be read",
        unit: "short",
        queries: { "{{input}}": "min by (input) (federation_input_valid) == 0" },
      },
      {
        title: "No member is well and has room",
        unit: "bool_yes_no",
        queries: { "last resort": "min(federation_last_resort)" },
      },
    ),
};
