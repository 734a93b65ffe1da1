/**
 * Annotations of an object that a release made by the former script may own. Helm's hold on its fields would fail every
 * server-side apply of ours; and without the policy here, not only in the cluster, the first update takes it away again
 * and the release's upgrade then deletes the object.
 */
export const ADOPTED = { "helm.sh/resource-policy": "keep", "pulumi.com/patchForce": "true" };
