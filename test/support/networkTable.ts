import type { Endpoint, NetworkPolicy, Protocol } from "./networkPolicy";
import type { PodTemplate, Rendered } from "./metaChart";

/*
 * Who may reach whom, as data: the pods of a release with the labels of their templates, the ports that somebody would try, and
 * addresses that are no pod's. Labels of user pods are KubeSpawner's with the hub's configuration, those of build pods BinderHub's
 * KubernetesBuildExecutor's. networkPolicy.ts judges it as the API reference says; test/live/networkPolicies with a real program.
 */

const KUBE_SYSTEM = { namespace: "kube-system" };
/** Pods of the cluster that no chart of ours makes. */
const clusterPods = (network: string): Endpoint[] => [
  { ...KUBE_SYSTEM, name: "kube-dns", ip: `${network}.1.1`, labels: { "k8s-app": "kube-dns" } },
  { ...KUBE_SYSTEM, name: "node-local-dns", ip: `${network}.1.2`, labels: { "k8s-app": "node-local-dns" } },
  { ...KUBE_SYSTEM, name: "metrics-server", ip: `${network}.1.3`, labels: { "k8s-app": "metrics-server" } },
  { name: "cert-manager", namespace: "cert-manager", ip: `${network}.1.4`, labels: { app: "cert-manager" } },
  { name: "another hub", namespace: "another", ip: `${network}.1.5`, labels: { component: "hub" } },
];

/** Every port that a pod of ours listens on, and those that somebody would try. */
export const COMMON_PORTS = [
  22, 53, 80, 443, 873, 1094, 2375, 2376, 4001, 4443, 5000, 5432, 6379, 6443, 8000, 8001, 8080, 8081, 8404,
  8408, 8409, 8410, 8443, 8585, 8888, 9090, 9100, 9418, 10250, 16286,
];

/** The sources, and all that is there to be reached. */
export interface Table {
  readonly policies: NetworkPolicy[];
  readonly user: Endpoint;
  readonly build: Endpoint;
  readonly dind: Endpoint;
  readonly pods: Endpoint[];
  readonly ports: number[];
}

/** The table of a release whose objects these are, with pods in a network of this beginning: "10.42". Throws when it has no dind. */
export function tableOf(objects: readonly Rendered[], release: string, network: string): Table {
  let count = 0;
  const at = { namespace: release };
  const rendered = objects.flatMap((object): Endpoint[] => {
    const template = podTemplate(object);
    if (!template) return [];
    const ip = `${network}.2.${String(++count)}`;
    return [
      {
        ...at,
        ip,
        name: object.metadata.name,
        labels: template.metadata?.labels ?? {},
        portNames: Object.fromEntries(portsOf(template).map(({ name, port }) => [name, port])),
      },
    ];
  });
  const user: Endpoint = {
    ...at,
    name: "user",
    ip: `${network}.3.1`,
    labels: {
      app: "jupyterhub",
      "app.kubernetes.io/name": "jupyterhub",
      release,
      "app.kubernetes.io/instance": release,
      component: "singleuser-server",
      "app.kubernetes.io/component": "singleuser-server",
      "app.kubernetes.io/managed-by": "kubespawner",
      "hub.jupyter.org/network-access-hub": "true",
    },
    portNames: { "notebook-port": 8888 },
  };
  const name = "build-example-2drepo-1a2b3c-4d5";
  const build: Endpoint = {
    ...at,
    name: "build",
    ip: `${network}.3.2`,
    labels: { name, component: "binderhub-build" },
  };
  const dind = rendered.find((one) => one.name === `${release}-dind`);
  if (!dind) throw new Error(`${release} has no dind`);
  const others = [
    { ...user, name: "another user", ip: `${network}.3.3` },
    { ...build, name: "another build", ip: `${network}.3.4` },
  ];
  return {
    policies: objects
      .filter(({ kind }) => kind === "NetworkPolicy")
      .map((object) => ({ ...(object as unknown as NetworkPolicy), namespace: release })),
    user,
    build,
    dind,
    pods: [...rendered, ...clusterPods(network), ...others],
    ports: [
      ...new Set([...COMMON_PORTS, ...rendered.flatMap((one) => Object.values(one.portNames ?? {}))]),
    ].sort((a, b) => a - b),
  };
}

function podTemplate({ kind, spec }: Rendered): PodTemplate | undefined {
  if (kind === "PodTemplate") return undefined;
  const job = (spec?.["jobTemplate"] as { spec: { template: PodTemplate } } | undefined)?.spec.template;
  const template = spec?.template ?? job;
  // a pod in its node's network has the node's address, and no policy is about it
  return template?.spec.containers && template.spec["hostNetwork"] !== true ? template : undefined;
}

function portsOf({ spec: { containers } }: PodTemplate): { name: string; port: number }[] {
  return containers.flatMap(({ ports }) =>
    ((ports ?? []) as { name?: string; containerPort: number }[]).map(({ name, containerPort: port }) => ({
      name: name ?? String(port),
      port,
    })),
  );
}

/** Address, port, protocol and whether user pods, build pods and dind may use it. */
export const ADDRESSES: [string, string, number, Protocol, boolean][] = [
  ["the internet", "8.8.8.8", 443, "TCP", true],
  ["the internet", "8.8.8.8", 80, "TCP", true],
  ["git", "8.8.8.8", 9418, "TCP", true],
  ["rsync", "8.8.8.8", 873, "TCP", true],
  ["xroot", "8.8.8.8", 1094, "TCP", true],
  ["mail", "8.8.8.8", 25, "TCP", false],
  ["SSH", "8.8.8.8", 22, "TCP", false],
  ["QUIC", "8.8.8.8", 443, "UDP", false],
  ["a resolver of their own", "8.8.8.8", 53, "UDP", false],
  ["a resolver of their own", "8.8.8.8", 53, "TCP", false],
  ["the cloud's metadata", "169.254.169.254", 80, "TCP", false],
  ["the cloud's metadata", "169.254.169.254", 53, "UDP", false],
  ["link-local", "169.254.1.1", 80, "TCP", false],
  ["NodeLocal's address, not for names", "169.254.20.10", 80, "TCP", false],
  ["10/8", "10.0.0.1", 443, "TCP", false],
  ["10/8, names", "10.0.0.1", 53, "UDP", false],
  ["next to 10/8", "11.0.0.1", 443, "TCP", true],
  ["172.16/12", "172.16.0.1", 443, "TCP", false],
  ["172.16/12", "172.31.255.254", 443, "TCP", false],
  ["next to 172.16/12", "172.32.0.1", 443, "TCP", true],
  ["192.168/16", "192.168.1.1", 443, "TCP", false],
  ["192.168/16, names", "192.168.1.1", 53, "UDP", false],
  ["next to 192.168/16", "192.169.0.1", 443, "TCP", true],
  ["100.64/10", "100.64.0.1", 443, "TCP", false],
  ["100.64/10", "100.127.255.254", 443, "TCP", false],
  ["next to 100.64/10", "100.128.0.1", 443, "TCP", true],
  ["a banned address", "192.0.2.1", 443, "TCP", false],
  ["a banned network", "198.51.100.7", 443, "TCP", false],
  ["a kubelet, at its node's public address", "203.0.113.9", 10250, "TCP", false],
  ["an API server, at its node's public address", "203.0.113.9", 6443, "TCP", false],
  ["a node exporter, at its node's public address", "203.0.113.9", 9100, "TCP", false],
  ["Docker, at its node's public address", "203.0.113.9", 2375, "TCP", false],
  ["IPv6's private networks", "fd00::1", 443, "TCP", false],
  ["IPv6's link-local", "fe80::1", 80, "TCP", false],
  ["the cloud's metadata by IPv6", "fd20:ce::254", 80, "TCP", false],
];

const NAMES = ["kube-dns", "node-local-dns"].flatMap((name) => [`${name}:53/TCP`, `${name}:53/UDP`]);

/** All pods and ports that each kind of stranger reaches in a release, as `pod:port/protocol`. */
export function reachedByStrangers(release: string): Record<"user" | "build" | "dind", string[]> {
  const shared = [...NAMES, `${release}-traefik:443/TCP`];
  return {
    user: [...shared, "hub:8081/TCP", "proxy:8000/TCP"].sort(),
    build: [...shared].sort(),
    dind: [...shared].sort(),
  };
}

/** Who reaches a user's server, as `pod:port`; nobody reaches a build or dind. */
export const REACHING_A_USER = ["hub:8888", "proxy:8888"];
