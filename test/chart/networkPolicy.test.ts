import type { MemberConfig } from "../../model/schema/stack";
import { stackNames } from "../../model/stack/stackFiles";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { renderableValues } from "../../tools/ground/cluster/renderableValues";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, objectOf, type Rendered } from "../support/metaChart";
import {
  type Connection,
  type Endpoint,
  isAllowed,
  type NetworkPolicy,
  type Protocol,
} from "../support/networkPolicy";
import {
  ADDRESSES,
  COMMON_PORTS,
  REACHING_A_USER,
  reachedByStrangers,
  type Table,
  tableOf,
} from "../support/networkTable";

/*
 * Who may reach whom, for every stack that serves launches: source x destination x port, over the labels of the rendered pods.
 * Not proved: that a network plugin enforces it; of K3s' own that is test/live/networkPolicies.
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
        const { user, build, dind } = there;
        const found = { user: pods(user), build: pods(build), dind: pods(dind) };
        expect(found).toEqual(reachedByStrangers(stack));
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

    test.each(ADDRESSES)("%s, %s port %d/%s: %s", (name, ip, port, protocol, allowed) => {
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
      expect(reaching(user).sort()).toEqual(REACHING_A_USER);
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
