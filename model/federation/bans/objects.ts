import { coreDnsServers, flowAddresses } from "./effects";
import { type Ban, banListText } from "./list";

/** Secret of each stack's namespace with the list, and its key. */
export const BANS_SECRET = { name: "bans", key: "bans.json" } as const;
/** ConfigMap that cryptnono mounts as /ban-config/bans.txt, and its key. */
export const FLOW_BANS = { name: "flow-bans", key: "bans.txt" } as const;
/** K3s' ConfigMap of additions to CoreDNS, and our file in it. */
export const DNS_BANS = {
  name: "coredns-custom",
  namespace: "kube-system",
  key: "mybinder-bans.server",
} as const;

const labels = { "app.kubernetes.io/part-of": "mybinder", "app.kubernetes.io/component": "bans" };
// the command and the keeper write them too: the same content, by other field managers
const annotations = { "pulumi.com/patchForce": "true" };

interface Metadata<Namespace> {
  readonly name: string;
  readonly namespace: Namespace;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

/** The one object from which everything in a cluster follows: the list, as `data` of a Secret. */
export function bansSecret<Namespace>(
  namespace: Namespace,
  bans: readonly Ban[],
): { readonly metadata: Metadata<Namespace>; readonly type: string; readonly data: Record<string, string> } {
  return {
    metadata: { name: BANS_SECRET.name, namespace, labels, annotations },
    type: "Opaque",
    data: { [BANS_SECRET.key]: Buffer.from(banListText(bans)).toString("base64") },
  };
}

/** The flow killer's addresses, as the ConfigMap that it mounts. */
export function flowBansConfigMap<Namespace>(
  namespace: Namespace,
  bans: readonly Ban[],
): { readonly metadata: Metadata<Namespace>; readonly data: Record<string, string> } {
  return {
    metadata: { name: FLOW_BANS.name, namespace, labels, annotations },
    data: { [FLOW_BANS.key]: flowAddresses(bans) },
  };
}

/** The banned host names, as K3s' own addition to CoreDNS. */
export function dnsBansConfigMap(bans: readonly Ban[]): {
  readonly metadata: Metadata<string>;
  readonly data: Record<string, string>;
} {
  const { name, namespace, key } = DNS_BANS;
  return { metadata: { name, namespace, labels, annotations }, data: { [key]: coreDnsServers(bans) } };
}
