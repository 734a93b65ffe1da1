import type * as pulumi from "@pulumi/pulumi";
import type { Stack } from "../../model/config";
import type { Environment } from "../../model/environment";
import type { GkeConfig, K3sConfig } from "../../model/schema";
import type { StackSecrets } from "../secrets";
import type { Cluster } from "./cluster";
import { existingCluster } from "./existing";
import { withExpiryCheck } from "./expiry";
import type * as gkeModule from "./gke";
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
  if (cluster.kind === "k3s" && cluster.managed && sshPrivateKey) return k3s(stack, cluster, sshPrivateKey);
  const existing = existingCluster({
    stack: name,
    kubeconfig: given.get("kubeconfig"),
    kubeconfigFile: environment.kubeconfig,
    context: cluster.kind === "existing" ? cluster.context : undefined,
  });
  return withExpiryCheck(
    name,
    existing,
    `Store a new one: npx mybinder secrets set kubeconfig --stack ${name} --file FILE`,
  );
}

function gke({ name, config }: Stack, cluster: GkeConfig): Cluster {
  // Loaded here alone, so that no other stack pays for @pulumi/gcp.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { gkeCluster } = require("./gke") as typeof gkeModule;
  return gkeCluster("cluster", { stack: name, cluster, protect: config.protect });
}

function k3s({ name, config }: Stack, cluster: K3sConfig, privateKey: pulumi.Output<string>): Cluster {
  const host = cluster.host ?? config.domain;
  // The configuration's checks demand it of a managed machine.
  const hostKey = cluster.hostKey ?? "";
  const machine = new K3sMachine("cluster", { stack: name, cluster, host, hostKey, privateKey }, {});
  return withExpiryCheck(
    name,
    machine,
    `Renew it: pulumi up --stack ${name} --replace '**cluster-kubeconfig'`,
  );
}
