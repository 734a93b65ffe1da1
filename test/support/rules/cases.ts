import { ahead, always, type Course, counter, gauge, lastDone } from "./courses";

/** What makes an alert fire: series that are quiet, then bad, then quiet again. */
export interface RuleCase {
  /** By the series, with its labels. */
  readonly series: Readonly<Record<string, Course>>;
  /** Minutes between two samples; default 1. */
  readonly every?: number;
  /** Samples of each time; default 60. More than the alert's windows and its `for` together. */
  readonly steps?: number;
  /** Alerts that fire in the bad time; default 1. */
  readonly firing?: number;
}

const DAY = 86400;
const launched = (status: string): string =>
  `binderhub_launch_time_seconds_count{status="${status}",instance="10.0.0.1:8585",retries="0"}`;
const failing = { [launched("success")]: counter(10, 1), [launched("failure")]: counter(0, 9) };
const pod = (more: string): string => `namespace="bids-ovh",pod="binder-1",container="binder"${more}`;
const disk = 'instance="10.0.0.1:9100",node="n1",device="/dev/sda1",fstype="ext4",mountpoint="/"';
const harborDone = (type: string): string =>
  `harbor_jobservice_task_total{type="${type}",status="success",instance="bids-ovh-harbor-jobservice:8001"}`;
const probe = (metric: string, service: string): string =>
  `${metric}{job="blackbox",instance="https://a.example.org/",service="${service}",stack="other"}`;
/** Weekly in quiet times, never in bad ones: a sample each six hours. */
const weekly = (type: string): RuleCase => ({
  series: {
    'harbor_up{component="jobservice",instance="bids-ovh-harbor-exporter:8001"}': always(1),
    [harborDone(type)]: counter(1 / 28, 0),
  },
  every: 360,
  steps: 80,
});
const histogram = (
  name: string,
  labels: string,
  bounds: readonly [quick: string, slow: string],
): RuleCase["series"] => ({
  [`${name}_bucket{${labels},le="${bounds[0]}"}`]: counter(10, 0),
  [`${name}_bucket{${labels},le="${bounds[1]}"}`]: counter(10, 10),
  [`${name}_bucket{${labels},le="+Inf"}`]: counter(10, 10),
});

/** When a certificate ends and when it is renewed, in seconds from now, in quiet times and in bad ones. */
type Ends = readonly [end: number, renewal: number];
/** The ends of a certificate, beside two that are well: one was never issued, the other holds for a day. */
const ends = (quiet: Ends, bad: Ends): RuleCase["series"] => {
  const of = (name: string, end: Course, renewal: Course): RuleCase["series"] => ({
    [`certmanager_certificate_expiration_timestamp_seconds{name="${name}",namespace="a"}`]: end,
    [`certmanager_certificate_renewal_timestamp_seconds{name="${name}",namespace="a"}`]: renewal,
  });
  return {
    ...of("tls", ahead(quiet[0], bad[0]), ahead(quiet[1], bad[1])),
    ...of("new", always(0), always(0)),
    ...of("short", ahead(DAY / 2, DAY / 2), ahead(DAY / 6, DAY / 6)),
  };
};

/** By the name of the alert. Every alert has one: test/consumers/alertRules.test.ts. */
export const CASES: Readonly<Record<string, RuleCase>> = {
  MemberDown: {
    // two agents: one that is wrong alone wakes nobody
    series: {
      'federation_member_up{member="other",instance="10.0.0.1:8406"}': gauge(1, 0),
      'federation_member_up{member="other",instance="10.0.0.2:8406"}': gauge(0, 0),
    },
  },
  MemberLeftOutForVersions: {
    series: { 'federation_member_check{member="other",check="versions",instance="a"}': gauge(1, 0) },
    steps: 150,
  },
  NoMemberAccepting: { series: { 'federation_last_resort{instance="a"}': gauge(0, 1) } },
  MemberMetricsMissing: { series: { 'up{job="members",member="other",instance="b"}': gauge(1, 0) } },
  MemberQuotaNearlyUsed: {
    series: {
      'federation_member_used{member="other",instance="a"}': gauge(50, 98),
      'federation_member_quota{member="other",instance="a"}': always(100),
    },
  },
  FederationQuotaNearlyUsed: {
    series: {
      'federation_member_used{member="other",instance="a"}': gauge(50, 98),
      'federation_member_used{member="watched",instance="a"}': always(88),
      'federation_member_quota{member="other",instance="a"}': always(100),
      'federation_member_quota{member="watched",instance="a"}': always(100),
    },
  },
  FrontPageFailing: {
    series: {
      'haproxy_backend_http_responses_total{proxy="route:pages",code="2xx",pod="a"}': counter(10, 6),
      'haproxy_backend_http_responses_total{proxy="route:pages",code="5xx",pod="a"}': counter(1, 4),
    },
  },
  FederationTableRefused: {
    series: { 'federation_table_commits_total{result="failed",instance="a"}': counter(0, 1) },
  },
  FederationAgentStuck: { series: { 'federation_last_round_timestamp_seconds{instance="a"}': lastDone() } },
  FederationInputRefused: { series: { 'federation_input_valid{input="traffic",instance="a"}': gauge(1, 0) } },
  FederationInputsStale: { series: { 'federation_inputs_live{instance="a"}': gauge(1, 0) } },
  FederationProxyRestarting: {
    series: {
      'kube_pod_container_status_restarts_total{namespace="p",pod="federation-proxy-1",container="haproxy"}':
        counter(0, 0.1),
    },
    steps: 90,
  },
  FrontPageDown: { series: { [probe("probe_success", "federation")]: gauge(1, 0) } },
  PublicHostDown: { series: { [probe("probe_success", "hub")]: gauge(1, 0) } },
  PublicHostSlow: { series: { [probe("probe_duration_seconds", "hub")]: gauge(0.1, 8) } },
  PublicCertificateEnds: {
    series: { [probe("probe_ssl_earliest_cert_expiry", "hub")]: ahead(80 * DAY, 6 * DAY) },
    steps: 90,
  },
  ProbesMissing: { series: { [probe("probe_success", "hub")]: gauge(1, undefined) } },
  BackupTooOld: {
    series: { 'kube_cronjob_status_last_successful_time{cronjob="backup-hub"}': lastDone() },
    every: 60,
    steps: 48,
  },
  BackupUnchecked: {
    series: { 'kube_cronjob_created{cronjob="backup-check"}': lastDone() },
    every: 360,
    steps: 60,
  },
  BansNotApplied: { series: { 'bans_applied{object="ConfigMap/a",pod="a"}': gauge(1, 0) } },
  BanListRefused: { series: { 'bans_list_valid{pod="a"}': gauge(1, 0) } },
  MemberNotLaunching: {
    series: { 'synthetic_launch_ok{member="other",kind="cached",pod="a"}': gauge(1, 0) },
  },
  MemberNotBuilding: {
    series: { 'synthetic_launch_ok{member="other",kind="uncached",pod="a"}': gauge(1, 0) },
    steps: 150,
  },
  SyntheticLauncherSilent: {
    series: {
      'synthetic_launch_last_end_timestamp_seconds{member="other",kind="cached",pod="a"}': lastDone(),
      'synthetic_launcher_leader{pod="a"}': always(1),
    },
    steps: 120,
  },
  SyntheticResultsLost: { series: { 'synthetic_launcher_publish_failures_total{pod="a"}': counter(0, 1) } },
  ArchiveTooOld: {
    series: { 'archive_publisher_last_success_timestamp_seconds{pod="a"}': lastDone() },
    every: 10,
    steps: 60,
  },
  ArchiveOfMemberTooOld: {
    series: {
      'archive_publisher_newest_event_timestamp_seconds{origin="a.example.org",pod="a"}': lastDone(),
    },
    every: 60,
    steps: 72,
  },
  ArchiveShrinks: { series: { 'archive_publisher_shrunk_days{pod="a"}': gauge(0, 1) }, steps: 90 },
  ArchiveRefusesEvents: {
    series: { 'archive_publisher_refused_lines_total{why="json",pod="a"}': counter(0, 2) },
    every: 5,
    steps: 100,
  },
  LaunchesFailFast: { series: failing, steps: 90 },
  LaunchesFailSteadily: { series: failing, every: 10, steps: 60 },
  LaunchesFailSlowly: { series: failing, every: 60, steps: 100 },
  LaunchesSlow: {
    series: histogram("binderhub_launch_time_seconds", 'status="success",retries="0"', ["60.0", "300.0"]),
    steps: 90,
  },
  SpawnsFail: {
    series: {
      'jupyterhub_server_spawn_duration_seconds_count{status="success"}': counter(10, 1),
      'jupyterhub_server_spawn_duration_seconds_count{status="failure"}': counter(1, 9),
    },
    steps: 90,
  },
  EventLoopStandsStill: {
    series: {
      'jupyterhub_event_loop_interval_seconds_count{service="binder",instance="a"}': counter(3000, 3000),
      'jupyterhub_event_loop_interval_seconds_bucket{service="binder",instance="a",le="1.0"}': counter(
        3000,
        2990,
      ),
    },
  },
  GitHubLookupsNearlyUsed: {
    series: { 'binderhub_github_rate_limit_remaining{instance="a"}': gauge(4000, 50) },
  },
  BuildsFailing: {
    series: {
      'binderhub_build_time_seconds_count{status="success",instance="a"}': counter(1, 0),
      'binderhub_build_time_seconds_count{status="failure",instance="a"}': counter(1, 1),
    },
    steps: 120,
  },
  BuildsSlow: {
    series: histogram("binderhub_build_time_seconds", 'status="success"', ["600.0", "3600.0"]),
    steps: 240,
  },
  BuildDockerDown: {
    series: { 'kube_daemonset_status_number_unavailable{daemonset="watched-dind"}': gauge(0, 1) },
  },
  BuildCacheTooLarge: {
    series: {
      'build_pruner_cache_bytes{node="n1"}': gauge(300e9, 500e9),
      'build_pruner_cache_limit_bytes{node="n1"}': always(300e9),
    },
    steps: 90,
  },
  BuildPrunerStale: {
    series: { 'build_pruner_last_success_timestamp_seconds{node="n1"}': lastDone() },
    steps: 240,
  },
  WorkloadDown: {
    series: {
      'kube_deployment_spec_replicas{namespace="a",deployment="hub"}': always(1),
      'kube_deployment_status_replicas_available{namespace="a",deployment="hub"}': gauge(1, 0),
      'kube_deployment_spec_replicas{namespace="a",deployment="off"}': always(0),
      'kube_deployment_status_replicas_available{namespace="a",deployment="off"}': always(0),
    },
  },
  WorkloadIncomplete: {
    series: {
      'kube_deployment_spec_replicas{namespace="a",deployment="binder"}': always(2),
      'kube_deployment_status_replicas_available{namespace="a",deployment="binder"}': gauge(2, 1),
    },
  },
  DaemonSetIncomplete: {
    series: { 'kube_daemonset_status_number_unavailable{namespace="a",daemonset="cryptnono"}': gauge(0, 1) },
  },
  StatefulSetIncomplete: {
    series: {
      'kube_statefulset_replicas{namespace="a",statefulset="db"}': always(1),
      'kube_statefulset_status_replicas_ready{namespace="a",statefulset="db"}': gauge(1, 0),
    },
  },
  PodStuckPending: {
    series: {
      'kube_pod_status_phase{namespace="a",pod="jupyter-1",phase="Pending"}': gauge(0, 1),
      'kube_pod_status_phase{namespace="a",pod="user-placeholder-0",phase="Pending"}': always(1),
    },
  },
  PodStuckTerminating: {
    series: { 'kube_pod_deletion_timestamp{namespace="a",pod="jupyter-1"}': ahead(0, -7200) },
  },
  FinishedPodsPileUp: {
    series: { 'kube_pod_status_phase{namespace="a",pod="build-1",phase="Succeeded"}': gauge(1, 200) },
    steps: 90,
  },
  PodCrashLooping: {
    series: {
      [`kube_pod_container_status_waiting_reason{${pod(',reason="CrashLoopBackOff"')}}`]: gauge(undefined, 1),
    },
  },
  ImagePullFailing: {
    series: {
      [`kube_pod_container_status_waiting_reason{${pod(',reason="ImagePullBackOff"')}}`]: gauge(undefined, 1),
    },
  },
  SystemPodOutOfMemory: {
    // the reason stays for good, the restarts do not go on
    series: {
      [`kube_pod_container_status_last_terminated_reason{${pod(',reason="OOMKilled"')}}`]: always(1),
      [`kube_pod_container_status_restarts_total{${pod("")}}`]: counter(0, 0.1),
    },
  },
  NodeJanitorFailing: { series: { 'node_janitor_failed_rounds_total{pod="a"}': counter(0, 3) } },
  NodeNotReady: {
    series: { 'kube_node_status_condition{node="n1",condition="Ready",status="true"}': gauge(1, 0) },
  },
  NodeUnderPressure: {
    series: { 'kube_node_status_condition{node="n1",condition="DiskPressure",status="true"}': gauge(0, 1) },
  },
  NodeCordoned: { series: { 'kube_node_spec_unschedulable{node="n1"}': gauge(0, 1) }, every: 60, steps: 30 },
  NodePodsNearlyUsed: {
    series: {
      'kube_pod_info{namespace="a",pod="x",node="n1"}': always(1),
      'kube_pod_info{namespace="a",pod="y",node="n1"}': always(1),
      'kube_pod_status_phase{namespace="a",pod="x",phase="Running"}': always(1),
      'kube_pod_status_phase{namespace="a",pod="y",phase="Running"}': gauge(0, 1),
      'kube_node_status_allocatable{node="n1",resource="pods"}': always(2),
    },
  },
  MemoryNearlyUsed: {
    series: {
      'node_memory_MemAvailable_bytes{node="n1",instance="a"}': gauge(50, 4),
      'node_memory_MemTotal_bytes{node="n1",instance="a"}': always(100),
    },
  },
  DiskNearlyFull: {
    series: {
      [`node_filesystem_avail_bytes{${disk}}`]: gauge(50, 10),
      [`node_filesystem_size_bytes{${disk}}`]: always(100),
    },
  },
  DiskFull: {
    series: {
      [`node_filesystem_avail_bytes{${disk}}`]: gauge(50, 4),
      [`node_filesystem_size_bytes{${disk}}`]: always(100),
    },
  },
  InodesNearlyUsed: {
    series: {
      [`node_filesystem_files_free{${disk}}`]: gauge(50, 5),
      [`node_filesystem_files{${disk}}`]: always(100),
    },
  },
  VolumeNearlyFull: {
    series: {
      'kubelet_volume_stats_available_bytes{persistentvolumeclaim="hub-db-dir"}': gauge(50, 5),
      'kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="hub-db-dir"}': always(100),
    },
  },
  ImagePullsSlow: {
    series: histogram("kubelet_image_pull_duration_seconds", 'instance="n1",image_size_in_bytes="1GB-5GB"', [
      "60",
      "600",
    ]),
    steps: 150,
  },
  InotifyLimitLow: { series: { 'node_sysctl_fs_inotify_max_user_instances{node="n1"}': gauge(8192, 128) } },
  SwapOn: { series: { 'node_memory_SwapTotal_bytes{node="n1"}': gauge(0, 4e9) } },
  ClockWrong: { series: { 'node_timex_sync_status{node="n1"}': gauge(1, 0) }, steps: 90 },
  HarborUnwell: { series: { 'harbor_up{component="core"}': gauge(1, 0) } },
  HarborSilent: { series: { 'up{job="harbor-exporter",instance="a"}': gauge(1, 0) } },
  RegistryQuotaNearlyUsed: {
    series: {
      'harbor_project_quota_usage_byte{project_name="mybinder"}': gauge(50, 95),
      'harbor_project_quota_byte{project_name="mybinder"}': always(100),
      'harbor_project_quota_usage_byte{project_name="unbounded"}': always(50),
      'harbor_project_quota_byte{project_name="unbounded"}': always(-1),
    },
    steps: 90,
  },
  RegistryGarbageStale: weekly("GARBAGE_COLLECTION"),
  RegistryRetentionStale: weekly("RETENTION"),
  HarborSetupFailing: {
    series: { 'kube_cronjob_status_last_successful_time{cronjob="harbor-apply"}': lastDone() },
    every: 10,
    steps: 40,
  },
  HarborPruneFailing: {
    // it never succeeded: its age counts
    series: { 'kube_cronjob_created{cronjob="harbor-prune"}': lastDone() },
    every: 360,
    steps: 60,
  },
  RegistryPushSlow: {
    series: histogram("registry_http_request_duration_seconds", 'handler="blob_upload",method="put"', [
      "2",
      "30",
    ]),
    steps: 150,
  },
  RegistryFailing: {
    series: {
      'registry_http_requests_total{handler="blob",method="get",code="200"}': counter(10, 9),
      'registry_http_requests_total{handler="blob",method="get",code="500"}': counter(0, 1),
    },
  },
  IngressFailing: {
    series: {
      'traefik_entrypoint_requests_total{entrypoint="websecure",code="200"}': counter(100, 80),
      'traefik_entrypoint_requests_total{entrypoint="websecure",code="502"}': counter(1, 20),
    },
  },
  IngressSilent: { series: { traefik_config_last_reload_success: gauge(1, undefined) } },
  CertificateNotReady: {
    series: {
      'certmanager_certificate_ready_status{name="tls",namespace="a",condition="False"}': gauge(0, 1),
    },
    steps: 90,
  },
  CertificateEndsSoon: { series: ends([80 * DAY, 50 * DAY], [19 * DAY, -11 * DAY]), steps: 90 },
  CertificateEnds: { series: ends([19 * DAY, -11 * DAY], [3 * DAY, -27 * DAY]) },
  CertificateIssuerNotReady: {
    series: {
      'certmanager_clusterissuer_ready_status{name="letsencrypt-prod",condition="False"}': gauge(0, 1),
    },
  },
  CertManagerSilent: {
    series: { 'certmanager_clusterissuer_ready_status{name="a",condition="True"}': gauge(1, undefined) },
  },
  ClientCertificateEnds: {
    series: { 'apiserver_client_certificate_expiration_seconds_bucket{le="604800.0"}': counter(0, 1) },
    steps: 90,
  },
  ReleaseStuck: {
    series: {
      'kube_secret_labels{namespace="a",secret="sh.helm.release.v1.a.v2",label_owner="helm",label_name="a",label_status="pending-upgrade"}':
        gauge(undefined, 1),
      'kube_secret_labels{namespace="a",secret="sh.helm.release.v1.a.v1",label_owner="helm",label_name="a",label_status="deployed"}':
        always(1),
    },
  },
  CryptnonoKillsMany: {
    series: { 'cryptnono_execwhacker_processes_killed_total{source="exec",pod="a"}': counter(0.1, 1) },
    steps: 120,
  },
  CryptnonoFails: {
    series: { 'cryptnono_execwhacker_unexpected_errors_total{pod="a"}': counter(0, 1) },
    steps: 120,
  },
  CryptnonoSilent: {
    series: { 'cryptnono_execwhacker_processes_checked_total{pod="a"}': gauge(1, undefined) },
    steps: 90,
  },
  ProcessScannerLimited: {
    series: { 'process_scanner_outcomes_total{outcome="limited",node="n1"}': counter(0, 1) },
    steps: 120,
  },
  ProcessScannerStale: {
    series: { 'process_scanner_last_success_timestamp_seconds{node="n1"}': lastDone() },
    steps: 90,
  },
  LogStoreSilent: { series: { 'vl_storage_is_read_only{node="n1"}': gauge(0, undefined) } },
  LogStoreReadOnly: { series: { 'vl_storage_is_read_only{node="n1"}': gauge(0, 1) } },
  LogStoreNearlyFull: {
    series: {
      'vl_data_size_bytes{type="storage"}': gauge(50, 90),
      'vl_data_size_bytes{type="indexdb"}': always(5),
      'vl_max_disk_space_usage_bytes{path="/data"}': always(100),
    },
    steps: 120,
  },
  LogCollectorSilent: {
    series: { 'vl_rows_ingested_total{type="kubernetes_logs",node="n1"}': counter(10, 0) },
    steps: 90,
  },
  LogsNotSent: {
    series: { 'vlagent_remotewrite_pending_data_bytes{node="n1",url="1:secret-url"}': gauge(0, 2e8) },
  },
  LogsLost: {
    series: {
      'vm_persistentqueue_bytes_dropped_total{node="n1"}': counter(0, 1e6),
      'vl_rows_dropped_total{reason="too_small_timestamp"}': counter(1, 1),
    },
    steps: 120,
  },
  ProcessScannerPatternSlow: {
    series: { 'process_scanner_slow_texts_total{node="n1"}': counter(0, 1) },
    steps: 120,
  },
  TargetDown: {
    series: {
      'up{job="kubernetes-pods",instance="a"}': gauge(1, 0),
      'up{job="kubernetes-pods",instance="b"}': always(1),
    },
  },
  RuleFails: { series: { 'prometheus_rule_evaluation_failures_total{rule_group="nodes"}': counter(0, 1) } },
  RulesLate: {
    series: { 'prometheus_rule_group_iterations_missed_total{rule_group="nodes"}': counter(0, 1) },
  },
  PrometheusConfigurationRefused: { series: { prometheus_config_last_reload_successful: gauge(1, 0) } },
  PrometheusStorageNearlyUsed: {
    series: {
      'prometheus_tsdb_storage_blocks_bytes{instance="a"}': gauge(50, 99),
      'prometheus_tsdb_retention_limit_bytes{instance="a"}': always(100),
      'prometheus_tsdb_size_retentions_total{instance="a"}': always(3),
    },
    steps: 90,
  },
  PrometheusMemoryNearlyUsed: {
    series: {
      'container_memory_working_set_bytes{pod="p",container="prometheus-server"}': gauge(50, 95),
      'kube_pod_container_resource_limits{pod="p",container="prometheus-server",resource="memory"}':
        always(100),
    },
  },
  AlertsNotSent: {
    series: { 'prometheus_notifications_alertmanagers_discovered{instance="a"}': gauge(1, 0) },
  },
  NotificationsFail: {
    series: {
      'alertmanager_notifications_total{integration="webhook",instance="a"}': counter(1, 1),
      'alertmanager_notifications_failed_total{integration="webhook",instance="a"}': counter(0, 1),
    },
  },
  AlertmanagerConfigurationRefused: { series: { alertmanager_config_last_reload_successful: gauge(1, 0) } },
  AlertmanagerSilent: { series: { 'alertmanager_build_info{version="1"}': gauge(1, undefined) } },
  SilenceForAWeek: {
    series: { 'alertmanager_silences{state="active"}': gauge(0, 1) },
    every: 120,
    steps: 100,
  },
};
