import type { NodeView, PodView } from "../../model/cluster/nodePods";

/** A ready node; `changes` lay over its spec. */
export function node(
  name: string,
  changes: NodeView["spec"] = {},
  labels: Record<string, string> = {},
): NodeView {
  return {
    metadata: { name, labels },
    spec: changes,
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

/** A ready pod on a node; `workload` is the name and uid of its ReplicaSet. */
export function pod(
  name: string,
  nodeName: string,
  of: {
    workload?: string;
    owner?: string;
    component?: string;
    phase?: string;
    ready?: boolean;
    going?: boolean;
    nodeSelector?: Record<string, string>;
    finishedAt?: string;
  } = {},
): PodView {
  const {
    workload,
    owner = "ReplicaSet",
    component,
    phase = "Running",
    ready = true,
    going,
    nodeSelector,
  } = of;
  return {
    metadata: {
      name,
      namespace: "example",
      creationTimestamp: "2026-11-21T00:00:00Z",
      ...(component !== undefined && { labels: { component } }),
      ...(workload !== undefined && { ownerReferences: [{ kind: owner, uid: workload, controller: true }] }),
      ...(going && { deletionTimestamp: "2026-11-21T12:00:00Z" }),
    },
    spec: { nodeName, ...(nodeSelector && { nodeSelector }) },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      ...(of.finishedAt !== undefined && {
        containerStatuses: [{ state: { terminated: { finishedAt: of.finishedAt } } }],
      }),
    },
  };
}
