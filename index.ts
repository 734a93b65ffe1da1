import { prepareChart, prepareMetaChart } from "./charts/metaChart";
import { certManager } from "./charts/versions";
import { Certificates } from "./components/certificates";
import { stackCluster } from "./components/cluster";
import { clusterProvider } from "./components/cluster/provider";
import { loadStack, orRunError, readSecret } from "./components/config";
import { FederationProxy } from "./components/federationProxy";
import { googleServices } from "./components/google";
import { MetaChart } from "./components/metaChart";
import { stackSecrets } from "./components/secrets";
import { upgrades } from "./components/upgradeController";
import { environment } from "./model/environment";
import { stackValues } from "./model/values";

const root = process.cwd();
const env = environment();
const source = { cache: env.chartCache, helm: env.helm };

const stack = loadStack(root);
const { name, config } = stack;
const secrets = stackSecrets(name, config, readSecret, {});
const cluster = stackCluster(stack, secrets, env);

const provider = clusterProvider(name, cluster);

googleServices(config);
upgrades(config.cluster, { providers: { kubernetes: provider } });

const certificates = new Certificates(
  "certificates",
  {
    chart: orRunError(() => prepareChart(root, certManager, source)),
    email: config.certificates.email,
    defaultIssuer: config.certificates.issuer,
    ingressClass: "traefik",
  },
  { providers: { kubernetes: provider } },
);

const metaChart = new MetaChart(
  "mybinder",
  {
    release: name,
    chart: orRunError(() => prepareMetaChart(root, source)),
    values: stackValues(stack),
    secretValues: secrets.values,
    eventsServiceAccount: secrets.given.get("eventsServiceAccount"),
    protect: config.protect,
  },
  { providers: { kubernetes: provider }, dependsOn: [certificates] },
);

if (stack.federation) {
  new FederationProxy(
    "federation",
    { namespace: metaChart.namespace, traffic: stack.federation.traffic },
    { providers: { kubernetes: provider } },
  );
}

export const hosts = stack.hosts;
export const launchQuota = stack.member?.launchQuota;
export const namespace = metaChart.namespace;
export const status = metaChart.status;
