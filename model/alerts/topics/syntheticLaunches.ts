import type { Topic } from "../alert";

/** What the launcher beside the proxy sees when it launches at each member as a browser does. */
export const syntheticLaunches: Topic = {
  name: "synthetic-launches",
  of: ({ config }) => config.role !== "member" && config.syntheticLaunches.enabled,
  alerts: () => [
    {
      name: "MemberNotLaunching",
      severity: "critical",
      summary: "Synthetic launches of a built image fail on member {{ $labels.member }}",
      dashboard: "launches",
      watches: ["synthetic-launcher", "binderhub"],
      expr: 'min by (member) (synthetic_launch_ok{kind="cached"}) == 0',
      for: "10m",
    },
    {
      name: "MemberNotBuilding",
      severity: "warning",
      summary: "Synthetic builds fail on member {{ $labels.member }}",
      dashboard: "launches",
      watches: ["synthetic-launcher", "binderhub", "registry"],
      expr: 'min by (member) (synthetic_launch_ok{kind="uncached"}) == 0',
      for: "2h",
    },
    {
      name: "SyntheticLauncherSilent",
      severity: "warning",
      summary: "No synthetic launch ended for an hour: members that cannot launch go unnoticed",
      dashboard: "launches",
      watches: ["synthetic-launcher"],
      expr:
        "time() - max(synthetic_launch_last_end_timestamp_seconds) > 3600" +
        " or absent(synthetic_launcher_leader) or max(synthetic_launcher_leader) == 0",
      for: "15m",
    },
    {
      name: "SyntheticResultsLost",
      severity: "warning",
      summary: "Results of synthetic launches cannot be written: the agents do not hear of them",
      dashboard: "launches",
      watches: ["synthetic-launcher", "federation-agent"],
      expr: "increase(synthetic_launcher_publish_failures_total[30m]) > 3",
      for: "15m",
    },
  ],
};
