import type { MemberConfig } from "../../model/schema/stack";
import { stackNames } from "../../model/stack/stackFiles";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { renderableValues } from "../../tools/ground/cluster/renderableValues";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, objectOf, type PodTemplate, type Rendered } from "../support/metaChart";
import {
  type Connection,
  type Endpoint,
  isAllowed,
  type NetworkPolicy,
  type Protocol,
} from "../support/networkPolicy";

/*
 * Who may reach whom, for every stack that serves launches: source x destination x port, over the labels of the rendered pods.
 * Not proved: that a network plugin enforces it. Labels of user pods are KubeSpawner's with the hub's configuration,
 * those of build pods BinderHub's KubernetesBuildExecutor's.
 */

const GKE = {
  kind: "gke",
  project: "a-project",
  location: "us-central1",
  pools: {
    core: { machineType: "e2-highmem-4", min: 1, max: 2, diskGiB: 50 },
    user: { machineType: "e2-highmem-16", min: 1, max: 12, diskGiB: 500 },
  },
};

const serving = stackNames(ROOT).filter((name) => loadStackFile(name).stack.member);
/** The stacks, and one of them on GKE, which none is today. */
const stacks: [name: string, where: string, changes: Record<string, unknown>][] = [
  ...serving.map((name): [string, string, Record<string, unknown>] => [name, "", {}]),
  ["bids-ovh", " on GKE", { cluster: GKE }],
];

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
const COMMON_PORTS = [
  22, 53, 80, 443, 873, 1094, 2375, 2376, 4001, 4443, 5000, 5432, 6379, 6443, 8000, 8001, 8080, 8081, 8404,
  8408, 8409, 8410, 8443, 8585, 8888, 9090, 9100, 9418, 10250, 16286,
];

interface Table {
  readonly policies: NetworkPolicy[];
  readonly user: Endpoint;
  readonly build: Endpoint;
  readonly dind: Endpoint;
  readonly pods: Endpoint[];
  readonly ports: number[];
}

function tableOf(objects: readonly Rendered[], release: string, network: string): Table {
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
  return template?.spec.containers ? template : undefined;
}

function portsOf({ spec: { containers } }: PodTemplate): { name: string; port: number }[] {
  return containers.flatMap(({ ports }) =>
    ((ports ?? []) as { name?: string; containerPort: number }[]).map(({ name, containerPort: port }) => ({
      name: name ?? String(port),
      port,
    })),
  );
}

/** Both kinds of plugin: an ipBlock means pods too, or does not. */
const PLUGINS = [true, false];
const everywhere = (policies: NetworkPolicy[], connection: Connection): boolean[] =>
  PLUGINS.map((blocksMatchPods) => isAllowed(policies, connection, blocksMatchPods));

/** `pod:port` of all that a source reaches, each with the plugins that agree. */
function reached({ policies, pods, ports }: Table, from: Endpoint): string[] {
  const both: Protocol[] = ["TCP", "UDP"];
  return pods
    .filter(({ ip }) => ip !== from.ip)
    .flatMap((to) =>
      ports.flatMap((port) =>
        both.flatMap((protocol) => {
          const [blocks, labels] = everywhere(policies, { from, to, port, protocol });
          if (!blocks && !labels) return [];
          const only =
            blocks === labels ? "" : ` only where an ipBlock ${blocks ? "means" : "means no"} pods`;
          return [`${to.name}:${String(port)}/${protocol}${only}`];
        }),
      ),
    )
    .sort();
}

/** Address, port, protocol and whether user pods, build pods and dind may use it. */
const addresses: [string, string, number, Protocol, boolean][] = [
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

describe.each(chartFolders())("rendered with %s", (_, folder) => {
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create(folder);
  }, HELM_BUILD_MS);
  afterAll(() => {
    chart.remove();
  });

  describe.each(stacks)("%s%s", (stack, where, changes) => {
    let objects: Rendered[];
    let table: Table;
    beforeAll(async () => {
      objects = await chart.renderRelease(stack, renderableValues(loadStackFile(stack, changes).stack));
      table = tableOf(objects, stack, "10.42");
    }, 120_000);

    test.each(["10.42", "172.20", "192.168", "100.64", "35.190"])(
      "with pods in %s: user pods reach names, their hub, the proxy and traefik, build pods and dind no hub either",
      (network) => {
        const there = tableOf(objects, stack, network);
        // 35.190: pods that have public addresses, which no ipBlock can tell from the internet
        const isPrivate = network !== "35.190";
        const pods = (from: Endpoint): string[] =>
          reached(there, from).filter(
            (line) => isPrivate || !line.includes(" only where an ipBlock means pods"),
          );
        const shared = [...NAMES, `${stack}-traefik:443/TCP`];
        expect(pods(there.user)).toEqual([...shared, "hub:8081/TCP", "proxy:8000/TCP"].sort());
        expect(pods(there.build)).toEqual([...shared].sort());
        expect(pods(there.dind)).toEqual([...shared].sort());
      },
    );

    test("the table has the pods that nobody must reach", () => {
      const names = table.pods.map(({ name }) => name);
      const { registry, cluster } = loadStackFile(stack, changes).stack.config as MemberConfig;
      expect(names).toEqual(
        expect.arrayContaining([
          `${stack}-prometheus-server`,
          `${stack}-grafana`,
          "federation-proxy",
          ...(cluster.kind === "k3s" ? [] : ["node-janitor"]),
          "build-pruner",
          "binder",
          `${stack}-dind`,
          ...(registry.kind === "harbor" ? [`${stack}-harbor-registry`, `${stack}-harbor-database`] : []),
        ]),
      );
      expect(table.ports.length).toBeGreaterThan(COMMON_PORTS.length);
    });

    test.each(addresses)("%s, %s port %d/%s: %s", (name, ip, port, protocol, allowed) => {
      const { policies, user, build, dind } = table;
      const verdicts = [user, build, dind].map((from) =>
        everywhere(policies, { from, to: { name, ip }, port, protocol }),
      );
      expect(verdicts).toEqual(Array(3).fill([allowed, allowed]));
    });

    test("NodeLocal's address gives names where the cluster is Google's", () => {
      const { policies, user, build, dind } = table;
      const to = { name: "NodeLocal", ip: "169.254.20.10" };
      const google = where === " on GKE";
      for (const from of [user, build, dind]) {
        for (const protocol of ["UDP", "TCP"] as const) {
          expect(everywhere(policies, { from, to, port: 53, protocol })).toEqual([google, google]);
        }
      }
    });

    test("hub and proxy reach a user's server, and nobody reaches a build or dind", () => {
      const { policies, user, build, dind, pods, ports } = table;
      const reaching = (to: Endpoint): string[] =>
        pods.flatMap((from) =>
          ports.flatMap((port) =>
            from.ip !== to.ip && everywhere(policies, { from, to, port }).includes(true)
              ? [`${from.name}:${String(port)}`]
              : [],
          ),
        );
      expect(reaching(user).sort()).toEqual(["hub:8888", "proxy:8888"]);
      expect(reaching(build)).toEqual([]);
      expect(reaching(dind)).toEqual([]);
    });

    test("dind has a network of its own, or no policy would hold for it", () => {
      const spec = objectOf(objects, "DaemonSet", `${stack}-dind`).spec?.template?.spec;
      expect(spec?.["hostNetwork"] ?? false).toBe(false);
    });
  });

  test("a registry on a port of its own can be pushed to; on the port of HTTPS it adds nothing", async () => {
    const pushes = async (url: string): Promise<boolean[]> => {
      const registry = {
        kind: "external",
        url,
        imagePrefix: `${new URL(url).host}/mybinder/i-`,
        login: "none",
      };
      const { stack } = loadStackFile("bids-ovh", { registry });
      const { policies, user, build, dind } = tableOf(
        await chart.renderRelease("bids-ovh", renderableValues(stack)),
        "bids-ovh",
        "10.42",
      );
      const to = { name: "registry", ip: "8.8.8.8" };
      return [user, build, dind].flatMap((from) => everywhere(policies, { from, to, port: 5000 }));
    };
    expect(await pushes("https://registry.example.org:5000")).toEqual(Array(6).fill(true));
    expect(await pushes("https://registry.example.org:443")).toEqual(Array(6).fill(false));
  }, 120_000);

  test("a narrower network keeps the exceptions that lie in it, and no others", async () => {
    const objects = await chart.render("banned-ips", "networkPolicy.egress.cidr=128.0.0.0/1");
    const { spec } = objectOf(objects, "NetworkPolicy", "binder-builds");
    expect((spec as unknown as NetworkPolicy["spec"]).egress?.[1]?.to).toEqual([
      {
        ipBlock: {
          cidr: "128.0.0.0/1",
          except: [
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "198.51.100.7/32",
            "198.51.100.8/32",
            "203.0.113.0/24",
          ],
        },
      },
    ]);
  });
});
