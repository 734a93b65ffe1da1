import { resolve } from "node:path";
import { prepareChart, prepareMetaChart } from "./charts/metaChart";
import { certManager } from "./charts/versions";
import { Certificates } from "./components/certificates";
import { stackCluster } from "./components/cluster";
import { clusterProvider } from "./components/cluster/provider";
import { loadStack, orRunError, secretReader } from "./components/config";
import { FederationProxy } from "./components/federationProxy";
import { googleServices } from "./components/google";
import { Guard } from "./components/guard";
import { MetaChart } from "./components/metaChart";
import { Registry } from "./components/registry";
import { stackSecrets } from "./components/secrets";
import { upgrades } from "./components/upgradeController";
import { environment } from "./environment";
import { hasDnsBans } from "./model/federation/dnsBans";
import { wildcardCertificates } from "./model/member/certificates";
import { INGRESS_CLASS, publicRoutes } from "./model/member/routes";
import { stackValues } from "./model/values";

// Pulumi starts the program, and the providers' plugins, in program/.
const root = resolve("..");
const env = environment();
const source = { cache: env.chartCache, helm: env.helm };

const stack = loadStack(root);
const { name, config } = stack;
const secrets = stackSecrets(name, config, secretReader(root), {});
const cluster = stackCluster(stack, secrets, env);
const registry = new Registry("registry", { stack, given: secrets.given }, { protect: config.protect });

const provider = clusterProvider(name, cluster);
const inCluster = { providers: { kubernetes: provider } };

const google = googleServices(config);
const upgradeController = upgrades(config.cluster, inCluster);

const certificates = new Certificates(
  "certificates",
  {
    chart: orRunError(() => prepareChart(root, certManager, source)),
    config: config.certificates,
    ingressClass: INGRESS_CLASS,
    given: secrets.given,
  },
  inCluster,
);

const metaChart = new MetaChart(
  "mybinder",
  {
    release: name,
    chart: orRunError(() => prepareMetaChart(root, source)),
    values: stackValues(stack),
    secretValues: [secrets.values, registry.values],
    certificates: wildcardCertificates(config),
    eventsServiceAccount: secrets.given.get("eventsServiceAccount"),
    bans: { list: secrets.given.get("bans"), flows: stack.member !== undefined, dns: hasDnsBans(stack) },
    protect: config.protect,
  },
  { ...inCluster, dependsOn: [certificates] },
);

const proxy =
  stack.federation &&
  new FederationProxy(
    "federation",
    { namespace: metaChart.namespace, traffic: stack.federation.traffic },
    inCluster,
  );

new Guard(`everything-of-${name}`, {
  protect: config.protect,
  everything: [
    ...secrets.kept,
    ...cluster.parts,
    registry,
    google,
    upgradeController,
    certificates,
    metaChart,
    proxy,
  ],
});

export const hosts = publicRoutes(name, config);
export const launchQuota = stack.member?.launchQuota;
export const namespace = metaChart.namespace;
export const registryGuests = registry.guests;
export const status = metaChart.status;
