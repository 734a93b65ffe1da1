import { usesProvider } from "../model/member/certificates";
import { usesHelper } from "../model/schema/registry";
import type { StackConfig } from "../model/schema/stack";

/** Which stacks use a secret. */
export type Need = (config: StackConfig) => boolean;

/** Serves launches. */
export const serves: Need = (config) => config.role !== "proxy";
/** Serves launches that pages of other members ask for. */
export const federated: Need = (config) =>
  config.role === "member" || (config.role === "both" && config.federation.members.length > 1);
/** Serves launches that its own pages alone ask for. */
export const alone: Need = (config) => config.role === "both" && !federated(config);
/** Runs a Harbor of its own. */
export const harbor: Need = (config) => config.role !== "proxy" && config.registry.kind === "harbor";
/** Pushes images to a registry elsewhere, with an account that was made there. */
export const pushes: Need = (config) =>
  config.role !== "proxy" && config.registry.kind === "external" && config.registry.login === "account";
/** Pushes images to a registry elsewhere with short-lived credentials. */
export const helped: Need = (config) => config.role !== "proxy" && usesHelper(config.registry);
/** Pushes images to Google's Artifact Registry. */
export const google: Need = (config) =>
  config.role !== "proxy" && config.registry.kind === "googleArtifactRegistry";
/** Has a key for the mirrors of its Harbor. */
export const mirrors: Need = (config) =>
  config.role !== "proxy" && config.registry.kind === "harbor" && config.registry.mirrorKey !== undefined;
/** Runs Prometheus and Grafana. */
export const monitored: Need = (config) => config.monitoring.enabled;
export const always = (): boolean => true;
/** Has a cluster that is described here, but not managed. */
export const unmanaged: Need = ({ cluster }) => cluster.kind === "existing" || !cluster.managed;
/** Has a machine that is managed over SSH. */
export const overSsh: Need = ({ cluster }) => cluster.kind === "k3s" && cluster.managed;
/** Has a machine that is managed over SSH and copies the snapshots of its datastore to a bucket. */
export const copiesSnapshots: Need = ({ cluster }) =>
  cluster.kind === "k3s" && cluster.managed && cluster.snapshots.s3 !== undefined;
/** Has a machine that the program makes. */
export const makesMachine: Need = ({ cluster }) =>
  cluster.kind === "k3s" && cluster.managed && cluster.googleVm !== undefined;
/** Sends launch events to Google. */
export const sendsEvents: Need = (config) => config.role !== "proxy" && config.binder.events;
/** Tells somebody what fires: who that is. */
export const alerts = {
  webhook: ({ monitoring, alerting }) => monitoring.enabled && alerting.webhook !== undefined,
  zulip: ({ monitoring, alerting }) => monitoring.enabled && alerting.zulip !== undefined,
  email: ({ monitoring, alerting }) => monitoring.enabled && alerting.email !== undefined,
  github: ({ monitoring, alerting }) => monitoring.enabled && alerting.github !== undefined,
  deadMansSwitch: ({ monitoring, alerting }) => monitoring.enabled && alerting.deadMansSwitch,
} satisfies Record<string, Need>;
/** Proves names by DNS-01, with records at Cloudflare. */
export const writesCloudflare: Need = (config) => usesProvider(config, "cloudflare");
/** Proves names by DNS-01, with records in Google Cloud DNS. */
export const writesCloudDns: Need = (config) => usesProvider(config, "googleCloudDns");
/** Proves names by DNS-01, with dynamic updates of a name server. */
export const writesRfc2136: Need = (config) => usesProvider(config, "rfc2136");
/** Has an account that exists at its ACME server. */
export const bindsAccount: Need = ({ certificates }) => certificates.acme?.keyId !== undefined;

/** Publishes the federation's launch events. */
export const publishesArchive: Need = (config) =>
  config.role !== "member" && config.archivePublisher !== undefined;

/** Backs up its volumes. */
export const backsUp: Need = ({ backup }) => backup !== undefined;

/** The words for each need, as docs/secrets.md has them. */
export const needWords: ReadonlyMap<Need, string> = new Map([
  [serves, "role member or both"],
  [federated, "role member, or both with other members"],
  [alone, "role both without other members"],
  [harbor, "registry.kind harbor"],
  [pushes, "registry.kind external, login account"],
  [helped, "registry.kind external, login helper"],
  [google, "registry.kind googleArtifactRegistry"],
  [mirrors, "registry.mirrorKey"],
  [monitored, "monitoring.enabled"],
  [always, "every stack"],
  [unmanaged, "cluster.managed false, or kind existing"],
  [overSsh, "cluster.kind k3s, managed"],
  [copiesSnapshots, "cluster.kind k3s, managed, with snapshots.s3"],
  [makesMachine, "cluster.googleVm"],
  [sendsEvents, "binder.events"],
  [publishesArchive, "archivePublisher"],
  [backsUp, "backup"],
  ...Object.entries(alerts).map(([key, need]): [Need, string] => [need, `alerting.${key}`]),
  [writesCloudflare, "certificates.dns01.cloudflare"],
  [writesCloudDns, "certificates.dns01.googleCloudDns"],
  [writesRfc2136, "certificates.dns01.rfc2136"],
  [bindsAccount, "certificates.acme.keyId"],
]);
