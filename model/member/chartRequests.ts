import type { Values } from "../schema/plain/mergeValues";

/**
 * Replicas and resources from charts/mybinder/values.yaml, as far as capacity counts them. Reading that file would take
 * longer than the rest of the model. test/chart/requests.test.ts compares this copy with the file, and the sums with the
 * rendered charts.
 */
export const CHART_REQUESTS: Values = {
  federationProxy: {
    replicas: 2,
    resources: resources("50m", "64Mi", "1", "256Mi"),
    agent: { resources: resources("20m", "128Mi", "500m", "256Mi") },
  },
  syntheticLauncher: { resources: resources("10m", "96Mi", "200m", "192Mi") },
  blackboxExporter: { resources: resources("10m", "32Mi", "200m", "128Mi") },
  archivePublisher: { resources: resources("10m", "96Mi", "500m", "256Mi") },
  backup: { resources: resources("10m", "128Mi", "1", "512Mi") },
  logs: {
    store: { resources: resources("50m", "256Mi", "1", "512Mi") },
    collector: { resources: resources("20m", "64Mi", "500m", "192Mi") },
  },
  banKeeper: { replicas: 2, resources: resources("10m", "64Mi", "200m", "128Mi") },
  nodeJanitor: { resources: resources("10m", "64Mi", "200m", "128Mi") },
  buildPruner: { resources: resources("10m", "64Mi", "200m", "192Mi") },
  processScanner: { resources: resources("10m", "64Mi", "200m", "192Mi") },
  binderhub: {
    replicas: 2,
    resources: resources("250m", "1Gi", "2", "1Gi"),
    config: {
      KubernetesBuildExecutor: {
        resources: resources("100m", "2G", "1", "2G", { "ephemeral-storage": "2G" }),
      },
    },
    dind: { resources: resources("500m", "1Gi", "4", "4Gi") },
    jupyterhub: {
      hub: { resources: resources("250m", "1Gi", "2", "1Gi") },
      proxy: { chp: { resources: resources("100m", "320Mi", "500m", "320Mi") } },
      scheduling: { userScheduler: { resources: resources("30m", "128Mi", "500m", "512Mi") } },
    },
  },
  traefik: { deployment: { replicas: 2 }, resources: resources("100m", "512Mi", "2", "4Gi") },
  prometheus: {
    server: { resources: resources("100m", "512Mi", "2", "4Gi") },
    alertmanager: {
      resources: resources("10m", "64Mi", "200m", "128Mi"),
      configmapReload: { resources: resources("10m", "16Mi", "100m", "64Mi") },
    },
  },
  grafana: { resources: resources("10m", "256Mi", "250m", "256Mi") },
  harborSetup: { resources: resources("10m", "64Mi", "500m", "256Mi") },
};

function resources(
  cpu: string,
  memory: string,
  cpuLimit: string,
  memoryLimit: string,
  more: Values = {},
): Values {
  return { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory: memoryLimit, ...more } };
}
