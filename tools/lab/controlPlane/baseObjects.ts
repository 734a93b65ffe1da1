import type { ClusterConfig } from "../../../model/schema/stack";
import type { Client, KubeObject } from "./client";

interface BaseObject {
  /** Path of its collection. */
  readonly path: string;
  readonly object: KubeObject;
}

/**
 * Storage classes as the kind of cluster has them, so that what it refuses is refused here: K3s' local-path cannot be resized,
 * Google's disks can. Of a cluster that somebody else made nothing is known: the stricter holds.
 */
function storageClasses(kind: ClusterConfig["kind"]): BaseObject[] {
  if (kind !== "gke") return [storageClass({ name: "local-path", isDefault: true, grows: false })];
  return [
    storageClass({ name: "standard-rwo", isDefault: true, grows: true }),
    storageClass({ name: "premium-rwo", isDefault: false, grows: true }),
    storageClass({ name: "standard", isDefault: false, grows: true, bindingMode: "Immediate" }),
  ];
}

/** What else a control plane has before anything is installed. */
const BASE_OBJECTS: readonly BaseObject[] = [
  {
    path: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    object: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "kwok" },
      rules: [
        rule([""], ["nodes", "services", "persistentvolumeclaims"], ["get", "list", "watch"]),
        rule([""], ["nodes/status", "services/status", "pods/status"], ["patch", "update"]),
        rule(
          [""],
          ["pods", "persistentvolumes"],
          ["get", "list", "watch", "create", "patch", "update", "delete"],
        ),
        rule(["", "events.k8s.io"], ["events"], ["create", "patch", "update"]),
      ],
    },
  },
  {
    path: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    object: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "kwok" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "kwok" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:kwok" }],
    },
  },
  // The controller manager removes what a released host-path volume under a /tmp points to: on this machine, not on a
  // node, since the nodes are simulated.
  {
    path: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    object: {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "no-host-path-deletion" },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [""],
              apiVersions: ["v1"],
              operations: ["CREATE", "UPDATE"],
              resources: ["persistentvolumes"],
            },
          ],
        },
        validations: [
          {
            expression:
              "!has(object.spec.hostPath) || object.spec.persistentVolumeReclaimPolicy == 'Retain' || " +
              "object.spec.hostPath.path.startsWith('/simulated/')",
            message:
              "On this simulated cluster a hostPath volume needs persistentVolumeReclaimPolicy: Retain, " +
              "else the files of the machine it runs on could be deleted.",
          },
        ],
      },
    },
  },
  {
    path: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
    object: {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "no-host-path-deletion" },
      spec: { policyName: "no-host-path-deletion", validationActions: ["Deny"] },
    },
  },
];

/** Creates storage classes, kwok's role and the policy that keeps the machine's files safe, in a new control plane. */
export async function createBaseObjects(client: Client, kind: ClusterConfig["kind"]): Promise<void> {
  await Promise.all(
    [...storageClasses(kind), ...BASE_OBJECTS].map(({ path, object }) =>
      client.call({ method: "POST", path, body: object }),
    ),
  );
}

function storageClass(shape: {
  name: string;
  isDefault: boolean;
  grows: boolean;
  bindingMode?: string;
}): BaseObject {
  const annotations = { "storageclass.kubernetes.io/is-default-class": String(shape.isDefault) };
  return {
    path: "/apis/storage.k8s.io/v1/storageclasses",
    object: {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: shape.name, annotations },
      provisioner: "kwok.x-k8s.io/volume", // played by a stage in stages.yaml
      reclaimPolicy: "Delete",
      volumeBindingMode: shape.bindingMode ?? "WaitForFirstConsumer",
      allowVolumeExpansion: shape.grows,
    },
  };
}

function rule(apiGroups: string[], resources: string[], verbs: string[]): Record<string, string[]> {
  return { apiGroups, resources, verbs };
}
