import { type Dashboard, when } from "./dashboard";

const ANSWERS = 'traefik_entrypoint_requests_total{entrypoint=~"web|websecure"';

export const service: Dashboard = {
  title: "Service",
  question: "Is the service up, and for whom?",
  panels: ({ config, federation, probed }) => [
    ...when(
      federation !== undefined,
      {
        title: "Members that get launches",
        unit: "short",
        kind: "stat",
        queries: { well: "sum(max by (member) (federation_member_up))" },
      },
      {
        title: "Answers of the front page",
        unit: "reqps",
        queries: {
          "{{code}}": 'sum by (code) (rate(haproxy_backend_http_responses_total{proxy="route:pages"}[5m]))',
        },
      },
    ),
    ...when(
      probed.length > 0,
      {
        title: "Public hosts that answer",
        unit: "bool_yes_no",
        queries: { "{{stack}} {{instance}}": "min by (stack, instance) (probe_success)" },
      },
      {
        title: "Time to an answer of public hosts",
        unit: "s",
        queries: {
          "{{stack}} {{instance}}": "max by (stack, instance) (avg_over_time(probe_duration_seconds[15m]))",
        },
      },
    ),
    {
      title: "Requests at the ingress",
      unit: "reqps",
      queries: { "{{code}}": `sum by (code) (rate(${ANSWERS}}[5m]))` },
    },
    {
      title: "Errors of what is behind the ingress",
      unit: "percentunit",
      queries: { errors: `sum(rate(${ANSWERS},code=~"5.."}[5m])) / sum(rate(${ANSWERS}}[5m]))` },
    },
    {
      title: "Time of nine answers in ten at the ingress",
      unit: "s",
      queries: {
        // a launch's event stream and a kernel's WebSocket last as long as they are open
        "{{entrypoint}}":
          'histogram_quantile(0.9, sum by (entrypoint, le) (rate(traefik_entrypoint_request_duration_seconds_bucket{entrypoint=~"web|websecure",protocol="http"}[5m])))',
      },
    },
    {
      title: "Pods that are missing",
      unit: "short",
      queries: {
        "{{deployment}}": "kube_deployment_spec_replicas - kube_deployment_status_replicas_available > 0",
        "{{statefulset}}": "kube_statefulset_replicas - kube_statefulset_status_replicas_ready > 0",
      },
    },
    {
      title: "Restarts in an hour",
      unit: "short",
      queries: {
        "{{pod}} {{container}}":
          'sum by (pod, container) (increase(kube_pod_container_status_restarts_total{pod!~"(jupyter|build)-.+"}[1h])) > 0',
      },
    },
    ...when(config.backup !== undefined, {
      title: "Last good backups",
      unit: "s",
      kind: "table",
      queries: {
        "{{cronjob}}": 'time() - kube_cronjob_status_last_successful_time{cronjob=~"backup-.+"}',
      },
    }),
    ...when(config.role !== "member" && config.archivePublisher !== undefined, {
      title: "Age of the public archive's newest events",
      unit: "s",
      queries: {
        "{{origin}}": "time() - max by (origin) (archive_publisher_newest_event_timestamp_seconds)",
      },
    }),
  ],
};
