import type { LiveValues } from "../livePlaces";
import { type Reviewed, SCANNER } from "./lost";

/** Objects of the former release. */
export interface ReviewedObject extends Reviewed {
  /** `Kind/name`; `STACK` is the stack. */
  readonly objects: readonly string[];
  /** Whether it holds for a release with these values; not set: for each. */
  readonly where?: (live: LiveValues) => boolean;
}

export const reviewedObjects: readonly ReviewedObject[] = [
  {
    objects: [
      ...["ConfigMap", "Deployment", "Service", "Ingress", "PodDisruptionBudget"].map(
        (kind) => `${kind}/federation-redirect`,
      ),
      "ConfigMap/redirector-config",
      ...["Deployment", "Service", "Ingress", "PodDisruptionBudget"].map((kind) => `${kind}/redirector`),
      ...[
        "ConfigMap/static-config",
        "ConfigMap/static-files",
        "Deployment/static",
        "Service/static",
        "Ingress/static",
      ],
      ...["ConfigMap/gcs-proxy-config", "Deployment/gcs-proxy", "Service/gcs-proxy", "Ingress/gcs-proxy"],
      "PodDisruptionBudget/gcs-proxy",
      ...[
        "ConfigMap/proxy-help-config",
        "ConfigMap/proxy-html-files",
        "ConfigMap/proxy-patches-nginx-config",
      ],
      ...["Deployment/proxy-patches", "Service/proxy-patches", "PodDisruptionBudget/proxy-patches"],
    ],
    by: "HAProxy: Deployment, Service and Ingress federation-proxy",
  },
  {
    objects: [
      "CronJob/build-cache-prune",
      ...["DaemonSet", "ServiceAccount", "ClusterRole", "ClusterRoleBinding"].map(
        (kind) => `${kind}/STACK-image-cleaner`,
      ),
    ],
    by: "a container beside the Docker daemon of each node that builds (buildPruner)",
  },
  { objects: ["IngressClass/STACK-traefik"], by: "IngressClass traefik, which every Ingress names" },
  {
    objects: ["PodDisruptionBudget/prometheus", "PodDisruptionBudget/grafana"],
    by: "one whose labels are those of the pods",
  },
  {
    objects: ["Pod/STACK-grafana-test", "ConfigMap/STACK-grafana-test", "ServiceAccount/STACK-grafana-test"],
    by: "nothing: a test of Grafana's chart, which no deploy runs",
  },
  {
    objects: ["HorizontalPodAutoscaler/binder", "NetworkPolicy/binder-users"],
    where: withoutBinderHub,
    by: "nothing: there is no BinderHub in the release that they could act on",
  },
  {
    objects: ["ConfigMap", "Deployment", "Role", "RoleBinding", "ServiceAccount"].map(
      (kind) => `${kind}/STACK-k8s-log-alerter-zulip`,
    ),
    where: withoutBinderHub,
    by: "nothing: cryptnono, whose log it reads, does not run without a BinderHub",
  },
  {
    objects: [
      ...["DaemonSet", "Role", "RoleBinding", "ServiceAccount"].map((kind) => `${kind}/minesweeper`),
      ...["ConfigMap/minesweeper-config", "ConfigMap/minesweeper-src"],
    ],
    ...SCANNER,
  },
  {
    objects: ["DaemonSet/pod-logs", "ConfigMap/pod-logs-config"],
    by: "DaemonSet log-collector and the store of logs (docs/logs.md), unless mybinder:logs.enabled is false",
  },
  {
    objects: [
      ...["Deployment/analytics-publisher", "ConfigMap/analytics-publisher"],
      ...["Secret/analytics-publisher-secrets", "PodDisruptionBudget/events-archiver"],
    ],
    by: "Deployment archive-publisher, where the stack file has mybinder:archivePublisher",
  },
];

function withoutBinderHub(live: LiveValues): boolean {
  return live["binderhubEnabled"] === false;
}
