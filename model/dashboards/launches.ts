import { type Dashboard, when } from "./dashboard";

export const launches: Dashboard = {
  title: "Launches and builds",
  question: "Do launches and builds end well, and how long do they take?",
  panels: ({ config, member }) => [
    {
      title: "Launches that fail, and what the objective allows",
      unit: "percentunit",
      queries: {
        "of an hour": "mybinder:launches_failed:ratio1h",
        "of six hours": "mybinder:launches_failed:ratio6h",
        "of three days": "mybinder:launches_failed:ratio3d",
        allowed: "1 - mybinder:launch_objective:ratio",
      },
    },
    {
      title: "Launches by outcome",
      unit: "reqps",
      queries: { "{{status}}": "sum by (status) (rate(binderhub_launch_time_seconds_count[15m]))" },
    },
    { title: "Time of a launch, its build not counted", unit: "s", queries: times("launch") },
    {
      title: "In progress",
      unit: "short",
      queries: {
        launches: "sum(binderhub_inprogress_launches)",
        builds: "sum(binderhub_inprogress_builds)",
      },
    },
    {
      title: "Builds by outcome",
      unit: "reqps",
      queries: { "{{status}}": "sum by (status) (rate(binderhub_build_time_seconds_count[1h]))" },
    },
    { title: "Time of a build, with its push", unit: "s", queries: times("build") },
    ...when(
      member !== undefined,
      {
        title: "Look-ups at GitHub that are left this hour",
        unit: "short",
        queries: { left: "min(binderhub_github_rate_limit_remaining)" },
      },
      {
        title: "Nodes without their Docker for builds",
        unit: "short",
        queries: { "{{daemonset}}": 'kube_daemonset_status_number_unavailable{daemonset=~".+-dind"}' },
      },
    ),
    // counters by repository stay with the member: the proxy takes none of them
    ...when(
      member !== undefined,
      {
        title: "Launches that needed a second attempt",
        unit: "percentunit",
        queries: {
          retried:
            'sum(increase(binderhub_launch_time_seconds_count{status="success",retries!="0"}[1h]))' +
            ' / sum(increase(binderhub_launch_time_seconds_count{status="success"}[1h]))',
        },
      },
      {
        title: "Repositories with most launches in an hour",
        unit: "short",
        kind: "table",
        queries: {
          "{{repo}}":
            'topk(10, sum by (repo) (increase(binderhub_launch_count_total{status="success"}[1h])) > 0)',
        },
      },
      {
        title: "Repositories whose launches failed in an hour",
        unit: "short",
        kind: "table",
        queries: {
          "{{repo}} {{status}}":
            'topk(10, sum by (repo, status) (increase(binderhub_launch_count_total{status!="success"}[1h])) > 0)',
        },
      },
      {
        title: "Repositories whose builds failed in an hour",
        unit: "short",
        kind: "table",
        queries: {
          "{{repo}}":
            'topk(10, sum by (repo) (increase(binderhub_build_count_total{status="failure"}[1h])) > 0)',
        },
      },
    ),
    ...when(
      config.role !== "member" && config.syntheticLaunches.enabled,
      {
        title: "Synthetic launches that work",
        unit: "bool_yes_no",
        queries: { "{{member}} {{kind}}": "min by (member, kind) (synthetic_launch_ok)" },
      },
      {
        title: "Synthetic launches that failed in an hour",
        unit: "short",
        queries: {
          "{{member}} {{kind}}": "sum by (member, kind) (increase(synthetic_launch_failures_total[1h]))",
        },
      },
    ),
  ],
};

function times(what: "launch" | "build"): Record<string, string> {
  const quantile = (part: number): string =>
    `histogram_quantile(${String(part)}, sum by (le) (rate(binderhub_${what}_time_seconds_bucket{status="success"}[30m])))`;
  return { "half of them": quantile(0.5), "nine in ten": quantile(0.9) };
}
