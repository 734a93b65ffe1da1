import { keepsLogs, logBounds } from "../member/logs";
import { servesLaunches } from "../federation/federation";
import type { Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";
import { nodeSelector } from "./placement";
import { storageClass } from "./storageClass";

/** Annotations of user pods with the launch, which their logs carry. BinderHub itself gives the first one to build pods. */
export const LAUNCH_ANNOTATIONS = { repository: "binder-repo", client: "mybinder.org/client" } as const;

/** Fields of each line in the store, as the collector calls them. They tell one stream of lines from another. */
export const LOG_FIELDS = {
  namespace: "kubernetes.pod_namespace",
  pod: "kubernetes.pod_name",
  container: "kubernetes.container_name",
  repository: `kubernetes.pod_annotations.${LAUNCH_ANNOTATIONS.repository}`,
  client: `kubernetes.pod_annotations.${LAUNCH_ANNOTATIONS.client}`,
} as const;

/**
 * Part of the hub's configuration (Python). BinderHub gives the spawner what was launched and by whom, and the spawner tells it to
 * the container alone, as environment. Both have a value always: the collector trusts no line that brings a second one.
 */
export const LAUNCH_ANNOTATIONS_CONFIG = `def annotate_launch(spawner, pod):
    options = spawner.user_options or {}
    pod.metadata.annotations = {
        **(pod.metadata.annotations or {}),
        "${LAUNCH_ANNOTATIONS.repository}": options.get("binder_ref_url") or options.get("repo_url") or "unknown",
        "${LAUNCH_ANNOTATIONS.client}": options.get("binder_client_ip") or "unknown",
    }
    return pod

c.KubeSpawner.modify_pod_hook = annotate_launch
`;

/** Values of the store of logs and of what collects them, and of the hub that says whose they are. */
export function logsValues(stack: Stack): Values {
  const { config, pools } = stack;
  if (!keepsLogs(config)) return {};
  const { retentionDays, size, resources } = config.logs;
  return {
    logs: {
      enabled: true,
      nodeSelector: nodeSelector(stack, "core"),
      retentionDays,
      ...logBounds(config, pools),
      storage: { size, ...storageClass("storageClass", config.logs.storageClass) },
      ...(resources && { store: { resources } }),
    },
    ...(servesLaunches(config) && {
      binderhub: {
        jupyterhub: { hub: { extraConfig: { "10-launch-annotations": LAUNCH_ANNOTATIONS_CONFIG } } },
      },
    }),
  };
}
