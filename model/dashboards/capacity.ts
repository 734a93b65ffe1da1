import { type Dashboard, when } from "./dashboard";

const DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*|nsfs"';
/** What leads out of a machine, not to its pods. */
const WIRES = '{device!~"lo|veth.*|cali.*|cni.*|flannel.*|docker.*|br-.*"}';
/** Containers that are not users' or builds'; what has no name is the sum of a pod's. */
const OWN = '{container!="",pod!~"(jupyter|build)-.+"}';

export const capacity: Dashboard = {
  title: "Capacity",
  question: "Is there room, and what is used up first?",
  panels: ({ federation, member }) => [
    ...when(federation !== undefined, {
      title: "Quota of members that is used",
      unit: "percentunit",
      queries: { "{{member}}": "max by (member) (federation_member_used / federation_member_quota)" },
    }),
    {
      title: "Nodes that are ready, and cordoned",
      unit: "short",
      queries: {
        ready: 'sum(kube_node_status_condition{condition="Ready",status="true"})',
        cordoned: "sum(kube_node_spec_unschedulable)",
      },
    },
    {
      title: "Pods by phase",
      unit: "short",
      queries: { "{{phase}}": "sum by (phase) (kube_pod_status_phase)" },
    },
    {
      title: "Memory that is left",
      unit: "percentunit",
      queries: { "{{node}}": "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes" },
    },
    {
      title: "CPU in use",
      unit: "percentunit",
      queries: { "{{node}}": '1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[5m]))' },
    },
    {
      title: "Disk that is left",
      unit: "percentunit",
      queries: {
        "{{node}} {{mountpoint}}": `node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}}`,
      },
    },
    {
      title: "Volumes: what is left",
      unit: "percentunit",
      queries: {
        "{{persistentvolumeclaim}}":
          "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes",
      },
    },
    {
      title: "Memory that pods have reserved",
      unit: "percentunit",
      queries: {
        "{{node}}":
          'sum by (node) (kube_pod_container_resource_requests{resource="memory"})' +
          ' / on (node) kube_node_status_allocatable{resource="memory"}',
      },
    },
    {
      title: "CPU that pods have reserved",
      unit: "percentunit",
      queries: {
        "{{node}}":
          'sum by (node) (kube_pod_container_resource_requests{resource="cpu"})' +
          ' / on (node) kube_node_status_allocatable{resource="cpu"}',
      },
    },
    {
      title: "Network of nodes",
      unit: "Bps",
      queries: {
        "{{node}} received": `sum by (node) (rate(node_network_receive_bytes_total${WIRES}[5m]))`,
        "{{node}} sent": `sum by (node) (rate(node_network_transmit_bytes_total${WIRES}[5m]))`,
      },
    },
    {
      title: "CPU of our own programs",
      unit: "short",
      queries: { "{{container}}": `sum by (container) (rate(container_cpu_usage_seconds_total${OWN}[5m]))` },
    },
    {
      title: "Memory of our own programs",
      unit: "bytes",
      queries: { "{{container}}": `sum by (container) (container_memory_working_set_bytes${OWN})` },
    },
    ...when(
      member !== undefined,
      {
        title: "User and build pods on nodes",
        unit: "short",
        queries: {
          "{{node}} users": 'count by (node) (kube_pod_info{pod=~"jupyter-.+"})',
          "{{node}} builds": 'count by (node) (kube_pod_info{pod=~"build-.+"})',
        },
      },
      {
        title: "Build cache, and its limit",
        unit: "bytes",
        queries: {
          "{{node}}": "build_pruner_cache_bytes",
          "{{node}} limit": "build_pruner_cache_limit_bytes",
        },
      },
    ),
  ],
};
