import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { UPGRADE_NAMESPACE } from "../../model/cluster/upgradePlan";

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

const READ = ["get", "list", "watch"];
const WRITE = ["create", "patch", "update", "delete"];

/** Everywhere: nodes and plans, its own kind, and what `kubectl drain` needs. */
const CLUSTER: readonly Rule[] = [
  { apiGroups: [""], resources: ["namespaces", "nodes"], verbs: READ },
  { apiGroups: [""], resources: ["nodes"], verbs: ["update", "patch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "delete"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: [""], resources: ["events"], verbs: ["get", "create", "patch", "update"] },
  { apiGroups: ["apps"], resources: ["daemonsets", "replicasets", "statefulsets"], verbs: ["get", "list"] },
  {
    apiGroups: ["apiextensions.k8s.io"],
    resources: ["customresourcedefinitions"],
    verbs: [...READ, "create"],
  },
  {
    apiGroups: ["apiextensions.k8s.io"],
    resources: ["customresourcedefinitions"],
    resourceNames: ["plans.upgrade.cattle.io"],
    verbs: ["patch", "update"],
  },
  { apiGroups: ["upgrade.cattle.io"], resources: ["plans", "plans/status"], verbs: [...READ, ...WRITE] },
];

/** In its own namespace: the jobs, what they mount, and the lease of its leader. */
const OWN: readonly Rule[] = [
  { apiGroups: ["batch"], resources: ["jobs"], verbs: [...READ, ...WRITE, "deletecollection"] },
  { apiGroups: [""], resources: ["secrets"], verbs: READ },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
];

/**
 * The account of the upgrade controller and of its jobs, and all that it may do. Upstream's roles are the same but for
 * writing to every CRD and every lease. Source: manifests/clusterrole.yaml of its repository.
 */
export function upgradeAccess(
  name: string,
  labels: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const metadata = { name: UPGRADE_NAMESPACE, labels };
  const own = { ...metadata, namespace: UPGRADE_NAMESPACE };
  const subjects = [{ kind: "ServiceAccount", name: UPGRADE_NAMESPACE, namespace: UPGRADE_NAMESPACE }];
  const roleRef = (kind: string): { apiGroup: string; kind: string; name: string } => ({
    apiGroup: "rbac.authorization.k8s.io",
    kind,
    name: UPGRADE_NAMESPACE,
  });
  const { ClusterRole, ClusterRoleBinding, Role, RoleBinding } = kubernetes.rbac.v1;
  return [
    new kubernetes.core.v1.ServiceAccount(`${name}-account`, { metadata: own }, opts),
    new ClusterRole(`${name}-cluster-role`, { metadata, rules: [...CLUSTER] }, opts),
    new ClusterRoleBinding(
      `${name}-cluster-binding`,
      { metadata, subjects, roleRef: roleRef("ClusterRole") },
      opts,
    ),
    new Role(`${name}-role`, { metadata: own, rules: [...OWN] }, opts),
    new RoleBinding(`${name}-binding`, { metadata: own, subjects, roleRef: roleRef("Role") }, opts),
  ];
}
