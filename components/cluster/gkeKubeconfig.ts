import type { Cluster } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";

/** Access to a GKE cluster as whoever is logged in to Google: it holds no key. `after` is waited for. */
export function gkeKubeconfig(
  stack: string,
  cluster: Cluster,
  after: readonly pulumi.Output<string>[],
): pulumi.Output<string> {
  const text = pulumi
    .all([cluster.endpoint, cluster.masterAuth.clusterCaCertificate, ...after])
    .apply(([endpoint, authority]) =>
      JSON.stringify(kubeconfig(stack, endpoint ?? "", authority ?? ""), undefined, 2),
    );
  return pulumi.secret(text);
}

function kubeconfig(stack: string, endpoint: string, authority: string): Record<string, unknown> {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "gke-gcloud-auth-plugin",
    installHint: "gcloud components install gke-gcloud-auth-plugin",
    interactiveMode: "Never",
    provideClusterInfo: true,
  };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: stack, cluster: { server: `https://${endpoint}`, "certificate-authority-data": authority } },
    ],
    users: [{ name: stack, user: { exec } }],
    contexts: [{ name: stack, context: { cluster: stack, user: stack } }],
    "current-context": stack,
  };
}
