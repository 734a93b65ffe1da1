import { BlockList } from "node:net";

/*
 * Whether Kubernetes' network policies let a connection through: the rules of networking.k8s.io/v1 as its API reference
 * gives them, without any network. Not judged: ranges of ports (endPort), which no policy here has.
 */

export interface NetworkPolicy {
  readonly metadata: { readonly name: string };
  readonly namespace: string;
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly ("Ingress" | "Egress")[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    readonly values?: readonly string[];
  }[];
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number | string; readonly protocol?: Protocol }[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export type Protocol = "TCP" | "UDP";

/** One end of a connection: a pod, or with no namespace an address that is no pod's. */
export interface Endpoint {
  readonly name: string;
  readonly ip: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Numbers of its named ports. */
  readonly portNames?: Readonly<Record<string, number>>;
}

export interface Connection {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly protocol?: Protocol;
}

/**
 * Whether the policies of both ends allow a connection. Plugins differ on whether an ipBlock means pods too: with
 * `blocksMatchPods` as kube-router and Calico have it, without as Cilium and GKE's Dataplane V2.
 */
export function isAllowed(
  policies: readonly NetworkPolicy[],
  connection: Connection,
  blocksMatchPods: boolean,
): boolean {
  const { from, to } = connection;
  const matches = (
    { ports }: Rule,
    peers: readonly Peer[] | undefined,
    home: string,
    end: Endpoint,
  ): boolean =>
    (!ports?.length || ports.some((one) => isPort(one, connection))) &&
    (!peers?.length || peers.some((peer) => isPeer(peer, home, end, blocksMatchPods)));
  const of = (end: Endpoint, type: "Ingress" | "Egress"): NetworkPolicy[] =>
    policies.filter(
      ({ namespace, spec }) =>
        namespace === end.namespace &&
        selects(spec.podSelector, end.labels) &&
        spec.policyTypes.includes(type),
    );
  const [leaving, arriving] = [of(from, "Egress"), of(to, "Ingress")];
  return (
    (leaving.length === 0 ||
      leaving.some(({ spec, namespace }) =>
        spec.egress?.some((rule) => matches(rule, rule.to, namespace, to)),
      )) &&
    (arriving.length === 0 ||
      arriving.some(({ spec, namespace }) =>
        spec.ingress?.some((rule) => matches(rule, rule.from, namespace, from)),
      ))
  );
}

function isPort(
  { port, protocol = "TCP" }: NonNullable<Rule["ports"]>[number],
  connection: Connection,
): boolean {
  if (protocol !== (connection.protocol ?? "TCP")) return false;
  const number = typeof port === "string" ? connection.to.portNames?.[port] : port;
  return port === undefined || number === connection.port;
}

function isPeer(peer: Peer, home: string, end: Endpoint, blocksMatchPods: boolean): boolean {
  const { ipBlock, podSelector, namespaceSelector } = peer;
  if (ipBlock) {
    if (end.namespace !== undefined && !blocksMatchPods) return false;
    return isIn(end.ip, ipBlock.cidr) && !ipBlock.except?.some((cidr) => isIn(end.ip, cidr));
  }
  if (end.namespace === undefined) return false;
  const inNamespace = namespaceSelector
    ? selects(namespaceSelector, { "kubernetes.io/metadata.name": end.namespace })
    : end.namespace === home;
  return inNamespace && selects(podSelector ?? {}, end.labels);
}

function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Endpoint["labels"] = {},
): boolean {
  const holds = ({ key, operator, values = [] }: (typeof matchExpressions)[number]): boolean => {
    const value = labels[key];
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
    }
  };
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(holds)
  );
}

function isIn(ip: string, cidr: string): boolean {
  const [network = "", length = ""] = cidr.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(length), network.includes(":") ? "ipv6" : "ipv4");
  return list.check(ip, ip.includes(":") ? "ipv6" : "ipv4");
}
