import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { environment } from "../../environment";
import { trafficConfigMap } from "../../model/federation/traffic";
import type { TrafficTable } from "../../model/federation/trafficShare";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { type ClusterAccess, kubectl } from "../../tools/ground/cluster/kubectl";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { membersAt, Replica, spread, startMembers, until } from "../support/federation";
import { AssembledChart, objectOf } from "../support/metaChart";
import { requireReal } from "../support/real";

const haproxy = requireReal("haproxy", "haproxy");
const real = requireReal("go", "golang-go, 1.26 or later") && haproxy ? describe : describe.skip;
/** That the chart is rendered for. */
const NAMESPACE = "example-ns";

/*
 * The way of a traffic table from the API server to HAProxy: the real API server with RBAC, the real agent with the
 * service account of the chart, the real HAProxy. Does not prove: that a kubelet mounts the token.
 */

real("the traffic table in the cluster", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-traffic-"));
  const env = { ...environment(), state: base };
  let plane: ControlPlane;
  let access: ClusterAccess;
  let members: Awaited<ReturnType<typeof startMembers>>;
  let replica: Replica;
  let account = "";
  /** What is to be ended, as far as it was started. */
  const started: (() => Promise<unknown>)[] = [() => down("local", env, silent)];

  const succeeds = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(access, args, input);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const apply = (object: unknown): Promise<string> =>
    succeeds(["apply", "--server-side", "--filename", "-"], JSON.stringify(object));
  const setTable = async (table: TrafficTable): Promise<number> => {
    await apply({ apiVersion: "v1", kind: "ConfigMap", ...trafficConfigMap(NAMESPACE, table) });
    return Date.now();
  };
  const takesLaunches = async (): Promise<string[]> => Object.keys(await spread(replica, members)).sort();
  const mayRead = async (...what: string[]): Promise<boolean> => {
    const { stdout } = await kubectl(access, [
      ...["auth", "can-i", "--as", `system:serviceaccount:${NAMESPACE}:federation-proxy`],
      ...["--namespace", NAMESPACE, ...what],
    ]);
    return stdout.trim() === "yes";
  };

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: env, report: toStderr });
    const { pools } = loadStackFile("local").stack;
    plane = await up({ name: "local", pools, environment: env, toolchain, report: silent });
    access = { ...toolchain, kubeconfig: plane.kubeconfig };
    const chart = await AssembledChart.create();
    members = await startMembers();
    started.push(...Object.values(members).map((member) => () => member.close()));
    const objects = await chart.renderValues("federation", {
      federationProxy: membersAt(members, { apiServer: plane.server }),
    });
    chart.remove();
    await succeeds(["create", "namespace", NAMESPACE]);
    for (const kind of ["ServiceAccount", "Role", "RoleBinding"]) {
      const object = objectOf(objects, kind, "federation-proxy");
      await apply({ ...object, own: undefined, metadata: { ...object.metadata, namespace: NAMESPACE } });
    }
    replica = await Replica.start(objectOf(objects, "ConfigMap", "federation-proxy").data ?? {});
    started.push(() => replica.stop());
    account = join(replica.haproxy.folder, "account");
  }, 900_000);
  afterAll(async () => {
    for (const end of started.reverse()) await end();
    rmSync(base, { recursive: true, force: true });
  }, 60_000);

  test("until there is an account, the mounted files count", async () => {
    replica.setTraffic({ b: { drain: true } });
    await until(takesLaunches, (names) => names.join() === "a");
    expect(await replica.metric("federation_inputs_live")).toBe(0);
    replica.setTraffic({});
    await until(takesLaunches, (names) => names.join() === "a,b");
  });

  test("with it, the API server's word counts, and a drain is there within seconds", async () => {
    const { clusters } = parse(await succeeds(["config", "view", "--raw"])) as {
      clusters: { cluster: { "certificate-authority-data": string } }[];
    };
    const ca = Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64").toString();
    const token = await succeeds(["create", "token", "federation-proxy", "--namespace", NAMESPACE]);
    await setTable({});
    mkdirSync(account);
    for (const [file, text] of Object.entries({ "ca.crt": ca, namespace: NAMESPACE, token })) {
      writeFileSync(join(account, file), text);
    }
    await until(
      () => replica.metric("federation_inputs_live"),
      (live) => live === 1,
    );
    replica.setTraffic({ a: { drain: true } });
    expect(await takesLaunches()).toEqual(["a", "b"]);

    const drained = await setTable({ b: { drain: true } });
    await until(takesLaunches, (names) => names.join() === "a");
    process.stderr.write(`a drain took ${String(Date.now() - drained)} ms from the API server to HAProxy\n`);
    await setTable({});
    await until(takesLaunches, (names) => names.join() === "a,b");
  });

  test("a ConfigMap that is taken away says nothing", async () => {
    await setTable({ b: { drain: true } });
    await until(takesLaunches, (names) => names.join() === "a");
    await succeeds(["delete", "configmap", "federation-traffic", "--namespace", NAMESPACE]);
    await until(takesLaunches, (names) => names.join() === "a,b");
  });

  test("the account may read these two ConfigMaps and nothing else", async () => {
    expect(await mayRead("get", "configmap/federation-traffic")).toBe(true);
    expect(await mayRead("get", "configmap/federation-launches")).toBe(true);
    expect(await mayRead("get", "configmap/federation-proxy")).toBe(false);
    expect(await mayRead("update", "configmap/federation-traffic")).toBe(false);
    expect(await mayRead("list", "configmaps")).toBe(false);
    expect(await mayRead("get", "secrets")).toBe(false);
  });

  test("when the API server is gone, its last word holds", async () => {
    await setTable({ b: { drain: true } });
    await until(takesLaunches, (names) => names.join() === "a");
    await down("local", env, silent);
    await until(
      () => replica.metric("federation_inputs_live"),
      (live) => live === 0,
    );
    expect(await takesLaunches()).toEqual(["a"]);
    expect(replica.agentLog).toMatch(/the API server: .*ECONNREFUSED/);
  });
});
