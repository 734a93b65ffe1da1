import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PreparedChart } from "../charts/metaChart";
import type { Values } from "../model/mergeValues";

/** How one chart is installed. */
export interface ReleaseArgs {
  /** Release name in Helm. Changing it, or the namespace, is an outage. */
  readonly release: string;
  readonly namespace: pulumi.Input<string>;
  readonly chart: PreparedChart;
  /** Merged values; leaves may be outputs. */
  readonly values: Values;
  /** Seconds until Helm gives up waiting and takes the change back. */
  readonly timeout: number;
}

/**
 * The one way to install a chart. Atomic: a change that does not become ready is rolled back by Helm. The digest of
 * the whole chart is in the description, because the provider compares a local chart by its version alone: without
 * it an edited template would be "no change" (pulumi-kubernetes#2672).
 */
export function release(
  name: string,
  { release: releaseName, namespace, chart, values, timeout }: ReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.helm.v3.Release {
  return new kubernetes.helm.v3.Release(
    name,
    {
      name: releaseName,
      namespace,
      chart: chart.path,
      version: chart.version,
      values,
      description: `chart sha256:${chart.digest}`,
      timeout,
      maxHistory: 10,
      atomic: true,
      cleanupOnFail: true,
      createNamespace: false,
      waitForJobs: true,
      // Helm installs a chart's crds/ once and never upgrades them; no chart of ours needs those it has (Traefik's
      // CRD provider is off), and cert-manager's come with its templates.
      skipCrds: true,
    },
    opts,
  );
}
