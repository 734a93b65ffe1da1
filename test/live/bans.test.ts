// Proves: from the one object that `mybinder bans` applies, the bundled keeper and agent, with the rights that the chart gives
// them on a real API server, make the real Traefik, HAProxy and CoreDNS, and BinderHub where this machine has it, refuse what is
// banned within seconds, and take it again when the ban ends. Does not prove: that a kubelet brings a ConfigMap to CoreDNS
// and cryptnono, that a network plugin obeys a policy (networkPolicies.test.ts does), or anything of cryptnono, which needs a kernel's headers.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { KeeperConfig } from "../../apps/ban-keeper/config";
import { Keeper } from "../../apps/ban-keeper/keeper";
import { InCluster } from "../../apps/inCluster";
import { environment } from "../../environment";
import type { Ban } from "../../model/federation/bans/list";
import { bansSecret, dnsBansConfigMap, flowBansConfigMap } from "../../model/federation/bans/objects";
import { iso } from "../../tools/ground/terminal/times";
import { consumerPath } from "../../tools/lab/kube/consumers";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { type ClusterAccess, kubectl } from "../../tools/ground/cluster/kubectl";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { BanKeeper } from "../support/banKeeper";
import { BinderHub, binderhubPython, type BinderHubValues } from "../support/binderhub";
import { type RunningCoreDns, startCoreDns } from "../support/coredns";
import { NameServer } from "../support/dns";
import { membersAt, Replica, startMembers, until } from "../support/federation";
import { AssembledChart, META_CHART, objectOf, type Rendered } from "../support/metaChart";
import { POOLS } from "../support/pools";
import { requireConsumers, requireReal } from "../support/real";
import { askHost } from "../support/tlsAnswer";
import { type RunningTraefik, startTraefik } from "../support/traefik";

const here = [
  requireReal("go", "golang-go, 1.26 or later"),
  requireReal("haproxy", "haproxy"),
  requireConsumers("traefik"),
  requireConsumers("coredns"),
].every(Boolean);
/** That the chart is rendered for. */
const NAMESPACE = "example-ns";
/** A client's address on loopback. */
const [BANNED, ALLOWED] = ["127.0.0.66", "127.0.0.1"];
const EMPTY: readonly Ban[] = [];
/** Of an object, what this file looks at. */
interface Live {
  readonly metadata: { readonly generation: number };
  readonly spec?: unknown;
  readonly data: Readonly<Record<string, string>>;
}
const ROLES = ["ServiceAccount", "Role", "RoleBinding"];

(here ? describe : describe.skip)("a list of bans in a cluster", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-bans-"));
  const env = { ...environment(), state: base };
  let plane: ControlPlane;
  let access: ClusterAccess;
  let keeper: BanKeeper;
  let replica: Replica;
  let traefik: RunningTraefik;
  let dns: RunningCoreDns;
  let daemonSet = "";
  /** What is to be ended, as far as it was started. */
  const started: (() => unknown)[] = [() => down("local", env, silent)];

  const succeeds = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(access, args, input);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const apply = (object: object): Promise<string> => {
    const args = ["apply", "--server-side", "--force-conflicts", "--field-manager", "mybinder-bans"];
    return succeeds([...args, "--filename", "-"], JSON.stringify(object));
  };
  /** What `mybinder bans` and the program write. Resolves to the time at which kubectl began. */
  const setBans = async (...bans: readonly Ban[]): Promise<number> => {
    const start = performance.now();
    await apply({ apiVersion: "v1", kind: "Secret", ...bansSecret(NAMESPACE, bans) });
    return start;
  };
  const took = (what: string, since: number): void => {
    process.stderr.write(`${what}: ${String(Math.round(performance.now() - since))} ms\n`);
  };
  const get = async (kind: string, name: string, namespace = NAMESPACE): Promise<Live> =>
    JSON.parse(await succeeds(["get", kind, name, "--namespace", namespace, "--output=json"])) as Live;
  const accountOf = async (name: string): Promise<Record<string, string>> => {
    const { clusters } = parse(await succeeds(["config", "view", "--raw"])) as {
      clusters: { cluster: { "certificate-authority-data": string } }[];
    };
    const ca = Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64").toString();
    const token = await succeeds(["create", "token", name, "--namespace", NAMESPACE]);
    return { "ca.crt": ca, namespace: NAMESPACE, token };
  };
  const atEntrypoint = async (entryPoint: "web" | "websecure", from: string): Promise<number> => {
    const port = traefik.ports[entryPoint] ?? 0;
    return (await askHost({ port, host: "example.org", tls: entryPoint === "websecure", from })).status;
  };
  const atProxy = async (client: string): Promise<number> =>
    (await replica.get("/build/gh/o/r/HEAD", { headers: { "X-Forwarded-For": client } })).status;

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: env, report: toStderr });
    plane = await up({ name: "local", pools: POOLS, environment: env, toolchain, report: silent });
    access = { ...toolchain, kubeconfig: plane.kubeconfig };
    const chart = await AssembledChart.create();
    const members = await startMembers();
    started.push(...Object.values(members).map((member) => () => member.close()));
    const objects = await chart.renderValues("federation", {
      federationProxy: membersAt(members, { apiServer: plane.server }),
      banKeeper: { dns: true },
      binderhubEnabled: true,
    });
    chart.remove();
    daemonSet =
      objects.find(({ kind, metadata }) => kind === "DaemonSet" && metadata.name.includes("cryptnono"))
        ?.metadata.name ?? "";
    await succeeds(["create", "namespace", NAMESPACE]);
    const wanted = ({ kind, metadata: { name } }: Rendered): boolean =>
      (ROLES.includes(kind) && /ban-keeper|federation-proxy/.test(name)) ||
      (kind === "NetworkPolicy" && name.startsWith("binder-")) ||
      (kind === "DaemonSet" && name === daemonSet);
    for (const object of objects.filter(wanted)) {
      await apply({ ...object, own: undefined, metadata: { namespace: NAMESPACE, ...object.metadata } });
    }
    await apply({ apiVersion: "v1", kind: "ConfigMap", ...flowBansConfigMap(NAMESPACE, []) });
    await apply({ apiVersion: "v1", kind: "ConfigMap", ...dnsBansConfigMap([]) });
    await setBans();

    replica = await Replica.start(objectOf(objects, "ConfigMap", "federation-proxy").data ?? {});
    started.push(() => replica.stop());
    const folder = join(replica.haproxy.folder, "account");
    mkdirSync(folder);
    for (const [name, text] of Object.entries(await accountOf("federation-proxy"))) {
      writeFileSync(join(folder, name), text);
    }
    const { data } = objectOf(objects, "Secret", "ban-keeper");
    const config = Buffer.from(data?.["keeper.json"] ?? "", "base64").toString();
    keeper = new BanKeeper(plane.server, config, await accountOf("ban-keeper"));
    started.push(() => keeper.stop());
    await keeper.start();

    const pods = Object.values(members)[0]?.host ?? "";
    const router = { rule: "PathPrefix(`/`)", service: "pods" };
    const file = {
      http: {
        routers: {
          plain: { ...router, entryPoints: ["web"] },
          secure: { ...router, entryPoints: ["websecure"], tls: {} },
        },
        services: { pods: { loadBalancer: { servers: [{ url: `http://${pods}` }] } } },
      },
    };
    const deployed = objects.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name.endsWith("-traefik"),
    );
    const [container] = deployed?.spec?.template?.spec.containers ?? [];
    const { args } = (container ?? {}) as { readonly args?: readonly string[] };
    traefik = await startTraefik(consumerPath("traefik", env), {
      args: (args ?? []).filter((arg) => !/kubernetesingress/i.test(arg)),
      files: { "test.yml": JSON.stringify(file) },
      kubeconfig: plane.kubeconfig,
      pods: "",
      bans: keeper.url("traefik"),
    });
    started.push(() => traefik.stop());
    const names = await NameServer.start();
    started.push(() => names.stop());
    dns = await startCoreDns(consumerPath("coredns", env), names.port);
    started.push(() => dns.stop());
    await until(
      () => atEntrypoint("web", ALLOWED),
      (status) => status === 200,
    );
    await until(
      () => replica.metric("federation_inputs_live"),
      (live) => live === 1,
    );
  }, 900_000);
  afterAll(async () => {
    for (const end of started.reverse()) await end();
    rmSync(base, { recursive: true, force: true });
  }, 60_000);

  const client = (what: string, more: Partial<Ban> = {}): Ban => ({
    kind: "client",
    what,
    reason: "test",
    ...more,
  });

  test("a banned client is refused by the entrypoint and by the proxy, and nobody else is", async () => {
    expect([await atEntrypoint("web", BANNED), await atProxy("2001:db8::7"), await atProxy(BANNED)]).toEqual([
      200, 307, 307,
    ]);
    const start = await setBans(client("127.0.0.64/26"), client("2001:db8::/64"));
    await Promise.all([
      until(
        () => atEntrypoint("web", BANNED),
        (status) => status === 403,
      ).then(() => {
        took("a ban at Traefik", start);
      }),
      until(
        () => atProxy(BANNED),
        (status) => status === 403,
      ).then(() => {
        took("a ban at HAProxy", start);
      }),
    ]);
    expect([await atEntrypoint("websecure", BANNED), await atProxy("2001:db8::7")]).toEqual([403, 403]);
    expect([await atEntrypoint("web", ALLOWED), await atEntrypoint("websecure", ALLOWED)]).toEqual([
      200, 200,
    ]);
    expect([
      await atProxy("2001:db8:0:1::7"),
      await atProxy("127.0.0.63"),
      await atProxy("nonsense"),
    ]).toEqual([307, 307, 307]);
    // only what the entrypoint itself added counts
    expect([await atProxy(`${BANNED}, 127.0.0.63`), await atProxy(`127.0.0.63, ${BANNED}`)]).toEqual([
      307, 403,
    ]);
    expect(replica.agentLog + keeper.log + traefik.log()).not.toContain("127.0.0.64");
  }, 60_000);

  test("an agent that starts again has HAProxy take what changed meanwhile", async () => {
    await replica.killAgent();
    await setBans();
    replica.startAgent();
    await until(
      () => atProxy(BANNED),
      (status) => status === 307,
    );
  }, 60_000);

  test("a ban ends by itself", async () => {
    const end = new Date(new Date().getTime() + 8_000);
    await setBans(client(BANNED, { until: iso(end.getTime()) }));
    await until(
      async () => [await atEntrypoint("web", BANNED), await atProxy(BANNED)],
      (both) => both.join() === "403,403",
    );
    await until(
      async () => [await atEntrypoint("web", BANNED), await atProxy(BANNED)],
      (both) => both.join() === "200,307",
    );
    expect(new Date().getTime()).toBeGreaterThanOrEqual(Math.floor(end.getTime() / 1000) * 1000);
  }, 60_000);

  test("a banned destination leaves the policies of user and build pods, and gets to cryptnono", async () => {
    const destination: Ban = { kind: "destination", what: "203.0.113.0/30", reason: "test" };
    const except = async (name: string): Promise<string> =>
      JSON.stringify((await get("networkpolicy", name)).spec);
    const [users, builds] = [await except("binder-users"), await except("binder-builds")];
    const start = await setBans(destination);
    await until(async () => (await except("binder-users")).includes("203.0.113.0/30"), Boolean);
    took("a destination in a network policy", start);
    await until(async () => (await except("binder-builds")).includes("203.0.113.0/30"), Boolean);
    const text = async (): Promise<string> => (await get("configmap", "flow-bans")).data["bans.txt"] ?? "";
    expect((await text()).trim().split("\n")).toEqual([
      "203.0.113.0",
      "203.0.113.1",
      "203.0.113.2",
      "203.0.113.3",
    ]);
    const generation = async (): Promise<number> => (await get("daemonset", daemonSet)).metadata.generation;
    const before = await generation();
    await setBans(destination, client(BANNED));
    await until(
      () => keeper.metrics(),
      (metrics) => metrics.includes('bans_active{kind="client"} 1'),
    );
    // it starts again for another list of its own only
    expect(await generation()).toBe(before);
    await setBans();
    await until(
      () => except("binder-users"),
      (now) => now === users,
    );
    await until(
      () => except("binder-builds"),
      (now) => now === builds,
    );
  }, 60_000);

  test("of two keepers that change a policy at once, the later one says nothing and looks again", async () => {
    const destination: Ban = { kind: "destination", what: "203.0.113.9", reason: "test" };
    const api = new InCluster(plane.server, join(keeper.folder, "account"), {
      timeoutMs: 5_000,
      maxBytes: 1 << 20,
    });
    const call = api.call.bind(api);
    const refused: unknown[] = [];
    /** The other one writes between its look and its change. */
    api.call = async (method, path, ...more) => {
      if (method === "PATCH" && path.endsWith("/binder-users") && refused.length === 0) {
        await succeeds([
          "annotate",
          "networkpolicy",
          "binder-users",
          "first=other",
          "--namespace",
          NAMESPACE,
        ]);
      }
      return call<never>(method, path, ...more).catch((error: unknown) => {
        refused.push(error);
        throw error;
      });
    };
    keeper.signal("SIGSTOP");
    const said: string[] = [];
    const later = new Keeper(
      JSON.parse(readFileSync(join(keeper.folder, "keeper.json"), "utf8")) as KeeperConfig,
      api,
      (line) => said.push(line),
    );
    try {
      await later.round();
      await setBans(destination);
      await later.round();
      expect(refused).toMatchObject([{ status: 409 }]);
      await later.round();
    } finally {
      keeper.signal("SIGCONT");
    }
    expect(JSON.stringify((await get("networkpolicy", "binder-users")).spec)).toContain("203.0.113.9/32");
    expect(said.filter((line) => line.includes("binder-users"))).toEqual([
      "networkpolicy/binder-users changed",
    ]);
    await setBans();
  }, 60_000);

  test("a banned host and what is below it have no address any more; others have", async () => {
    expect(await dns.lookUp("pool.example.org")).toBe("127.0.0.1");
    const start = await setBans({ kind: "host", what: "example.org", reason: "test" });
    const servers = async (): Promise<string> =>
      (await get("configmap", "coredns-custom", "kube-system")).data["mybinder-bans.server"] ?? "";
    const text = await until(servers, (one) => one.includes("example.org"));
    took("a host in coredns-custom", start);
    dns.setServers(text);
    await until(
      () => dns.lookUp("pool.example.org"),
      (answer) => answer === "ENOTFOUND",
    );
    took("a host at CoreDNS, which looks at its files every 2 s here", start);
    expect([await dns.lookUp("example.org"), await dns.lookUp("other-example.org")]).toEqual([
      "ENOTFOUND",
      "127.0.0.1",
    ]);
    await setBans();
    dns.setServers(await until(servers, (one) => !one.includes("example.org")));
    await until(
      () => dns.lookUp("pool.example.org"),
      (answer) => answer === "127.0.0.1",
    );
  }, 90_000);

  test("a malformed list changes nothing, and a metric says so", async () => {
    await setBans(client(BANNED));
    await until(
      async () => [await atEntrypoint("web", BANNED), await atProxy(BANNED)],
      (both) => both.join() === "403,403",
    );
    const broken = {
      ...bansSecret(NAMESPACE, EMPTY),
      data: { "bans.json": Buffer.from("{").toString("base64") },
    };
    await apply({ apiVersion: "v1", kind: "Secret", ...broken });
    await until(
      () => keeper.metrics(),
      (metrics) => metrics.includes("bans_list_valid 0"),
    );
    await until(
      () => replica.metric('federation_input_valid{input="bans"}'),
      (valid) => valid === 0,
    );
    expect([await atEntrypoint("web", BANNED), await atProxy(BANNED)]).toEqual([403, 403]);
    await setBans();
    await until(
      () => atEntrypoint("web", BANNED),
      (status) => status === 200,
    );
  }, 60_000);

  test("the keeper may do what it does, and nothing else", async () => {
    const may = async (...what: string[]): Promise<string> => {
      const as = ["auth", "can-i", "--as", `system:serviceaccount:${NAMESPACE}:ban-keeper`, ...what];
      return (await kubectl(access, as)).stdout.trim();
    };
    const here = ["--namespace", NAMESPACE];
    expect(await may("get", "secret/bans", ...here)).toBe("yes");
    expect(await may("patch", "configmap/coredns-custom", "--namespace", "kube-system")).toBe("yes");
    for (const what of [
      ["get", "secrets", ...here],
      ["update", "secret/bans", ...here],
      ["patch", "networkpolicy/ban-keeper", ...here],
      ["create", "networkpolicies", ...here],
      ["patch", "configmap/coredns", "--namespace", "kube-system"],
      ["patch", "deployment/coredns", "--namespace", "kube-system"],
    ]) {
      expect([what, await may(...what)]).toEqual([what, "no"]);
    }
  }, 60_000);

  const python = binderhubPython();
  (python === undefined ? test.skip : test)(
    "a banned repository is refused by BinderHub, without a restart",
    async () => {
      const { binderhub } = parse(readFileSync(join(META_CHART, "values.yaml"), "utf8")) as {
        binderhub: BinderHubValues;
      };
      const config = { ...binderhub.config, Bans: { url: keeper.url("repositories") } };
      const { "04-bans": snippet = "" } = binderhub.extraConfig;
      const hub = await BinderHub.start(python ?? "", { config, extraConfig: { "04-bans": snippet } });
      try {
        const says = async (spec: string): Promise<string> =>
          hub.launch(spec, await hub.pageToken(spec, "example.org"), "example.org");
        const banned = "is not allowed to launch";
        expect(await says("gh/miner/repo/HEAD")).not.toContain(banned);
        const provider = "GitHubRepoProvider" as const;
        const start = await setBans({ kind: "repository", provider, what: "^miner/.*", reason: "test" });
        await until(
          () => says("gh/miner/repo/HEAD"),
          (message) => message.includes(banned),
        );
        took("a ban at BinderHub", start);
        expect(await says("gh/MINER/other/HEAD")).toContain(banned);
        expect(await says("gist/miner/0123456789abcdef0123456789abcdef/HEAD")).toContain(banned);
        expect(await says("gh/fine/miner/HEAD")).not.toContain(banned);
        await setBans();
        await until(
          () => says("gh/miner/repo/HEAD"),
          (message) => !message.includes(banned),
        );
      } finally {
        hub.stop();
      }
    },
    120_000,
  );
});
