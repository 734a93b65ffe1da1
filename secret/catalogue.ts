import type { StackConfig } from "../model/schema";
import { always, harbor, monitored, overSsh, pushes, sendsEvents, serves, unmanaged } from "./needs";
import type { GeneratedSecret, Secret } from "./types";

/** A service account key of the right shape and no worth. */
const PLACEHOLDER_ACCOUNT = JSON.stringify({ type: "service_account", project_id: "placeholder" });

/** Every secret of the deployment. The program, the rehearsal and the documentation read this list. */
export const catalogue: readonly Secret[] = [
  {
    key: "kubeconfig",
    source: "given",
    purpose: "administrator's access to a cluster that is not managed here",
    values: [],
    neededBy: unmanaged,
    optional: ({ cluster }) => cluster.kind === "existing", // MYBINDER_KUBECONFIG does as well
    placeholder: "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n",
  },
  {
    key: "sshPrivateKey",
    source: "given",
    purpose: "private key (OpenSSH) of root on the K3s machine",
    values: [],
    neededBy: overSsh,
    placeholder: "placeholder-ssh-private-key",
  },
  {
    key: "registryUsername",
    source: "given",
    purpose: "robot account that pushes built images",
    values: ["binderhub.registry.username", "binderhub.jupyterhub.imagePullSecret.username"],
    neededBy: pushes,
    placeholder: "robot$mybinder-builds+placeholder",
  },
  {
    key: "registryPassword",
    source: "given",
    purpose: "password of the robot account that pushes built images",
    values: ["binderhub.registry.password", "binderhub.jupyterhub.imagePullSecret.password"],
    neededBy: pushes,
    placeholder: "placeholder-registry-password",
  },
  {
    key: "eventsServiceAccount",
    source: "given",
    purpose: "Google service account key (JSON) that writes launch events",
    values: [],
    neededBy: sendsEvents,
    placeholder: PLACEHOLDER_ACCOUNT,
  },
  {
    key: "registryS3AccessKey",
    source: "given",
    purpose: "access key of the bucket that holds Harbor's images",
    values: ["harbor.persistence.imageChartStorage.s3.accesskey"],
    neededBy: harbor,
    placeholder: "PLACEHOLDERACCESSKEY",
  },
  {
    key: "registryS3SecretKey",
    source: "given",
    purpose: "secret key of the bucket that holds Harbor's images",
    values: ["harbor.persistence.imageChartStorage.s3.secretkey"],
    neededBy: harbor,
    placeholder: "placeholder-s3-secret-key",
  },
  {
    key: "zulip",
    source: "given",
    optional: always,
    format: "yaml",
    purpose: "Zulip bot (bot_email, bot_key, channel) that reports killed pods; without it none is reported",
    values: ["k8s-log-alerter-zulip.zulip"],
    enables: "k8s-log-alerter-zulip.enabled",
    neededBy: serves,
    placeholder: "{bot_email: bot@example.org, bot_key: placeholder, channel: mybinder}",
  },
  {
    key: "bannedEgress",
    source: "given",
    optional: always,
    format: "yaml",
    purpose: "named lists of addresses that user pods must not reach",
    values: ["networkPolicy.egress.bannedIps"],
    neededBy: serves,
    placeholder: "{placeholder: [192.0.2.1, 198.51.100.0/24]}",
  },
  {
    key: "bannedIngress",
    source: "given",
    optional: always,
    format: "yaml",
    purpose: "list of addresses that must not reach us",
    values: ["networkPolicy.ingress.bannedIps"],
    neededBy: () => true,
    placeholder: "[192.0.2.2]",
  },
  {
    key: "bannedSpecs",
    source: "given",
    optional: always,
    format: "yaml",
    purpose: "list of patterns of GitHub repositories that are refused",
    values: ["binderhub.config.GitHubRepoProvider.banned_specs"],
    neededBy: serves,
    placeholder: '["^placeholder/.*"]',
  },
  generated(
    "hub-cookie-secret",
    "signs JupyterHub's cookies",
    "binderhub.jupyterhub.hub.cookieSecret",
    serves,
    "hex",
    32,
  ),
  generated(
    "proxy-token",
    "JupyterHub's access to its proxy",
    "binderhub.jupyterhub.proxy.secretToken",
    serves,
    "hex",
    32,
  ),
  generated(
    "binder-token",
    "BinderHub's access to JupyterHub",
    "binderhub.jupyterhub.hub.services.binder.apiToken",
    serves,
    "hex",
    32,
  ),
  generated(
    "grafana-admin",
    "Grafana's administrator",
    "grafana.adminPassword",
    monitored,
    "alphanumeric",
    32,
  ),
  generated(
    "harbor-admin",
    "Harbor's administrator",
    "harbor.harborAdminPassword",
    harbor,
    "alphanumeric",
    32,
  ),
  generated(
    "harbor-core",
    "Harbor core's access to its parts",
    "harbor.core.secret",
    harbor,
    "alphanumeric",
    16,
  ),
  generated("harbor-xsrf", "signs Harbor's forms", "harbor.core.xsrfKey", harbor, "alphanumeric", 32),
  generated(
    "harbor-key",
    "encrypts Harbor's stored passwords",
    "harbor.secretKey",
    harbor,
    "alphanumeric",
    16,
  ),
  generated(
    "harbor-jobservice",
    "Harbor job service's access to core",
    "harbor.jobservice.secret",
    harbor,
    "alphanumeric",
    16,
  ),
  generated(
    "harbor-registry",
    "signs Harbor registry's uploads",
    "harbor.registry.secret",
    harbor,
    "alphanumeric",
    16,
  ),
  generated(
    "harbor-database",
    "Harbor's database",
    "harbor.database.internal.password",
    harbor,
    "alphanumeric",
    32,
  ),
];

/** The secrets that a stack with this configuration uses. */
export function secretsOf(config: StackConfig): Secret[] {
  return catalogue.filter((secret) => secret.neededBy(config));
}

/** The config keys that hold secrets, and so never public configuration. */
export const secretKeys: ReadonlySet<string> = new Set(
  catalogue.filter(({ source }) => source === "given").map(({ key }) => key),
);

function generated(
  key: string,
  purpose: string,
  path: string,
  neededBy: (config: StackConfig) => boolean,
  shape: "hex" | "alphanumeric",
  length: number,
): GeneratedSecret {
  return { key, source: "generated", purpose, values: [path], neededBy, shape, length };
}
