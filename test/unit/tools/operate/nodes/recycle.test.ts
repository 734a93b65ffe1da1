import type { KubeNode, KubePod, NodesCluster } from "../../../../../tools/operate/nodes/cluster";
import { recycle, type RecycleOptions } from "../../../../../tools/operate/nodes/recycle";
import { node, pod } from "../../../../support/pods";

/** A cluster in memory: an evicted pod comes up elsewhere, a session ends after some looks. */
class FakeCluster implements NodesCluster {
  readonly log: string[] = [];
  looks = 0;
  constructor(
    public all: KubeNode[],
    public on: KubePod[],
    private readonly refuse: (pod: KubePod, looks: number) => string | undefined = () => undefined,
    private readonly sessionsEnd = 3,
  ) {}
  nodes = (): Promise<KubeNode[]> => Promise.resolve(this.all);
  pods(): Promise<KubePod[]> {
    this.looks += 1;
    if (this.looks > this.sessionsEnd) {
      this.on = this.on.filter(({ metadata }) => metadata.labels?.["component"] !== "singleuser-server");
    }
    return Promise.resolve(this.on);
  }
  cordon(name: string): Promise<void> {
    this.log.push(`cordon ${name}`);
    this.all = this.all.map((one) =>
      one.metadata.name === name ? { ...one, spec: { ...one.spec, unschedulable: true } } : one,
    );
    return Promise.resolve();
  }
  evict(evicted: KubePod): Promise<string | undefined> {
    const why = this.refuse(evicted, this.looks);
    if (why === undefined) {
      this.log.push(`evict ${evicted.metadata.name}`);
      this.on = this.on.map((one) =>
        one.metadata.name === evicted.metadata.name ? { ...one, spec: { ...one.spec, nodeName: "b" } } : one,
      );
    }
    return Promise.resolve(why);
  }
}

const purpose = (value: string): Record<string, string> => ({ "mybinder.org/node-purpose": value });
const A = node("a", {}, purpose("core"));
const B = node("b", {}, purpose("core"));
const PROXIES = [pod("proxy-1", "a", { workload: "proxy" }), pod("proxy-2", "a", { workload: "proxy" })];
const SESSION = pod("jupyter-x", "a", { component: "singleuser-server" });

function start(cluster: FakeCluster, more: Partial<RecycleOptions> = {}): ReturnType<typeof recycle> {
  const defaults = {
    target: "a",
    timeoutMs: 5000,
    wait: true,
    signal: new AbortController().signal,
    pollMs: 1,
  };
  return recycle({ ...defaults, cluster, report: (line) => cluster.log.push(line), ...more });
}

test("cordons, moves system pods one of each at a time, waits for sessions, and says what stays", async () => {
  const cluster = new FakeCluster([A, B], [...PROXIES, SESSION, pod("by-hand", "a")], undefined, 8);
  expect(await start(cluster)).toEqual({ nodes: ["a"], sessions: 0, builds: 0, bare: ["example/by-hand"] });
  const done = cluster.log.filter((line) => /^(cordon|evict) /.test(line));
  expect(done).toEqual(["cordon a", "evict proxy-1", "evict proxy-2"]);
  expect(cluster.log).toContain("on a: 1 user, 0 build, 2 system pods");
});

test("run again, it goes on: nothing is cordoned or moved twice", async () => {
  const cordoned = node("a", { unschedulable: true }, purpose("core"));
  const cluster = new FakeCluster([cordoned, B], [SESSION]);
  await start(cluster);
  expect(cluster.log.filter((line) => /^(cordon|evict) /.test(line))).toEqual([]);
});

test("a disruption budget holds it up, and it says so once", async () => {
  const refuse = (_: KubePod, looks: number): string | undefined =>
    looks < 8 ? "the budget says no" : undefined;
  const cluster = new FakeCluster([A, B], PROXIES, refuse);
  await start(cluster);
  expect(
    cluster.log.filter((line) => line === "waiting to evict example/proxy-1: the budget says no"),
  ).toHaveLength(1);
  expect(cluster.log).toContain("evict proxy-1");
});

test("when the time is up it fails with what is not moved and why", async () => {
  const cluster = new FakeCluster([A, B], PROXIES, () => "the budget says no");
  await expect(start(cluster, { timeoutMs: 20 })).rejects.toThrow(
    "timed out; not moved: example/proxy-1, example/proxy-2; waiting to evict example/proxy-1: the budget says no. To continue, run the same command again.",
  );
});

test("sessions that outlast the time, or are not waited for, are counted", async () => {
  const forever = (): FakeCluster => new FakeCluster([A, B], [SESSION], undefined, Infinity);
  await expect(start(forever(), { timeoutMs: 20 })).resolves.toMatchObject({ sessions: 1 });
  await expect(start(forever(), { wait: false })).resolves.toMatchObject({ sessions: 1 });
});

test.each([
  ["a", [A, node("b", {}, purpose("user"))]],
  ["core", [A, B]],
])("%s: nothing is done where system pods would have nowhere to go", async (target, nodes) => {
  const picky = pod("proxy-1", "a", { workload: "proxy", nodeSelector: purpose("core") });
  const cluster = new FakeCluster(nodes, [picky]);
  await expect(start(cluster, { target })).rejects.toThrow(
    "nothing was changed: no other node could take example/proxy-1.",
  );
  expect(cluster.log).toEqual([]);
});

test("an unknown target names what there is", async () => {
  await expect(start(new FakeCluster([A, B], []), { target: "x" })).rejects.toThrow(
    "no node or pool x; pools: core; nodes: a, b",
  );
});

test.each([-3_600_000, 3_600_000])(
  "a wall clock that is set by %d ms makes the time neither shorter nor longer",
  async (jump) => {
    const real = Date.now;
    const set = (cluster: FakeCluster): number => (cluster.looks > 2 ? jump : 0);
    const patient = new FakeCluster([A, B], [SESSION], undefined, 8);
    const hasty = new FakeCluster([A, B], [SESSION], undefined, Infinity);
    const clock = jest.spyOn(Date, "now").mockImplementation(() => real() + set(patient));
    // the session ends, an hour or not, or the time does
    expect(await start(patient)).toMatchObject({ sessions: 0 });
    clock.mockImplementation(() => real() + set(hasty));
    expect(await start(hasty, { timeoutMs: 100 })).toMatchObject({ sessions: 1 });
    clock.mockRestore();
  },
  20_000,
);
