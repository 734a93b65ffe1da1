import * as kubernetes from "@pulumi/kubernetes";
import type { Cluster } from "./cluster";

/** The one provider of a stack: its own cluster, never the ambient one. */
export function clusterProvider(stack: string, { kubeconfig, context }: Cluster): kubernetes.Provider {
  return new kubernetes.Provider(stack, {
    kubeconfig,
    ...(context !== undefined && { context }),
    // A renewed kubeconfig is the same cluster: without this it would plan to replace everything in it.
    clusterIdentifier: stack,
    // Changed in place: otherwise the traffic table and the events key would be deleted for a moment at each change.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
}
