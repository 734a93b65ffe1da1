// Proves: with the rendered arguments, rights and role, the real vlagent reads files as a kubelet keeps them, under pods of a real API
// server, and the real VictoriaLogs keeps what it sends, finds it through that API server, and drops what it must. Both run as in
// their containers: same paths, user, no capability. Does not prove: a network plugin, or a kubelet's own timing.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { run } from "../../tools/ground/terminal/run";
import { toStderr } from "../../tools/ground/terminal/report";
import { ROOT } from "../../tools/ground/root";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import type { Contained } from "../support/contained";
import { type ContainerLog, KubeletLogs } from "../support/kubeletLogs";
import { ADDRESS, LogStore, metricIn, startCollector, until } from "../support/logPrograms";
import { AssembledChart, objectOf, type Rendered } from "../support/metaChart";
import { POOLS } from "../support/pools";
import { requireConsumers, requireReal } from "../support/real";
import { type Ended, runCommand } from "../support/runTool";

const able = process.getuid?.() === 0 && ADDRESS !== undefined;
if (!able) process.stderr.write("skipped: needs root, and an address that is not loopback\n");
const tools = [
  requireConsumers("victoria-logs", "vlagent"),
  requireReal("go", "golang-go, 1.26 or later"),
  requireReal("setpriv", "util-linux"),
  requireReal("unshare", "util-linux"),
].every(Boolean);
const MINUTE = 60_000;
/** The namespace of a stack of the same name. */
const STACK = "hetzner-2i2c";
const NODE = "core-1";
const REPOSITORY = "https://github.com/o/r/tree/main";

(able && tools ? describe : describe.skip)("logs of a node", () => {
  const state = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-logs-")));
  const here = { ...environment(), state };
  const logs = new KubeletLogs(state);
  let toolchain: Toolchain;
  let plane: ControlPlane;
  let objects: Rendered[];
  let store: LogStore;
  /** Of what runs. */
  const stops: (() => Promise<void>)[] = [];
  let collector: Contained & { readonly metricsUrl: string };
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const all = ["--kubeconfig", plane.kubeconfig, "--namespace", STACK, ...args];
    const { code, stdout, stderr } = await run(toolchain.kubectl, all, input);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout.trim();
  };
  const create = (items: readonly object[]): Promise<string> =>
    kubectl(["create", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  /** A pod that runs on the node, and its files. */
  const pod = async (name: string, container: string, annotations = {}): Promise<ContainerLog> => {
    const log = logs.start(STACK, name, container);
    const spec = { nodeName: NODE, containers: [{ name: container, image: "registry.k8s.io/pause:3.10" }] };
    await create([{ apiVersion: "v1", kind: "Pod", metadata: { name, annotations }, spec }]);
    await until(
      () => kubectl(["get", "pod", name, "--output=jsonpath={.status.phase}"]),
      (phase) => phase === "Running",
    );
    const status = {
      ...{ name: container, image: "", imageID: "", ready: true, restartCount: 0 },
      containerID: `containerd://${log.id}`,
    };
    const patch = JSON.stringify({ status: { containerStatuses: [status] } });
    await kubectl(["patch", "pod", name, "--subresource=status", "--type=merge", `--patch=${patch}`]);
    return log;
  };
  const session = (name: string, client: string): Promise<ContainerLog> =>
    pod(name, "notebook", { "binder-repo": REPOSITORY, "mybinder.org/client": client });
  const startAgain = async (): Promise<void> => {
    const access = { server: plane.server, secrets: join(state, "secrets"), pod: "log-collector-x" };
    const started = (collector = await startCollector(state, objects, logs, store, access));
    stops.push(() => started.stop("SIGKILL"));
  };
  const mybinder = (...args: readonly string[]): Promise<Ended> =>
    runCommand(ROOT, ["logs", STACK, "--kubeconfig", plane.kubeconfig, ...args], {}).ended;
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `line ${String(from + index)}`);
  /** How often each line of a pod is there. */
  const found = async (name: string): Promise<Map<string, number>> => {
    const rows = await store.ask(`{"kubernetes.pod_name"="${name}"} | stats by (_msg) count() n`);
    return new Map(rows.map((row) => [row["_msg"] ?? "", Number(row["n"])]));
  };
  const missing = async (name: string, lines: readonly string[]): Promise<string[]> => {
    const there = await found(name);
    return lines.filter((line) => !there.has(line));
  };
  const arrive = (name: string, lines: readonly string[]): Promise<string[]> =>
    until(
      () => missing(name, lines),
      (left) => left.length === 0,
      2 * MINUTE,
    );

  /** Lines of a pod that are there more than once. */
  const twice = async (name: string): Promise<string[]> =>
    [...(await found(name))].filter(([, count]) => count > 1).map(([line]) => line);
  /** How often the collector has sent something again. */
  const retries = async (): Promise<number> =>
    metricIn(await (await fetch(collector.metricsUrl)).text(), "vlagent_remotewrite_retries_count_total");

  beforeAll(async () => {
    chmodSync(state, 0o755);
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
    const chart = await AssembledChart.create();
    objects = await chart.render("logs");
    chart.remove();
    plane = await up({ name: "logs", pools: POOLS, environment: here, toolchain, report: toStderr });
    await kubectl(["create", "namespace", STACK]);
    const data = join(state, "data");
    mkdirSync(data);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=200m,mode=777", "none", data]);
    stops.push(() => Promise.resolve(void execFileSync("umount", [data])));
    store = await LogStore.start(state, objects, data);
    stops.push(() => store.stop());
    const own = (kind: string, name: string): Rendered =>
      ({ ...objectOf(objects, kind, name), own: undefined }) as never;
    const binding = own("ClusterRoleBinding", "example-log-collector") as unknown as { subjects: object[] };
    await create([
      own("ServiceAccount", "log-collector"),
      own("ClusterRole", "example-log-collector"),
      { ...binding, subjects: [{ kind: "ServiceAccount", name: "log-collector", namespace: STACK }] },
      { ...own("Service", "log-store"), spec: { ports: [{ name: "http", port: 9428 }] } },
    ]);
    // what the control plane's own controllers would do for a pod of the store, at whose address it listens here
    await pod("log-store-0", "store");
    const ips = JSON.stringify({ status: { podIP: ADDRESS, podIPs: [{ ip: ADDRESS }] } });
    await kubectl(["patch", "pod", "log-store-0", "--subresource=status", "--type=merge", `--patch=${ips}`]);
    const targetRef = { kind: "Pod", name: "log-store-0", namespace: STACK };
    const subset = { addresses: [{ ip: ADDRESS, targetRef }], ports: [{ name: "http", port: store.port }] };
    const endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "log-store" },
      subsets: [subset],
    };
    const made = ["--kubeconfig", plane.kubeconfig, "--namespace", STACK, "create", "--filename=-"];
    expect(await run(toolchain.kubectl, made, JSON.stringify(endpoints))).toMatchObject({ code: 0 });
    const secrets = join(state, "secrets");
    mkdirSync(secrets);
    writeFileSync(join(secrets, "token"), await kubectl(["create", "token", "log-collector"]));
    writeFileSync(join(secrets, "ca.crt"), readFileSync(join(plane.dir, "pki", "apiserver.crt")));
    writeFileSync(join(secrets, "namespace"), STACK);
    await pod("log-collector-x", "collector");
    await startAgain();
  }, 15 * MINUTE);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    await down("logs", here, toStderr);
    rmSync(state, { recursive: true });
  }, MINUTE);

  test(
    "what a session prints is found by who launched it and what, also when the pod is gone",
    async () => {
      const log = await session("jupyter-a", "203.0.113.9");
      const other = await session("jupyter-b", "203.0.113.99");
      log.write(["first", "an error of mine"]);
      log.writeSplit(["a".repeat(16_384), "b".repeat(16_384), "end"]);
      other.write(["an error of another"]);
      await arrive("jupyter-a", [
        "first",
        "an error of mine",
        `${"a".repeat(16_384)}${"b".repeat(16_384)}end`,
      ]);
      await arrive("jupyter-b", ["an error of another"]);
      log.write(["last words"]);
      log.remove();
      await kubectl(["delete", "pod", "jupyter-a", "--now"]);
      await arrive("jupyter-a", ["last words"]);
      const { code, stdout, stderr } = await mybinder("error or words", "--client", "203.0.113.9");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout.split("\n").map((line) => line.replace(/^\S+ {2}/, ""))).toEqual([
        "jupyter-a/notebook  an error of mine",
        "jupyter-a/notebook  last words",
        "",
      ]);
      const json = await mybinder("error", "--repository", "O/R", "--json");
      expect(
        json.stdout
          .trim()
          .split("\n")
          .map((line) => (JSON.parse(line) as Record<string, string>)["_msg"]),
      ).toEqual(["an error of mine", "an error of another"]);
      const counted = await mybinder(
        "* | stats by (kubernetes.pod_name) count() n",
        "--pod",
        "jupyter-a",
        "--json",
      );
      expect(counted.stdout).toBe('{"kubernetes.pod_name":"jupyter-a","n":"4"}\n');
    },
    3 * MINUTE,
  );

  test(
    "what the command cannot do, it says in one line",
    async () => {
      const says = async (...args: readonly string[]): Promise<string> => {
        const { code, stderr } = await mybinder(...args);
        return `${String(code)} ${stderr.trim()}`;
      };
      expect(await says("error or (")).toMatch(
        /^2 the store of logs of hetzner-2i2c does not understand the query: cannot parse .*expecting a filter/,
      );
      expect(await says("--stats", "--follow")).toMatch(/^2 --stats is a query of its own/);
      expect(await says("--since", "yesterday")).toMatch(
        /^1 error: option .--since <time>. argument .yesterday. is invalid/,
      );
      expect(await says("--pod", "nobody")).toBe("0 ");
    },
    MINUTE,
  );

  test(
    "who may not read logs, or has the wrong kubeconfig, is told so",
    async () => {
      const says = async (change: (kubeconfig: string) => string): Promise<string> => {
        const file = join(state, "other-kubeconfig");
        writeFileSync(file, change(readFileSync(plane.kubeconfig, "utf8")), { mode: 0o600 });
        const { code, stderr } = await runCommand(ROOT, ["logs", STACK, "--kubeconfig", file], {}).ended;
        return `${String(code)} ${stderr.trim()}`;
      };
      const nobody = `http://127.0.0.1:${String(await freePort())}`;
      expect(await says((text) => text.replaceAll(plane.server, nobody))).toMatch(
        /^1 the API server of hetzner-2i2c does not let us in: .*is it the kubeconfig of hetzner-2i2c\?$/,
      );
      const token = readFileSync(join(state, "secrets", "token"), "utf8");
      const asCollector = (text: string): string => text.replace(/(token: ?).*/, `$1${token}`);
      expect(await says(asCollector)).toMatch(
        /^1 this kubeconfig may not read the logs of hetzner-2i2c: it needs get of services\/proxy there: .*Forbidden/,
      );
    },
    MINUTE,
  );

  test(
    "lines are followed until the command is interrupted",
    async () => {
      const log = await session("jupyter-followed", "203.0.113.6");
      const args = ["logs", STACK, "--kubeconfig", plane.kubeconfig, "--pod", "jupyter-followed", "--follow"];
      const following = runCommand(ROOT, args, {});
      let shown = "";
      following.child.stdout?.on("data", (text: string) => (shown += text));
      let count = 0;
      await until(
        () => (log.write([`line ${String(count++)}`]), sleep(500, shown)),
        (text) => text.includes("jupyter-followed/notebook  line "),
      );
      following.child.kill("SIGINT");
      expect(await following.ended).toMatchObject({ code: 0 });
    },
    MINUTE,
  );

  test(
    "the kubelet rotates while lines are written: each arrives once",
    async () => {
      const log = await session("jupyter-rotated", "203.0.113.1");
      for (let round = 0; round < 5; round += 1) {
        log.write(numbers(round * 1000, round * 1000 + 600));
        log.rotate();
        log.write(numbers(round * 1000 + 600, round * 1000 + 1000));
        await arrive("jupyter-rotated", [`line ${String(round * 1000 + 999)}`]);
      }
      await arrive("jupyter-rotated", numbers(0, 5000));
      expect([...(await found("jupyter-rotated")).values()].filter((count) => count !== 1)).toEqual([]);
    },
    3 * MINUTE,
  );

  test(
    "a line of JSON that claims to be another's is found in nobody's name",
    async () => {
      const liar = await session("jupyter-liar", "203.0.113.2");
      const build = await pod("build-liar", "builder", { "binder-repo": REPOSITORY });
      const claims = [
        { "kubernetes.pod_annotations.mybinder.org/client": "203.0.113.77" },
        { "kubernetes.pod_name": "hub-1" },
        { "kubernetes.container_name": "hub" },
        { "kubernetes.pod_annotations.binder-repo": "https://github.com/x/y" },
        { _stream: '{"kubernetes.pod_name"="hub-1"}', _time: "2020-01-01T00:00:00Z" },
      ];
      for (const log of [liar, build]) {
        log.write([...claims.map((claim) => JSON.stringify({ msg: "a claim", ...claim })), "the end"]);
      }
      await arrive("jupyter-liar", ["the end"]);
      await arrive("build-liar", ["the end"]);
      const options = [
        ...[
          ["--client", "203.0.113.77"],
          ["--pod", "hub-"],
        ],
        ...[
          ["--container", "hub"],
          ["--repository", "x/y"],
        ],
      ];
      for (const option of options) {
        const { stdout } = await mybinder("claim", "--since", "3650d", ...option);
        expect([option, stdout]).toEqual([option, ""]);
      }
      // what claims none of these is kept, at the time of the container runtime
      expect(await found("jupyter-liar")).toEqual(
        new Map([
          ["a claim", 1],
          ["the end", 1],
        ]),
      );
      const { stdout } = await mybinder("--stats");
      expect(stdout).toMatch(/jupyter-liar +203\.0\.113\.2 /);
      expect(stdout).not.toContain("203.0.113.77");
    },
    2 * MINUTE,
  );

  test(
    "the store is killed and away: what it had for two seconds is there, and what is written meanwhile comes",
    async () => {
      const log = await session("jupyter-killed", "203.0.113.3");
      log.write(numbers(0, 5000));
      await arrive("jupyter-killed", numbers(0, 5000));
      await sleep(2000);
      await store.stop();
      const refused = await mybinder("--pod", "jupyter-killed");
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringMatching(/does not answer: .*LogStoreSilent/),
      ]);
      const before = await retries();
      log.write(numbers(5000, 15_000));
      await until(retries, (count) => count > before);
      await store.again();
      await arrive("jupyter-killed", numbers(0, 15_000));
      expect(await twice("jupyter-killed")).toEqual([]);
    },
    4 * MINUTE,
  );

  test(
    "the disk is full: the store takes nothing and says so, and everything comes when there is room",
    async () => {
      const log = await session("jupyter-full", "203.0.113.5");
      const { bavail, bsize } = statfsSync(store.data);
      const filling = join(store.data, "filling");
      writeFileSync(filling, Buffer.alloc(bavail * bsize - 4_000_000));
      await until(
        () => store.metric("vl_storage_is_read_only"),
        (value) => value === 1,
      );
      const before = await retries();
      log.write(numbers(0, 1000));
      await until(retries, (count) => count > before);
      expect((await found("jupyter-full")).size).toBe(0);
      rmSync(filling);
      await arrive("jupyter-full", numbers(0, 1000));
    },
    4 * MINUTE,
  );

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "the collector ends by %s: another one goes on where it was",
    async (signal) => {
      const name = `jupyter-${signal.toLowerCase()}`;
      const log = await session(name, "203.0.113.4");
      log.write(numbers(0, 1000));
      await arrive(name, numbers(0, 1000));
      // it writes down each minute how far it is; when it is asked to end, too
      const checkpoints = join(state, "collector", "vlagent-kubernetes-checkpoints.json");
      const isNoted = (): boolean =>
        existsSync(checkpoints) && readFileSync(checkpoints, "utf8").includes(name);
      if (signal === "SIGKILL") await until(isNoted, Boolean, 2 * MINUTE);
      await collector.stop(signal);
      log.write(numbers(1000, 1500));
      log.rotate();
      log.write(numbers(1500, 2000));
      await startAgain();
      await arrive(name, numbers(0, 2000));
      expect(await twice(name)).toEqual([]);
    },
    4 * MINUTE,
  );

  test(
    "two stores of one volume: the second one ends, and the first one goes on",
    async () => {
      expect(await store.second()).toMatch(/flock\.lock/);
      expect(await store.ask("* | count() n")).toHaveLength(1);
    },
    MINUTE,
  );

  test(
    "days that are too old, or too many, are dropped; the last two stay",
    async () => {
      const other = await LogStore.start(join(state, "days"), objects);
      stops.push(() => other.stop());
      const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
      const lines = [20, 3, 2, 1, 0].map((day) => JSON.stringify({ _time: ago(day), _msg: String(day) }));
      await fetch(`${other.url}/insert/jsonline`, { method: "POST", body: lines.join("\n") });
      const kept = async (): Promise<string> =>
        (await other.ask("*"))
          .map((line) => line["_msg"])
          .sort()
          .join();
      await until(kept, (them) => them === "0,1,2,3");
      await other.stop("SIGTERM");
      await other.again("-retentionPeriod=2d");
      await until(kept, (them) => them === "0,1,2");
      await other.stop("SIGTERM");
      await other.again("-retention.maxDiskSpaceUsageBytes=1");
      await until(kept, (them) => them === "0,1");
    },
    2 * MINUTE,
  );

  test(
    "a cluster without a store is said to have none, with what makes one",
    async () => {
      await kubectl(["delete", "service", "log-store"]);
      const { code, stderr } = await mybinder();
      expect([code, stderr.trim()]).toEqual([
        1,
        expect.stringMatching(
          /^hetzner-2i2c keeps no logs: its cluster has no Service log-store; .*pulumi up --stack hetzner-2i2c/,
        ),
      ]);
    },
    MINUTE,
  );
});
