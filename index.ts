import { resolve } from "node:path";
import { prepareChart, prepareMetaChart } from "./charts/metaChart";
import { certManager } from "./charts/versions";
import { Certificates } from "./components/certificates";
import { stackCluster } from "./components/cluster";
import { clusterProvider } from "./components/cluster/provider";
import { loadStack, orRunError, secretReader } from "./components/config";
import { stackDns } from "./components/dns";
import { federationProxy } from "./components/federationProxy";
import { googleServices } from "./components/google";
import { Guard } from "./components/guard";
import { MetaChart, metaChartArgs } from "./components/metaChart";
import { Registry } from "./components/registry";
import { stackSecrets } from "./components/secrets";
import { upgrades } from "./components/upgradeController";
import { environment } from "./environment";
import { publicRoutes } from "./model/member/routes";

// Pulumi starts the program, and the providers' plugins, in program/.
const root = resolve("..");
const env = environment();
const source = { cache: env.chartCache, helm: env.helm };

const stack = loadStack(root);
const { name, config } = stack;
const secrets = stackSecrets(name, config, secretReader(root), {});
const cluster = stackCluster(stack, secrets, env);
const { given, kept } = secrets;
const registry = new Registry("registry", { stack, given }, { protect: config.protect });

const provider = clusterProvider(name, cluster);
const inCluster = { providers: { kubernetes: provider } };

const google = googleServices(config);
const upgrade = upgrades(config.cluster, inCluster);

const issuer = orRunError(() => prepareChart(root, certManager, source));
const issuing = { chart: issuer, config: config.certificates, given };
const certificates = new Certificates("certificates", issuing, inCluster);

const chart = orRunError(() => prepareMetaChart(root, source));
const metaChart = new MetaChart("mybinder", metaChartArgs(stack, chart, secrets, registry.values), {
  ...inCluster,
  dependsOn: [certificates],
});
const proxy = federationProxy(stack, metaChart.namespace, inCluster);
const { records, zone } = stackDns(config, cluster);

new Guard(`everything-of-${name}`, {
  protect: config.protect,
  everything: [...kept, ...cluster.parts, registry, google, upgrade, certificates, metaChart, proxy, zone],
});

export const hosts = publicRoutes(name, config);
export const dnsRecords = records;
export const launchQuota = stack.member?.launchQuota;
export const namespace = metaChart.namespace;
export const registryGuests = registry.guests;
export const status = metaChart.status;
