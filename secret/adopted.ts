import type { StackConfig } from "../model/schema/stack";
import { PROVIDERS } from "../model/federation/bans/list";
import { bansPath } from "./bans";

/** A key of a Secret in the stack's namespace; `STACK` in its name stands for the stack. */
export interface SecretPlace {
  readonly secret: string;
  readonly key: string;
}

/**
 * Where a release of the former script has a secret: in a Secret, or in the values it was given, at the first path that has
 * one, or in parts that become a map. Dots separate; `\\.` is a dot of a key.
 */
export type LivePlace =
  | SecretPlace
  | { readonly values: string | readonly string[] }
  | { readonly parts: Readonly<Record<string, string>> };

/** Where BinderHub has a setting: in its configuration, or in its environment. */
const binderhub = (setting: string, variable: string): LivePlace => ({
  values: [`binderhub.config.${setting}`, `binderhub.extraEnv.${variable}`],
});
const smtp = (name: string): [string, string] => [name, `grafana.grafana\\.ini.smtp.${name}`];

/**
 * Generated secrets that must not be replaced on a live release: Grafana, Harbor and its database take theirs at the
 * very first start only, Harbor has encrypted with its key, and sessions are bound to those of the hub. The others are
 * known to programs of one release alone, which all start again with the new values.
 * Names and keys are those that z2jh 4.2.0, Grafana's chart 10.5.15 and Harbor's chart 1.18.1 give.
 */
export const generatedPlaces: Readonly<Record<string, SecretPlace>> = {
  "hub-cookie-secret": { secret: "hub", key: "hub.config.JupyterHub.cookie_secret" },
  "proxy-token": { secret: "hub", key: "hub.config.ConfigurableHTTPProxy.auth_token" },
  "binder-token": { secret: "hub", key: "hub.services.binder.apiToken" },
  "grafana-admin": { secret: "STACK-grafana", key: "admin-password" },
  "harbor-admin": { secret: "STACK-harbor-core", key: "HARBOR_ADMIN_PASSWORD" },
  "harbor-key": { secret: "STACK-harbor-core", key: "secretKey" },
  "harbor-database": { secret: "STACK-harbor-database", key: "POSTGRES_PASSWORD" },
};

/** Given secrets that a live release has; the paths are those of the former chart. */
export const givenPlaces: Readonly<Record<string, LivePlace>> = {
  eventsServiceAccount: { secret: "events-archiver-secrets", key: "service-account.json" },
  archiveServiceAccount: { secret: "analytics-publisher-secrets", key: "service-account.json" },
  registryUsername: { values: "binderhub.registry.username" },
  registryPassword: { values: "binderhub.registry.password" },
  googleRegistryKey: { values: "binderhub.registry.password" },
  registryS3AccessKey: { values: "harbor.persistence.imageChartStorage.s3.accesskey" },
  registryS3SecretKey: { values: "harbor.persistence.imageChartStorage.s3.secretkey" },
  buildTokenSecret: binderhub("BinderHub.build_token_secret", "BINDERHUB_BUILD_TOKEN_SECRET"),
  githubClientId: binderhub("GitHubRepoProvider.client_id", "GITHUB_CLIENT_ID"),
  githubClientSecret: binderhub("GitHubRepoProvider.client_secret", "GITHUB_CLIENT_SECRET"),
  githubAccessToken: binderhub("GitHubRepoProvider.access_token", "GITHUB_ACCESS_TOKEN"),
  gitlabPrivateToken: binderhub("GitLabRepoProvider.private_token", "GITLAB_PRIVATE_TOKEN"),
  gitlabAccessToken: binderhub("GitLabRepoProvider.access_token", "GITLAB_ACCESS_TOKEN"),
  grafanaSmtp: {
    parts: Object.fromEntries(["host", "user", "password", "from_address", "from_name"].map(smtp)),
  },
  zulip: { values: "k8s-log-alerter-zulip.zulip" },
  bannedEgress: { values: "binderhub.networkPolicy.egress.bannedIps" },
  bannedIngress: { values: "binderhub.networkPolicy.ingress.bannedIps" },
  bannedSpecs: { parts: Object.fromEntries(PROVIDERS.map((one) => [one, bansPath(one)])) },
  cryptnonoRules: { values: "cryptnono.detectors.execwhacker.configs" },
};

/** The given secret that holds the values of generated ones which were taken over. */
export const ADOPTED_SECRETS = "adoptedSecrets";

/** Values of generated secrets, by key. */
export type AdoptedSecrets = Readonly<Record<string, string>>;

/** The value of a generated secret that was taken over; `undefined` when none was, or when it was rotated since. */
export function adoptedValue(
  adopted: AdoptedSecrets,
  key: string,
  { secretRotations }: StackConfig,
): string | undefined {
  return secretRotations[key] === undefined ? adopted[key] : undefined;
}
