import { Address, Network as Vpc, Router, RouterNat, Subnetwork } from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";

/** The network of a GKE cluster. */
export interface NetworkArgs {
  readonly project: string;
  readonly region: string;
  /** Name of the address that the world reaches the cluster by; `undefined`: none is reserved. */
  readonly entrypointAddress: string | undefined;
  /** Refuse to delete it. The address is never deleted: DNS records name it. */
  readonly protect: boolean;
}

/** Room for 4,096 nodes' addresses, 1,024 nodes of 110 pods, and 4,096 services. */
const RANGES = { nodes: "10.0.0.0/20", pods: "10.4.0.0/14", services: "10.8.0.0/20" };

/** A network of a cluster's own; its nodes have no public address and reach the world through NAT. */
export class Network extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly subnetwork: pulumi.Output<string>;
  /** The address that the world reaches the cluster by, where one is reserved. */
  readonly entrypoint: pulumi.Output<string> | undefined;
  /** Names of the subnetwork's ranges for pods and for services. */
  readonly podRange = "pods";
  readonly serviceRange = "services";

  constructor(name: string, args: NetworkArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:Network", name, {}, opts);
    const { project, region, protect, entrypointAddress } = args;
    const vpc = new Vpc(
      `${name}-vpc`,
      { project, autoCreateSubnetworks: false, routingMode: "REGIONAL" },
      { parent: this, protect },
    );
    const subnetwork = new Subnetwork(
      `${name}-subnetwork`,
      {
        project,
        region,
        network: vpc.id,
        ipCidrRange: RANGES.nodes,
        secondaryIpRanges: [
          { rangeName: this.podRange, ipCidrRange: RANGES.pods },
          { rangeName: this.serviceRange, ipCidrRange: RANGES.services },
        ],
        privateIpGoogleAccess: true,
      },
      { parent: this, protect },
    );
    this.nat(name, args, vpc);
    this.entrypoint =
      entrypointAddress === undefined
        ? undefined
        : new Address(
            `${name}-entrypoint`,
            { project, region, name: entrypointAddress, addressType: "EXTERNAL", networkTier: "PREMIUM" },
            { parent: this, protect: true, retainOnDelete: true },
          ).address;
    this.id = vpc.id;
    this.subnetwork = subnetwork.id;
    this.registerOutputs({ id: this.id, subnetwork: this.subnetwork });
  }

  private nat(name: string, { project, region }: NetworkArgs, vpc: Vpc): void {
    const router = new Router(`${name}-router`, { project, region, network: vpc.id }, { parent: this });
    new RouterNat(
      `${name}-nat`,
      {
        project,
        region,
        router: router.name,
        natIpAllocateOption: "AUTO_ONLY",
        sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
        // A hundred sessions behind one node need far more ports than the default 64.
        enableDynamicPortAllocation: true,
        enableEndpointIndependentMapping: false,
        minPortsPerVm: 1024,
        maxPortsPerVm: 32768,
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
      },
      { parent: this },
    );
  }
}
