import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PreparedChart } from "../charts/metaChart";
import type { Values } from "../model/schema/plain/mergeValues";
import { nullPaths } from "../model/schema/plain/nulls";

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
 * it an edited template would be "no change" (pulumi-kubernetes#2672). Throws on a null among the values.
 */
export function release(
  name: string,
  { release: releaseName, namespace, chart, values, timeout }: ReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.helm.v3.Release {
  refuseNulls(releaseName, values);
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
    // Beside the old one, a release of another name would not get past the objects that the cluster has once.
    pulumi.mergeOptions(opts, { deleteBeforeReplace: true }),
  );
}

/** A null is no deletion below a dependency ({@link nullPaths} says why): a section that is off is absent. */
function refuseNulls(releaseName: string, values: Values): void {
  const found = nullPaths(values).map((path) => path.join("."));
  if (found.length > 0) {
    throw new Error(
      `release ${releaseName}: found null in its Helm values, where it is not allowed: ${found.join(", ")}`,
    );
  }
}
