import { acmeSecrets } from "./acme";
import { ADOPTED_SECRETS } from "./adopted";
import { backupSecrets } from "./backup";
import { alertReceivers } from "./alerting";
import { bannedLists, BINDER_RESTARTS } from "./banned";
import { googleAccounts } from "./googleAccounts";
import { machineSecrets } from "./machine";
import { buildTokenSecret } from "./buildTokenSecret";
import { always, federated, google, harbor, mirrors, overSsh, pushes, serves, unmanaged } from "./needs";
import { repositoryLogins } from "./repositoryLogins";
import { shapes } from "./shapes";
import { grafanaSmtp } from "./smtp";
import type { GivenSecret } from "./types";

/** The word in every placeholder, by which one is known where it does not belong. */
export const PLACEHOLDER = "placeholder";

/** The secrets that operators set. */
export const givenSecrets: readonly GivenSecret[] = [
  given({
    key: "kubeconfig",
    purpose: "administrator's access to a cluster that is not managed here",
    usedBy: "the program, to reach the cluster",
    shape: "kubeconfig",
    values: [],
    neededBy: unmanaged,
    optional: ({ cluster }) => cluster.kind === "existing", // MYBINDER_KUBECONFIG does as well
    rotation: {
      renew:
        "K3s renews a certificate that ends within 90 days when it restarts: systemctl restart k3s, then take " +
        "/etc/rancher/k3s/k3s.yaml with the machine's public name as its server",
      effect: "nothing restarts; the cluster keeps its identity",
      revoke:
        "a client certificate cannot be revoked: the old one works until it ends, or until the cluster's client " +
        "authority is replaced (k3s certificate rotate-ca)",
    },
  }),
  given({
    key: "sshPrivateKey",
    purpose: "private key (OpenSSH) of root on the K3s machine",
    usedBy: "the program, to set the machine up",
    shape: "ssh-private-key",
    values: [],
    neededBy: overSsh,
    rotation: {
      renew: "ssh-keygen -t ed25519, and add its public half to /root/.ssh/authorized_keys of the machine",
      effect: "the steps of the machine run once more and change nothing",
      revoke: "remove the old public half from /root/.ssh/authorized_keys",
    },
  }),
  ...machineSecrets.map(given),
  ...backupSecrets.map(given),
  ...acmeSecrets.map(given),
  given({
    key: "registryUsername",
    purpose: "robot account that pushes built images",
    usedBy: "BinderHub (push), JupyterHub (pull)",
    shape: "name",
    values: ["binderhub.registry.username", "binderhub.jupyterhub.imagePullSecret.username"],
    neededBy: pushes,
    shared: "it is a name, worth nothing without its password",
    rotation: {
      renew: "make another robot account in the registry, with push and pull on the project of the images",
      effect: BINDER_RESTARTS,
      revoke: "delete the old robot account in the registry",
    },
  }),
  given({
    key: "registryPassword",
    purpose: "password of the robot account that pushes built images",
    usedBy: "BinderHub (push), JupyterHub (pull)",
    shape: "token",
    values: ["binderhub.registry.password", "binderhub.jupyterhub.imagePullSecret.password"],
    neededBy: pushes,
    rotation: {
      renew: "refresh the secret of the robot account in the registry",
      effect: `from the refresh to the deploy, pushes and pulls fail. ${BINDER_RESTARTS}`,
      revoke: "nothing more: the refresh ended the old one",
    },
  }),
  given({
    key: "googleRegistryKey",
    purpose: "service account key (JSON) that pushes built images to Google's Artifact Registry",
    usedBy: "BinderHub (push), JupyterHub (pull)",
    shape: "google-service-account",
    values: ["binderhub.registry.password", "binderhub.jupyterhub.imagePullSecret.password"],
    neededBy: google,
    rotation: {
      renew:
        "gcloud iam service-accounts keys create FILE --iam-account images-STACK@PROJECT.iam.gserviceaccount.com",
      effect: BINDER_RESTARTS,
      revoke: "gcloud iam service-accounts keys delete KEY_ID --iam-account ACCOUNT",
    },
  }),
  given({
    key: "registryMirrorKey",
    purpose: "private key from which the passwords of Harbor's mirrors follow",
    usedBy: "the program, for the robot accounts of mirrors",
    shape: "mirror-key",
    values: [],
    neededBy: mirrors,
    setWith: "npx mybinder registry key --stack STACK",
    rotation: {
      renew: "npx mybinder registry key --stack STACK sets it and writes its public half",
      effect: "mirrors wait until this stack and those that it mirrors with are deployed",
      revoke: "nothing more: with those deploys the old passwords end",
    },
  }),
  given({ ...buildTokenSecret, neededBy: federated }),
  ...googleAccounts.map(given),
  given({
    key: "registryS3AccessKey",
    purpose: "access key of the bucket that holds Harbor's images",
    usedBy: "Harbor's registry",
    shape: "token",
    values: ["harbor.persistence.imageChartStorage.s3.accesskey"],
    neededBy: harbor,
    shared: "it is a name, worth nothing without its secret key, which is compared",
    rotation: {
      renew: "make another pair of keys for the bucket, in the console of the provider of the storage",
      effect: "Harbor's registry restarts",
      revoke: "delete the old pair in the same console",
    },
  }),
  given({
    key: "registryS3SecretKey",
    purpose: "secret key of the bucket that holds Harbor's images",
    usedBy: "Harbor's registry",
    shape: "token",
    values: ["harbor.persistence.imageChartStorage.s3.secretkey"],
    neededBy: harbor,
    rotation: {
      renew: "comes with registryS3AccessKey: set both before the deploy",
      effect: "Harbor's registry restarts",
      revoke: "delete the old pair in the console of the provider of the storage",
    },
  }),
  given({
    key: "zulip",
    purpose: "Zulip bot (bot_email, bot_key, channel) that reports killed pods; without it none is reported",
    usedBy: "k8s-log-alerter-zulip",
    shape: "zulip-bot",
    format: "yaml",
    optional: always,
    values: ["logAlerter.zulip"],
    enables: "k8s-log-alerter-zulip.enabled",
    digest: "k8s-log-alerter-zulip.podAnnotations.checksum/zulip",
    neededBy: serves,
    rotation: {
      renew: "in Zulip, Settings, Bots: generate a new key for the bot; each stack has a bot of its own",
      effect: "the log alerter restarts",
      revoke: "nothing more: the new key ended the old one",
    },
  }),
  ...repositoryLogins.map(given),
  given(grafanaSmtp),
  ...alertReceivers.map(given),
  ...bannedLists.map(given),
  given({
    key: ADOPTED_SECRETS,
    purpose: "values of generated secrets that were taken over from a live release, in place of drawn ones",
    usedBy: "the program, for what reads those secrets",
    shape: "adopted",
    optional: always,
    values: [],
    neededBy: always,
    rotation: {
      renew: "rotate each secret in it by its own key: from then on the drawn value counts",
      effect: "that of each secret",
      revoke: "nothing more",
    },
  }),
];

function given(secret: Omit<GivenSecret, "source" | "placeholder">): GivenSecret {
  const placeholder = shapes[secret.shape].sample(`${PLACEHOLDER}-${secret.key}`);
  return { ...secret, source: "given", placeholder };
}
