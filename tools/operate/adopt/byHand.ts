import type { ClusterAccess, KubeObject } from "../../ground/cluster/kubectl";
import { ask } from "./live";
import type { Loss } from "./losses";

/** What the former script changed beside its releases: the cluster's own DNS, to ban names and to have the memory for it. */
const DNS = ["deployment/coredns", "configmap/coredns", "configmap/coredns-custom"];
const SYSTEM = "kube-system";
/** Names under which kubectl and the clients of scripts write, in `managedFields`. */
const BY_HAND = /^(kubectl|python|openapi-generator|swagger)/i;

interface Managed extends KubeObject {
  readonly metadata: KubeObject["metadata"] & {
    readonly managedFields?: readonly { readonly manager?: string; readonly subresource?: string }[];
  };
}

/**
 * The parts of the cluster's DNS that kubectl or a script has changed. The program does not touch them, but nothing changes
 * them again: a K3s that restarts or is upgraded puts its own back.
 */
export async function changedByHand(access: ClusterAccess): Promise<Loss[]> {
  const args = ["get", ...DNS, "--namespace", SYSTEM, "--ignore-not-found", "--show-managed-fields"];
  const text = await ask(access, ...args, "--output", "json");
  const parsed = (text === "" ? { items: [] } : JSON.parse(text)) as
    Managed | { readonly items: readonly Managed[] };
  const objects = "items" in parsed ? parsed.items : [parsed];
  const changed = objects
    .map(({ kind, metadata: { name, managedFields = [] } }) => ({
      name: `${kind}/${SYSTEM}/${name}`,
      by: [
        ...new Set(
          managedFields.flatMap(({ manager }) =>
            manager !== undefined && BY_HAND.test(manager) ? [manager] : [],
          ),
        ),
      ],
    }))
    .filter(({ by }) => by.length > 0);
  if (changed.length === 0) return [];
  const each = changed.map(({ name, by }) => `${name} (by ${by.join(", ")})`).join(", ");
  return [
    {
      name: "coredns",
      what:
        `it was changed by hand: ${each}; it stays as it is until K3s restarts. Ban its names ` +
        "again, in the list: npx mybinder bans add host NAME",
    },
  ];
}
