import type { Topic } from "../alert";

/** Our pods on whatever node they are: what does not start, does not end, or ends again and again. */
export const pods: Topic = {
  name: "pods",
  of: () => true,
  alerts: () => [
    {
      name: "WorkloadDown",
      severity: "critical",
      summary: "No pod of {{ $labels.deployment }} is available",
      dashboard: "service",
      watches: [
        ...[
          "binderhub",
          "cryptnono",
          "federation-proxy",
          "grafana",
          "harbor",
          "prometheus",
          "traefik",
          "cert-manager",
        ],
        ...[
          "k8s-log-alerter-zulip",
          "log-alerter",
          "cluster-autoscaler",
          "binderhub-container-registry-helper",
        ],
        ...["localpv-provisioner", "node-janitor", "upgradeController"],
      ],
      expr: "kube_deployment_spec_replicas > 0 and kube_deployment_status_replicas_available == 0",
      for: "10m",
    },
    {
      name: "WorkloadIncomplete",
      severity: "warning",
      summary: "{{ $labels.deployment }} has {{ $value | humanize }} pods too few",
      dashboard: "service",
      watches: ["pod-disruption-budgets", "metaChart"],
      expr: "kube_deployment_spec_replicas - kube_deployment_status_replicas_available > 0",
      for: "30m",
    },
    {
      name: "DaemonSetIncomplete",
      severity: "warning",
      summary: "{{ $labels.daemonset }} is missing on {{ $value | humanize }} nodes",
      dashboard: "capacity",
      watches: ["cryptnono", "build-pruner", "process-scanner", "log-collector", "prometheus"],
      expr: 'kube_daemonset_status_number_unavailable{daemonset!~".+-dind"} > 0',
      for: "30m",
    },
    {
      name: "StatefulSetIncomplete",
      severity: "warning",
      summary: "{{ $labels.statefulset }} has {{ $value | humanize }} pods too few",
      dashboard: "service",
      watches: ["harbor", "log-store", "prometheus"],
      expr: "kube_statefulset_replicas - kube_statefulset_status_replicas_ready > 0",
      for: "15m",
    },
    {
      name: "PodStuckPending",
      severity: "warning",
      summary: "Pod {{ $labels.namespace }}/{{ $labels.pod }} does not start",
      dashboard: "capacity",
      watches: ["binderhub", "priority-classes"],
      // placeholders wait for room on purpose
      expr: 'kube_pod_status_phase{phase="Pending",pod!~".*user-placeholder-.+"} == 1',
      for: "15m",
    },
    {
      name: "PodStuckTerminating",
      severity: "warning",
      summary:
        "Pod {{ $labels.namespace }}/{{ $labels.pod }} should have ended {{ $value | humanizeDuration }} ago",
      dashboard: "capacity",
      watches: ["binderhub"],
      expr: "time() - kube_pod_deletion_timestamp > 3600",
    },
    {
      name: "FinishedPodsPileUp",
      severity: "warning",
      summary: "{{ $value | humanize }} finished pods are still there in {{ $labels.namespace }}",
      dashboard: "capacity",
      watches: ["node-janitor", "binderhub"],
      expr: 'sum by (namespace) (kube_pod_status_phase{phase=~"Succeeded|Failed"}) > 100',
      for: "1h",
    },
    {
      name: "PodCrashLooping",
      severity: "warning",
      summary:
        "{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} ends as soon as it has started",
      dashboard: "service",
      watches: ["harbor-setup", "user-etc-jupyter", "network-policy"],
      expr: 'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff",pod!~"jupyter-.+"} == 1',
      for: "10m",
    },
    {
      name: "ImagePullFailing",
      severity: "warning",
      summary: "The image of {{ $labels.namespace }}/{{ $labels.pod }} cannot be pulled",
      dashboard: "registry",
      watches: ["registry", "binderhub"],
      expr: 'max by (namespace, pod) (kube_pod_container_status_waiting_reason{reason=~"ImagePullBackOff|ErrImagePull"}) == 1',
      for: "15m",
    },
    {
      name: "SystemPodOutOfMemory",
      severity: "warning",
      summary:
        "{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} was killed for its memory",
      dashboard: "capacity",
      watches: ["binderhub", "prometheus", "harbor"],
      expr:
        'kube_pod_container_status_last_terminated_reason{reason="OOMKilled",pod!~"(jupyter|build)-.+"} == 1' +
        " and on (namespace, pod, container) increase(kube_pod_container_status_restarts_total[30m]) > 0",
    },
    {
      name: "NodeJanitorFailing",
      severity: "warning",
      summary: "The node janitor fails: finished pods stay, and so do pods on cordoned nodes",
      dashboard: "capacity",
      watches: ["node-janitor"],
      expr: "increase(node_janitor_failed_rounds_total[30m]) > 20",
      for: "10m",
    },
  ],
};
