import { dashboardsOf } from "../dashboards";
import { hasDnsBans } from "../federation/dnsBans";
import type { Stack } from "../stack/config";
import { answersForFederation } from "../federation/federation";
import { urlsOf } from "../member/hosts";
import type { Values } from "../schema/plain/mergeValues";
import { hasSeveralNodes } from "../cluster/scheduling";
import { redirectModules } from "./probes";
import { traefikValues } from "./traefik";
import { ingressTls, nodeSelector } from "./placement";
import { otherMembers, prometheusValues } from "./prometheus";
import { storageClass } from "./storageClass";

/** Values of every stack: entrypoint, monitoring, the janitor of nodes and the hosts of badges. */
export function commonValues(stack: Stack): Values {
  const { config, hosts } = stack;
  return {
    clusterEntrypoint: { annotations: entrypointAnnotations(stack) },
    traefik: {
      deployment: { replicas: 2 },
      nodeSelector: nodeSelector(stack, "core"),
      ...traefikValues(stack),
    },
    federationProxy: {
      nodeSelector: nodeSelector(stack, "core"),
      badges: { hosts: hosts.static, tls: ingressTls(stack, "static") },
    },
    blackboxExporter: {
      enabled: config.monitoring.enabled,
      nodeSelector: nodeSelector(stack, "core"),
      modules: redirectModules(stack.probed),
    },
    banKeeper: { nodeSelector: nodeSelector(stack, "core"), dns: hasDnsBans(stack) },
    nodeJanitor: { enabled: hasSeveralNodes(stack.pools), nodeSelector: nodeSelector(stack, "core") },
    ...(config.monitoring.enabled
      ? { ...prometheusValues(stack), grafana: grafana(stack), dashboards: dashboardFiles(stack) }
      : { prometheus: { enabled: false }, grafana: { enabled: false } }),
    "k8s-log-alerter-zulip": { enabled: false },
  };
}

/** Compact: a release has 1 MiB for all its values and objects. */
function dashboardFiles(stack: Stack): Values {
  const texts = Object.entries(dashboardsOf(stack)).map(([uid, one]) => [uid, JSON.stringify(one)]);
  return Object.fromEntries(texts) as Values;
}

function entrypointAnnotations({ config: { cluster } }: Stack): Record<string, string> {
  if (cluster.kind !== "gke" || cluster.entrypointAddress === undefined) return {};
  return {
    "cloud.google.com/l4-rbs": "enabled",
    "networking.gke.io/load-balancer-ip-addresses": cluster.entrypointAddress,
  };
}

function grafana(stack: Stack): Values {
  const { hosts, config } = stack;
  return {
    enabled: true,
    nodeSelector: nodeSelector(stack, "core"),
    persistence: storageClass("storageClassName", config.monitoring.storageClass),
    ingress: { hosts: hosts.grafana, tls: ingressTls(stack, "grafana") },
    datasources: { "datasources.yaml": { apiVersion: 1, datasources: dataSources(stack) } },
  };
}

/** Names of the data sources of a stack's Grafana. */
export function dataSourceNames(stack: Stack): string[] {
  return dataSources(stack).map(({ name }) => String(name));
}

/**
 * The stack's own Prometheus and, on a proxy, one of every member, named after it unless its entry says otherwise. Grafana
 * finds a data source by its name and writes the uid that it is told: without one, a live source keeps its own.
 */
function dataSources(stack: Stack): Values[] {
  const { config } = stack;
  const source = (url: string | undefined, isDefault: boolean, as: Values): Values => {
    return { ...as, orgId: 1, type: "prometheus", url, isDefault, editable: false };
  };
  const uid = config.monitoring.dataSourceUid;
  const entries = answersForFederation(config) ? config.federation.members : [];
  const members = otherMembers(stack).filter(({ prometheusUrl }) => prometheusUrl !== undefined);
  return [
    source(urlsOf(config, stack.hosts).prometheus, true, {
      name: "prometheus",
      ...(uid !== undefined && { uid }),
    }),
    ...members.map(({ name, prometheusUrl }) => {
      const as = entries.find((entry) => entry.name === name)?.dataSource;
      return source(prometheusUrl, false, { name: as?.name ?? name, uid: as?.uid ?? name });
    }),
  ];
}
