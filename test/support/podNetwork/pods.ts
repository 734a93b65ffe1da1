import type { Endpoint } from "../networkPolicy";

/** The node, with addresses that are public, as our machines have them, and the pods' gateway, where K3s has cni0. */
export const NODE = {
  name: "k3s",
  addresses: ["203.0.113.10", "2001:db8::10"],
  gateway: "10.42.0.1",
} as const;

/** Name of a pod, and of its namespace of the network. */
export const slug = ({ name }: Pick<Endpoint, "name">): string => name.replaceAll(" ", "-");

/** A pod's address of the other family: that of 10.42.1.2 is fd00:42::1:2. */
export const ipv6 = (ip: string): string => `fd00:42::${ip.split(".").slice(2).join(":")}`;

/** The object of a pod, before its kubelet has told anything. A container for each port: one has a number once for each protocol. */
export function podOf(pod: Endpoint): object {
  const { namespace, labels } = pod;
  const ports = Object.entries(pod.portNames ?? {}).map(([name, containerPort]) => [
    { containerPort, ...(/\D/.test(name) && { name }) },
  ]);
  const containers = (ports.length === 0 ? [[]] : ports).map((own, index) => ({
    name: `c${String(index)}`,
    image: "c",
    ports: own,
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: slug(pod), namespace, labels },
    spec: { nodeName: NODE.name, containers },
  };
}

/** What its kubelet then tells of it. */
export function statusOf(pod: Endpoint): object {
  const podIPs = [pod.ip, ipv6(pod.ip)].map((ip) => ({ ip }));
  const hostIPs = NODE.addresses.map((ip) => ({ ip }));
  const status = { phase: "Running", hostIP: NODE.addresses[0], hostIPs, podIP: pod.ip, podIPs };
  const { namespace, labels } = pod;
  return { apiVersion: "v1", kind: "Pod", metadata: { name: slug(pod), namespace, labels }, status };
}
