import type * as pulumi from "@pulumi/pulumi";
import type { Stack } from "../../model/stack/config";
import type { Environment } from "../../environment";
import type { GkeConfig, K3sConfig } from "../../model/schema/stack";
import { SNAPSHOT_SECRETS, snapshotSecrets } from "../../model/cluster/snapshots";
import type { StackSecrets } from "../secrets";
import type { Cluster } from "./cluster";
import { existingCluster } from "./existing";
import { withExpiryCheck } from "./expiry";
import type * as gkeModule from "./gke";
import type * as googleVmModule from "./googleVm";
import type { GoogleVm } from "./googleVm";
import { K3sMachine } from "./k3s";

/** The stack's cluster: provisioned, or with `managed: false` and kind `existing` used as it is. */
export function stackCluster(
  stack: Stack,
  { given }: Pick<StackSecrets, "given">,
  environment: Environment,
): Cluster {
  const { name, config } = stack;
  const { cluster } = config;
  if (cluster.kind === "gke" && cluster.managed) return gke(stack, cluster);
  const sshPrivateKey = given.get("sshPrivateKey");
  if (cluster.kind === "k3s" && cluster.managed && sshPrivateKey) {
    return k3s(stack, cluster, sshPrivateKey, given);
  }
  const existing = existingCluster({
    stack: name,
    config,
    kubeconfig: given.get("kubeconfig"),
    kubeconfigFile: environment.kubeconfig,
    context: cluster.kind === "existing" ? cluster.context : undefined,
  });
  return withExpiryCheck(
    name,
    existing,
    cluster.kind === "k3s"
      ? `Renew and store it: npx mybinder machine kubeconfig ${name}`
      : `Store a new one: npx mybinder secrets set kubeconfig --stack ${name} --file FILE`,
  );
}

function gke({ name, config }: Stack, cluster: GkeConfig): Cluster {
  // Loaded here alone, so that no other stack pays for @pulumi/gcp.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { gkeCluster } = require("./gke") as typeof gkeModule;
  return gkeCluster("cluster", { stack: name, cluster, protect: config.protect });
}

function k3s(
  { name, config }: Stack,
  cluster: K3sConfig,
  privateKey: pulumi.Output<string>,
  given: StackSecrets["given"],
): Cluster {
  const host = cluster.host ?? config.domain;
  // The configuration's checks demand it of a managed machine.
  const hostKey = cluster.hostKey ?? "";
  const secrets = Object.fromEntries(
    snapshotSecrets(cluster).flatMap((setting): [string, pulumi.Output<string>][] => {
      const value = given.get(SNAPSHOT_SECRETS[setting]);
      return value ? [[setting, value]] : [];
    }),
  );
  const vm = madeByUs(name, config, cluster, given);
  const machine = new K3sMachine(
    "cluster",
    {
      stack: name,
      cluster,
      host,
      address: vm?.address,
      hostKey,
      privateKey,
      secrets,
      after: vm?.ready ?? [],
    },
    {},
  );
  return withExpiryCheck(
    name,
    machine,
    `Renew it: pulumi up --stack ${name} --replace '**cluster-kubeconfig'`,
  );
}

/** The machine itself, where the stack has one made. */
function madeByUs(
  stack: string,
  { protect }: Stack["config"],
  { googleVm: vm, hostKey, sshPort }: K3sConfig,
  given: StackSecrets["given"],
): GoogleVm | undefined {
  const hostPrivateKey = given.get("sshHostKey");
  if (!vm || !hostPrivateKey || hostKey === undefined) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { googleVm } = require("./googleVm") as typeof googleVmModule;
  return googleVm("cluster-vm", { stack, vm, sshPort, hostKey, hostPrivateKey, protect });
}
