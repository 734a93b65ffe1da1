import type * as pulumi from "@pulumi/pulumi";

/** A Kubernetes cluster, however it came to be. */
export interface Cluster {
  /** Administrator's access. Always secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Context in the kubeconfig; `undefined`: its current one. */
  readonly context: string | undefined;
  /** The public address that the program makes for it; `undefined`: it makes none. */
  readonly address?: pulumi.Output<string> | undefined;
  /** What the program makes of it. */
  readonly parts: readonly pulumi.Resource[];
}
