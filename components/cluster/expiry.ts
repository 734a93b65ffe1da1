import * as pulumi from "@pulumi/pulumi";
import { clientCertificateExpiry, judgeExpiry } from "../../model/cluster/kubeconfigExpiry";
import type { Cluster } from "./cluster";

/** The cluster, with its access checked: a warning when it ends within 45 days, an error within 7. */
export function withExpiryCheck(stack: string, cluster: Cluster, fix: string): Cluster {
  const kubeconfig = cluster.kubeconfig.apply((text) => checked(stack, text, fix));
  return { ...cluster, kubeconfig };
}

function checked(stack: string, kubeconfig: string, fix: string): string {
  const { level, message } = judgeExpiry(stack, clientCertificateExpiry(kubeconfig), new Date(), fix);
  if (level === "late") throw new pulumi.RunError(message);
  if (level === "soon") void pulumi.log.warn(message);
  return kubeconfig;
}
