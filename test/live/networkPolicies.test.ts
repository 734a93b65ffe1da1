// Proves: the network policy controller of K3s, the very module that our K3s embeds, makes of the rendered policies, read from a
// real API server, rules of a real kernel under which each pod reaches what the table says and nothing else, by IPv4 and IPv6;
// how soon a ban of a destination counts, what becomes of open connections, and what is open while there are no rules.
// Does not prove: flannel's bridge or Services' addresses (pods are routed, and asked for by their own addresses), or what another
// network plugin does. Pods are network namespaces without containers; the test tells their addresses as a kubelet would.
import { setTimeout as sleep } from "node:timers/promises";
import { bansSecret } from "../../model/federation/bans/objects";
import type { Ban } from "../../model/federation/bans/list";
import { renderableValues } from "../../tools/ground/cluster/renderableValues";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { AssembledChart, type Rendered } from "../support/metaChart";
import { type Endpoint, isAllowed } from "../support/networkPolicy";
import { REACHING_A_USER, reachedByStrangers, type Table, tableOf } from "../support/networkTable";
import { BOTH, type Cell, FAMILIES, OUTSIDE, pairs, toOutside, tryOf } from "../support/podNetwork/cells";
import { PolicedCluster } from "../support/podNetwork/cluster";
import { NODE, slug } from "../support/podNetwork/pods";
import { canMakeNetworks, now, type Place, type Try } from "../support/podNetwork/network";
import { requireConsumers, requireReal } from "../support/real";

const PROGRAMS: [program: string, debianPackage: string][] = [
  ["go", "golang-go, 1.26 or later"],
  ["iptables", "iptables"],
  ["ipset", "ipset"],
  ["ip", "iproute2"],
  ["python3", "python3"],
  ["unshare", "util-linux"],
];
const here =
  [...PROGRAMS.map((one) => requireReal(...one)), requireConsumers("kube-router")].every(Boolean) &&
  canMakeNetworks();

/** A member with Harbor on K3s. */
const STACK = "hetzner-2i2c";
/** Ports of the node itself; the last is one of those that are given to Services. */
const NODE_PORTS = [80, 443, 2375, 6443, 9100, 10250, 31000];
/** What the node's own addresses answer to a pod that may reach the internet alone. */
const REACHED_AT_NODE = [
  ...["10.42.0.1:31000/TCP", "10.42.0.1:31000/UDP", "2001:db8::10:31000/TCP", "2001:db8::10:31000/UDP"],
  ...["203.0.113.10:31000/TCP", "203.0.113.10:31000/UDP", "203.0.113.10:443/TCP", "203.0.113.10:80/TCP"],
];
const METADATA = ["169.254.169.254", 80, "TCP"] as const;
const METADATA6 = ["fd20:ce::254", 80, "TCP"] as const;
(here ? describe : describe.skip).each(chartFolders())("K3s' network policies, with %s", (_, charts) => {
  let cluster: PolicedCluster;
  let objects: Rendered[];
  let table: Table;
  let everybody: Endpoint[];

  beforeAll(async () => {
    const chart = await AssembledChart.create(charts);
    objects = await chart.renderRelease(STACK, renderableValues(loadStackFile(STACK).stack));
    chart.remove();
    table = tableOf(objects, STACK, "10.42");
    everybody = [table.user, table.build, ...table.pods];
    const addresses = [NODE.gateway, ...NODE.addresses];
    cluster = await PolicedCluster.start(
      NODE_PORTS.flatMap((port) => addresses.map((ip): Place => [ip, port])),
    );
    await cluster.addOutside(OUTSIDE.map(([, ip, port]) => [ip, port]));
    await cluster.addNamespaces(...new Set(everybody.map(({ namespace = "" }) => namespace)));
    await cluster.addPods(everybody, table.ports);
    await cluster.tellAddresses(everybody);
    await cluster.apply(
      objects.filter(({ kind }) => kind === "NetworkPolicy"),
      STACK,
    );
  }, 300_000);
  afterAll(() => cluster.stop(), 60_000);

  const reached = (cells: readonly Cell[]): Promise<boolean[]> => cluster.network.reached(cells.map(tryOf));
  const strangers = (): Endpoint[] => [table.user, table.build, table.dind];
  /** Says how long something took; fails when it never was. */
  const took = (what: string, since: number, at = NaN): void => {
    process.stderr.write(`${what}: ${String(Math.round((at - since) / 1e6))} ms\n`);
    expect(at).toBeGreaterThan(0);
  };

  test("without rules, a user pod reaches every address of the table, the metadata too", async () => {
    expect(await reached(toOutside(table.user))).toEqual(OUTSIDE.map(() => true));
  });

  test("a controller that starts closes within a minute what is to be closed", async () => {
    const start = now();
    await cluster.startController();
    const at = await cluster.network.first(["user", ...METADATA], false);
    took("rules for all pods, from the start of the controller", start, at);
    // the rules of the other family are another transaction
    expect(await cluster.network.first(["user", ...METADATA6], false)).toBeDefined();
  }, 90_000);

  test("addresses that are no pod's: as the table has it", async () => {
    for (const from of strangers()) {
      const found = await reached(toOutside(from));
      const rows = OUTSIDE.map((row, index) => [...row.slice(0, 4), found[index]]);
      expect({ from: from.name, rows }).toEqual({ from: from.name, rows: OUTSIDE });
    }
  });

  test.each(FAMILIES)(
    "pods, by %s: strangers reach what the table says, on no other port",
    async (__, as) => {
      const cells = pairs(strangers().map(as), table.pods.map(as), () => table.ports);
      const found = await reached(cells);
      const by = (name: string): string[] =>
        cells
          .filter(({ from }, index) => from.name === name && found[index])
          .map(({ to, port, protocol }) => `${to.name}:${String(port)}/${protocol}`)
          .sort();
      expect({ user: by("user"), build: by("build"), dind: by(table.dind.name) }).toEqual(
        reachedByStrangers(STACK),
      );
    },
    60_000,
  );

  test("hub and proxy reach a user's server, and nobody reaches a build or dind", async () => {
    const cells = pairs(table.pods, strangers(), () => table.ports, ["TCP"]);
    const found = await reached(cells);
    const reaching = cells
      .filter((__, index) => found[index])
      .map(({ from, to, port }) => `${to.name}: ${from.name}:${String(port)}`);
    expect(reaching.sort()).toEqual(REACHING_A_USER.map((line) => `user: ${line}`));
  }, 60_000);

  test.each(FAMILIES)(
    "every pod and every port that a pod declares, by %s: as the API reference says",
    async (__, as) => {
      const all = everybody.map(as);
      const declared = ({ portNames = {} }: Endpoint): number[] => [...new Set(Object.values(portNames))];
      const cells = pairs(all, all, declared, ["TCP"]);
      const found = await reached(cells);
      expect(cells.length).toBeGreaterThan(1000);
      const text = ({ from, to, port }: Cell): string => `${from.name} -> ${to.name}:${String(port)}`;
      expect(cells.filter((__, index) => found[index]).map(text)).toEqual(
        cells.filter((cell) => isAllowed(table.policies, cell, true)).map(text),
      );
    },
    60_000,
  );

  test("the node: kubelet, API server and Docker are closed to pods, ports of Services are not; it reaches every pod itself", async () => {
    const addresses = [NODE.gateway, ...NODE.addresses];
    for (const from of strangers()) {
      const tries = addresses.flatMap((ip) =>
        NODE_PORTS.flatMap((port) => BOTH.map((protocol): Try => [slug(from), ip, port, protocol])),
      );
      const found = await cluster.network.reached(tries);
      const open = tries
        .filter((__, index) => found[index])
        .map(([, ip, port, protocol]) => `${ip}:${String(port)}/${protocol}`);
      expect(open.sort()).toEqual(REACHED_AT_NODE);
    }
    expect(
      await cluster.network.reached(strangers().map(({ ip }): Try => ["node", ip, 8888, "TCP"])),
    ).toEqual([true, true, true]);
  });

  test("a banned destination is refused within seconds, an open connection goes on, and the end of the ban opens it", async () => {
    const destination = (what: string): Ban => ({ kind: "destination", what, reason: "test" });
    const to = (from: Endpoint): Try => [slug(from), "8.8.8.8", 443, "TCP"];
    const setBans = (...bans: Ban[]): Promise<void> =>
      cluster.apply([{ apiVersion: "v1", kind: "Secret", ...bansSecret(STACK, bans) }]);
    await setBans();
    await cluster.startBanKeeper(STACK, objects);
    await cluster.network.hold("open", to(table.user));
    expect(await cluster.network.talks("open")).toBe(true);
    const start = now();
    await setBans(destination("8.8.8.0/24"), destination("2001:db8:1::/48"));
    const at = await cluster.network.first(to(table.user), false);
    took("a destination's ban, from the command to a refused connection", start, at);
    expect(await cluster.network.first(to(table.build), false)).toBeDefined();
    expect(await cluster.network.first(to(table.dind), false)).toBeDefined();
    expect(await cluster.network.reached([["user", "11.0.0.1", 443, "TCP"]])).toEqual([true]);
    expect(await cluster.network.talks("open")).toBe(true);
    await setBans();
    expect(await cluster.network.first(to(table.user), true)).toBeDefined();
  }, 200_000);

  test("a new pod reaches everything until its kubelet has told its address, and what it may from then on", async () => {
    const fresh: Endpoint = { ...table.user, name: "a new user", ip: "10.42.4.1" };
    await cluster.addPods([fresh], [8888]);
    const metadata: Try = [slug(fresh), ...METADATA];
    await sleep(1_000); // with all the time that the controller could need
    const alone: Try[] = [
      metadata,
      [slug(fresh), NODE.gateway, 10250, "TCP"],
      [slug(fresh), "11.0.0.1", 443, "TCP"],
    ];
    // what another pod's own policy closes stays closed
    expect(await cluster.network.reached([...alone, [slug(fresh), table.user.ip, 8888, "TCP"]])).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await cluster.network.hold("early", metadata);
    const closed = cluster.network.first(metadata, false);
    await cluster.tellAddresses([fresh]);
    const told = now();
    const at = await closed;
    took("a new pod, from its address to its rules", told, at);
    expect(await cluster.network.reached([...alone, [slug(fresh), "8.8.8.8", 443, "TCP"]])).toEqual([
      false,
      false,
      true,
      true,
    ]);
    // what it opened before goes on
    expect(await cluster.network.talks("early")).toBe(true);
  }, 120_000);

  test("rules stay while the API server and the controller are away, and while one starts without the other", async () => {
    process.kill(cluster.plane.pids["kube-apiserver"], "SIGKILL");
    await cluster.network.end("controller");
    const some: Try[] = [
      ["user", ...METADATA],
      ["user", "8.8.8.8", 443, "TCP"],
      ["user", "8.8.8.8", 25, "TCP"],
    ];
    expect(await cluster.network.reached(some)).toEqual([false, true, false]);
    await cluster.startController();
    expect(await cluster.network.first(["user", ...METADATA], true, 3)).toBeUndefined();
    expect(await cluster.network.reached(some)).toEqual([false, true, false]);
  }, 60_000);
});
