import { type Dashboard, when } from "./dashboard";

export const member: Dashboard = {
  title: "Member",
  question: "How is one member, in depth?",
  panels: ({ federation, member: own }) => [
    ...when(
      federation !== undefined,
      {
        title: "Checks of the members that fail",
        unit: "bool_yes_no",
        queries: {
          "{{member}} {{check}}": 'max by (member, check) (federation_member_check{member=~"$member"}) == 0',
        },
      },
      {
        title: "Quota used, as the proxy sees it",
        unit: "percentunit",
        queries: {
          "{{member}}":
            'max by (member) (federation_member_used{member=~"$member"} / federation_member_quota{member=~"$member"})',
        },
      },
      {
        title: "Launches of members by outcome",
        unit: "reqps",
        queries: {
          "{{member}} {{status}}":
            'sum by (member, status) (rate(binderhub_launch_time_seconds_count{member=~"$member"}[15m]))',
        },
      },
      {
        title: "Time of nine launches in ten at members",
        unit: "s",
        queries: {
          "{{member}}":
            'histogram_quantile(0.9, sum by (member, le) (rate(binderhub_launch_time_seconds_bucket{member=~"$member",status="success"}[30m])))',
        },
      },
    ),
    ...when(
      own !== undefined,
      {
        title: "Servers that run here",
        unit: "short",
        queries: { servers: "sum(jupyterhub_running_servers)" },
      },
      { title: "Age of user pods here", unit: "s", queries: ages("jupyter") },
      { title: "Age of build pods here", unit: "s", queries: ages("build") },
      {
        title: "Servers started here, by outcome",
        unit: "reqps",
        queries: {
          "{{status}}": "sum by (status) (rate(jupyterhub_server_spawn_duration_seconds_count[15m]))",
        },
      },
      {
        title: "Time of the hub's answers here",
        unit: "s",
        queries: {
          "nine in ten":
            "histogram_quantile(0.9, sum by (le) (rate(jupyterhub_request_duration_seconds_bucket[15m])))",
        },
      },
      {
        title: "Event loops that stand still for a second, per minute",
        unit: "short",
        queries: {
          "{{service}}":
            "60 * (sum by (service) (rate(jupyterhub_event_loop_interval_seconds_count[15m]))" +
            ' - sum by (service) (rate(jupyterhub_event_loop_interval_seconds_bucket{le="1.0"}[15m])))',
        },
      },
    ),
  ],
};

/** One that is far older than the others was not culled, or hangs. */
function ages(kind: "jupyter" | "build"): Record<string, string> {
  const age = `time() - kube_pod_created{pod=~"${kind}-.+"}`;
  return { half: `quantile(0.5, ${age})`, "nine in ten": `quantile(0.9, ${age})`, oldest: `max(${age})` };
}
