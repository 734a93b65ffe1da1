import { type Dashboard, when } from "./dashboard";

export const registry: Dashboard = {
  title: "Registry",
  question: "Can images be pushed and pulled, and is there room for them?",
  panels: ({ member }) => [
    {
      title: "Time of nine pulls in ten on nodes",
      unit: "s",
      queries: {
        "{{instance}}":
          "histogram_quantile(0.9, sum by (instance, le) (rate(kubelet_image_pull_duration_seconds_bucket[1h])))",
      },
    },
    {
      title: "Pods whose image cannot be pulled",
      unit: "short",
      queries: {
        "{{namespace}}":
          'sum by (namespace) (kube_pod_container_status_waiting_reason{reason=~"ImagePullBackOff|ErrImagePull"})',
      },
    },
    ...when(
      Object.keys(member?.harborTargets ?? {}).length > 0,
      {
        title: "Parts of Harbor that are well",
        unit: "bool_yes_no",
        queries: { "{{component}}": "min by (component) (harbor_up)" },
      },
      {
        title: "Quota of projects that is used",
        unit: "percentunit",
        queries: { "{{project_name}}": "harbor_project_quota_usage_byte / (harbor_project_quota_byte > 0)" },
      },
      {
        title: "Images in projects",
        unit: "short",
        queries: { "{{project_name}}": "sum by (project_name) (harbor_project_artifact_total)" },
      },
      {
        title: "Answers of the registry",
        unit: "reqps",
        queries: { "{{code}}": "sum by (code) (rate(registry_http_requests_total[15m]))" },
      },
      {
        title: "Time of nine uploads in ten",
        unit: "s",
        queries: {
          "{{method}}":
            'histogram_quantile(0.9, sum by (method, le) (rate(registry_http_request_duration_seconds_bucket{method=~"put|patch"}[1h])))',
        },
      },
      {
        title: "Weekly tasks that ended in a day",
        unit: "short",
        queries: {
          "{{type}} {{status}}":
            'sum by (type, status) (increase(harbor_jobservice_task_total{type=~"GARBAGE_COLLECTION|RETENTION"}[1d]))',
        },
      },
    ),
  ],
};
