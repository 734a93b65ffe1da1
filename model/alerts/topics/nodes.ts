import type { Alert, Topic } from "../alert";

/** File systems that hold something; the image of a container and what lives in memory do not. */
const DISKS =
  'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*|nsfs",mountpoint!~"/boot.*|/run.*|/var/lib/docker.*"';

/** Machines: whether they are there, and what they run out of. */
export const nodes: Topic = {
  name: "nodes",
  of: () => true,
  alerts: ({ config }) => [...everywhere, ...(config.cluster.kind === "k3s" ? machine : [])],
};

const everywhere: readonly Alert[] = [
  {
    name: "NodeNotReady",
    severity: "critical",
    summary: "Node {{ $labels.node }} is not ready",
    dashboard: "capacity",
    watches: ["cluster"],
    expr: 'kube_node_status_condition{condition="Ready",status="true"} == 0',
    for: "5m",
  },
  {
    name: "NodeUnderPressure",
    severity: "critical",
    summary: "Node {{ $labels.node }} reports {{ $labels.condition }}: it evicts pods",
    dashboard: "capacity",
    watches: ["cluster"],
    expr: 'kube_node_status_condition{condition=~"DiskPressure|MemoryPressure|PIDPressure",status="true"} == 1',
    for: "5m",
  },
  {
    name: "NodeCordoned",
    severity: "warning",
    summary: "Node {{ $labels.node }} has been cordoned for over a day",
    dashboard: "capacity",
    watches: ["cluster", "upgradeController"],
    expr: "kube_node_spec_unschedulable == 1",
    for: "1d",
  },
  {
    name: "NodePodsNearlyUsed",
    severity: "warning",
    summary: "Node {{ $labels.node }} has {{ $value | humanizePercentage }} of the pods that it may have",
    dashboard: "capacity",
    watches: ["cluster"],
    expr:
      'sum by (node) (kube_pod_info * on (namespace, pod) group_left () (kube_pod_status_phase{phase=~"Running|Pending"} == 1))' +
      ' / on (node) kube_node_status_allocatable{resource="pods"} > 0.9',
    for: "15m",
  },
  {
    name: "MemoryNearlyUsed",
    severity: "critical",
    summary: "{{ $labels.node }} has {{ $value | humanizePercentage }} of its memory left",
    dashboard: "capacity",
    watches: ["cluster"],
    expr: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05",
    for: "10m",
  },
  {
    name: "DiskNearlyFull",
    severity: "warning",
    summary: "{{ $labels.mountpoint }} of {{ $labels.node }} has {{ $value | humanizePercentage }} free",
    dashboard: "capacity",
    watches: ["cluster", "build-pruner"],
    expr: `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}} < 0.12`,
    for: "30m",
  },
  {
    name: "DiskFull",
    severity: "critical",
    summary: "{{ $labels.mountpoint }} of {{ $labels.node }} has {{ $value | humanizePercentage }} free",
    dashboard: "capacity",
    watches: ["cluster", "build-pruner"],
    expr: `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}} < 0.05`,
    for: "5m",
  },
  {
    name: "InodesNearlyUsed",
    severity: "warning",
    summary:
      "{{ $labels.mountpoint }} of {{ $labels.node }} has {{ $value | humanizePercentage }} of its inodes left",
    dashboard: "capacity",
    watches: ["cluster"],
    // a file system without a fixed number of inodes says 0
    expr: `node_filesystem_files_free{${DISKS}} / (node_filesystem_files{${DISKS}} > 0) < 0.1`,
    for: "30m",
  },
  {
    name: "VolumeNearlyFull",
    severity: "warning",
    summary: "The volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} free",
    dashboard: "capacity",
    watches: ["prometheus", "grafana", "harbor", "binderhub"],
    expr: "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.1",
    for: "30m",
  },
  {
    name: "ImagePullsSlow",
    severity: "warning",
    summary: "One pull in ten takes longer than {{ $value | humanizeDuration }} on {{ $labels.instance }}",
    dashboard: "registry",
    watches: ["registry", "binderhub"],
    expr: "histogram_quantile(0.9, sum by (instance, le) (rate(kubelet_image_pull_duration_seconds_bucket[1h]))) > 300",
    for: "1h",
  },
];

/** What the setup of a K3s machine makes so, and a change by hand undoes: `npx mybinder machine check`. */
const machine: readonly Alert[] = [
  {
    name: "InotifyLimitLow",
    severity: "warning",
    summary: "{{ $labels.node }} allows {{ $value | humanize }} inotify instances: pods will not start",
    dashboard: "capacity",
    watches: ["cluster"],
    expr: "node_sysctl_fs_inotify_max_user_instances < 8192",
    for: "30m",
  },
  {
    name: "SwapOn",
    severity: "warning",
    summary: "{{ $labels.node }} has swap: memory limits no longer say when a pod is killed",
    dashboard: "capacity",
    watches: ["cluster"],
    expr: "node_memory_SwapTotal_bytes > 0",
    for: "15m",
  },
  {
    name: "ClockWrong",
    severity: "warning",
    summary: "The clock of {{ $labels.node }} is not synchronised",
    dashboard: "capacity",
    watches: ["cluster"],
    expr: "node_timex_sync_status == 0",
    for: "1h",
  },
];
