/** One object that another one names. */
export interface Reference {
  readonly kind: string;
  readonly name: string;
  /** Namespace of the object that is named; of no meaning where its kind has none. */
  readonly namespace: string;
  /** What of it must be there: a Secret's or ConfigMap's keys, or a Service's port. */
  readonly parts: readonly string[];
  /** Where it is named, for a person: `volume config`. */
  readonly where: string;
}

/** Kinds of the objects that we deploy which belong to no namespace. */
const CLUSTER_KINDS = new Set([
  "APIService",
  "ClusterIssuer",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingWebhookConfiguration",
]);

/** `StorageClass/standard`, or `Secret/staging/hub`: what an object is known by in one cluster. */
export function identity({
  kind,
  namespace,
  name,
}: {
  kind: string;
  namespace: string;
  name: string;
}): string {
  return CLUSTER_KINDS.has(kind) ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}
