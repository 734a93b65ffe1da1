import { type Dashboard, when } from "./dashboard";

const DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*|nsfs"';

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
    ...when(member !== undefined, {
      title: "Build cache, and its limit",
      unit: "bytes",
      queries: {
        "{{node}}": "build_pruner_cache_bytes",
        "{{node}} limit": "build_pruner_cache_limit_bytes",
      },
    }),
  ],
};
