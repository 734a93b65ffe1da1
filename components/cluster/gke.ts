import { Cluster as ContainerCluster } from "@pulumi/gcp/container";
import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import type { GkeConfig } from "../../model/schema/stack";
import type { Cluster } from "./cluster";
import { gkeKubeconfig } from "./gkeKubeconfig";
import { Network } from "./network";
import { nodeAccount } from "./nodeAccount";
import { NodePool } from "./nodePool";

/** A cluster on Google Kubernetes Engine. */
export interface GkeArgs {
  /** Name of the cluster: the stack's. */
  readonly stack: string;
  readonly cluster: GkeConfig;
  /** Refuse to delete it. */
  readonly protect: boolean;
}

/**
 * Saturday 22:00 to Sunday 12:00 UTC, around the federation's quietest hours. Google demands 48 hours in any 32 days,
 * which is at least four of these. The dates say nothing but the time of day.
 */
const MAINTENANCE = {
  startTime: "2026-01-03T22:00:00Z",
  endTime: "2026-01-04T12:00:00Z",
  recurrence: "FREQ=WEEKLY;BYDAY=SA",
};

/** A provider of the stack's own, and its cluster with it: default providers are off in every stack. */
export function gkeCluster(name: string, args: GkeArgs): Gke {
  const { project, location } = args.cluster;
  const provider = new Provider(`${name}-google`, { project, region: regionOf(location) });
  return new Gke(name, args, { providers: { gcp: provider } });
}

/** A VPC-native cluster with private nodes, its network, its node pools and the address of its entrypoint. */
export class Gke extends pulumi.ComponentResource implements Cluster {
  readonly kubeconfig: pulumi.Output<string>;
  readonly context = undefined;
  readonly address: pulumi.Output<string> | undefined;
  readonly parts = [this];

  constructor(name: string, args: GkeArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:Gke", name, {}, opts);
    const { stack, cluster: config, protect } = args;
    const { project, location } = config;
    const network = new Network(
      `${name}-network`,
      { project, region: regionOf(location), entrypointAddress: config.entrypointAddress, protect },
      { parent: this },
    );
    this.address = network.entrypoint;
    const cluster = this.cluster(`${name}-cluster`, args, network);
    const account = nodeAccount(`${name}-nodes`, { stack, project }, { parent: this });
    const pools = Object.entries({ core: config.pools.core, user: config.pools.user }).flatMap(
      ([purpose, spec]) =>
        spec
          ? [
              new NodePool(
                `${name}-${purpose}`,
                {
                  purpose: purpose as "core" | "user",
                  spec,
                  project,
                  location,
                  cluster: cluster.name,
                  serviceAccount: account.email,
                },
                { parent: this, dependsOn: [...account.roles] },
              ),
            ]
          : [],
    );
    // Nothing can be installed before there are nodes, so access waits for them.
    this.kubeconfig = gkeKubeconfig(
      stack,
      cluster,
      pools.map((pool) => pool.name),
    );
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }

  private cluster(
    name: string,
    { stack, cluster: { project, location }, protect }: GkeArgs,
    network: Network,
  ): ContainerCluster {
    return new ContainerCluster(
      name,
      {
        name: stack,
        project,
        location,
        network: network.id,
        subnetwork: network.subnetwork,
        networkingMode: "VPC_NATIVE",
        ipAllocationPolicy: {
          clusterSecondaryRangeName: network.podRange,
          servicesSecondaryRangeName: network.serviceRange,
        },
        privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: false },
        datapathProvider: "ADVANCED_DATAPATH",
        workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
        enableShieldedNodes: true,
        enableLegacyAbac: false,
        masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
        releaseChannel: { channel: "REGULAR" },
        maintenancePolicy: { recurringWindow: MAINTENANCE },
        // Removes nodes sooner; node auto-provisioning itself stays off.
        clusterAutoscaling: { enabled: false, autoscalingProfile: "OPTIMIZE_UTILIZATION" },
        loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
        monitoringConfig: {
          enableComponents: ["SYSTEM_COMPONENTS"],
          // Our own Prometheus is there already.
          managedPrometheus: { enabled: false },
        },
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        deletionProtection: protect,
        resourceLabels: { "part-of": "mybinder", stack },
      },
      { parent: this, protect, dependsOn: [network] },
    );
  }
}

function regionOf(location: string): string {
  return location.replace(/-[a-z]$/, "");
}
