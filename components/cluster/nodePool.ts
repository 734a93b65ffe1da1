import { NodePool as GkeNodePool, type NodePoolArgs as GkeNodePoolArgs } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import { googleDiskType } from "../../model/cluster/machines";
import { NODE_PURPOSE_LABEL, type NodePurpose } from "../../model/cluster/nodes";
import { GKE_MAX_PODS, USER_TAINT } from "../../model/cluster/pools";
import type { GkeConfig } from "../../model/schema/stack";
import { LONGEST_SESSION_SECONDS } from "../../model/member/sessions";

/** A pool of like nodes of a GKE cluster. */
export interface NodePoolArgs {
  readonly purpose: NodePurpose;
  readonly spec: GkeConfig["pools"]["core"];
  readonly project: string;
  readonly location: string;
  readonly cluster: pulumi.Input<string>;
  /** Account of the nodes themselves; pods use Workload Identity. */
  readonly serviceAccount: pulumi.Input<string>;
}

/** Nodes of an old version are kept this long after they are cordoned. */
const SESSION = `${String(LONGEST_SESSION_SECONDS)}s`;

const UPGRADE: Readonly<Record<NodePurpose, GkeNodePoolArgs["upgradeSettings"]>> = {
  core: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
  user: {
    strategy: "BLUE_GREEN",
    blueGreenSettings: {
      autoscaledRolloutPolicy: { waitForDrainDuration: SESSION },
      nodePoolSoakDuration: "0s",
    },
  },
};

/**
 * A node pool, sized by the cluster's autoscaler. GKE names it, so that a pool of another machine is made beside the
 * old one before that goes: preview shows a replacement, created first. Not protected, or that would be refused.
 */
export class NodePool extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: NodePoolArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:NodePool", name, {}, opts);
    const { purpose, spec, project, location, cluster } = args;
    const pool = new GkeNodePool(
      `${name}-nodes`,
      {
        project,
        location,
        cluster,
        ...(spec.zones && { nodeLocations: spec.zones }),
        // Of each zone. The autoscaler takes over from here.
        initialNodeCount: Math.min(1, spec.min),
        autoscaling: {
          totalMinNodeCount: spec.min,
          totalMaxNodeCount: spec.max,
          locationPolicy: purpose === "core" ? "BALANCED" : "ANY",
        },
        maxPodsPerNode: GKE_MAX_PODS,
        management: { autoRepair: true, autoUpgrade: true },
        ...(UPGRADE[purpose] && { upgradeSettings: UPGRADE[purpose] }),
        nodeConfig: nodeConfig(args),
      },
      {
        parent: this,
        // The autoscaler writes it after creation; a difference would replace the pool.
        ignoreChanges: ["initialNodeCount"],
        // Google would change these in place, node by node, under running sessions.
        replaceOnChanges: ["nodeConfig.machineType", "nodeConfig.diskType", "nodeConfig.diskSizeGb"],
      },
    );
    this.name = pool.name;
    this.registerOutputs({ name: this.name });
  }
}

function nodeConfig({
  purpose,
  spec,
  serviceAccount,
}: NodePoolArgs): NonNullable<GkeNodePoolArgs["nodeConfig"]> {
  return {
    machineType: spec.machineType,
    diskSizeGb: spec.diskGiB,
    diskType: googleDiskType(spec.machineType),
    imageType: "COS_CONTAINERD",
    serviceAccount,
    // The account's roles are the limit, not the scope.
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    labels: { [NODE_PURPOSE_LABEL]: purpose },
    taints:
      purpose === "user" ? [{ key: USER_TAINT.key, value: USER_TAINT.value, effect: "NO_SCHEDULE" }] : [],
    metadata: { "disable-legacy-endpoints": "true" },
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  };
}
