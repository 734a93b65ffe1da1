// Proves: with a real API server and the chart's own roles, the bundled janitor moves system pods off a cordoned node
// within their disruption budgets and leaves sessions alone, and so does `nodes recycle`; user pods are packed.
// Does not prove: anything about containers, or that a cloud removes the empty node.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { environment } from "../../environment";
import { userSchedulerName } from "../../model/cluster/scheduling";
import { localLab } from "../../tools/lab/localLab";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { openCluster } from "../../tools/operate/nodes/cluster";
import { recycle, type RecycleOptions } from "../../tools/operate/nodes/recycle";
import { toStderr } from "../../tools/ground/terminal/report";
import { ROOT } from "../../tools/ground/root";
import { run as runInput } from "../../tools/ground/terminal/run";
import { AssembledChart } from "../support/metaChart";
import { POOLS } from "../support/pools";
import { requireReal } from "../support/real";
import { runCommand } from "../support/runTool";

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;
const run = promisify(execFile);
const MINUTE = 60_000;
const NAMESPACE = "example-ns";
const ROLES = ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

real("the nodes of a cluster", () => {
  const state = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-nodes-")));
  const here = { ...environment(), state };
  let toolchain: Toolchain;
  let plane: ControlPlane;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(toolchain.kubectl, ["--kubeconfig", plane.kubeconfig, ...args]);
    return stdout.trim();
  };
  const apply = async (manifest: string): Promise<void> => {
    const args = ["--kubeconfig", plane.kubeconfig, "apply", "--namespace", NAMESPACE, "--filename", "-"];
    const { code, stderr } = await runInput(toolchain.kubectl, args, manifest);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  };
  /** `pod name=node` of the running pods with an app label. */
  const where = async (app: string): Promise<string[]> =>
    (
      await kubectl(
        "get",
        "pods",
        "--namespace",
        NAMESPACE,
        "--selector",
        `app=${app}`,
        "--output",
        "jsonpath={range .items[?(@.status.phase=='Running')]}{.spec.nodeName}{'\\n'}{end}",
      )
    )
      .split("\n")
      .filter(Boolean)
      .sort();
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (let left = 300; !(await isSo()); left--) {
      if (left === 0) throw new Error("waited in vain");
      await sleep(100);
    }
  };

  beforeAll(async () => {
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
    plane = await up({ name: "nodes", pools: POOLS, environment: here, toolchain, report: toStderr });
    await kubectl("create", "namespace", NAMESPACE);
    await kubectl("cordon", "core-2"); // so that all begin on core-1
    await apply(readFileSync(join(__dirname, "nodes.yaml"), "utf8"));
    await until(async () => (await where("web")).length === 2 && (await where("single")).length === 1);
    await kubectl("uncordon", "core-2");
  }, 15 * MINUTE);
  afterAll(async () => {
    await down("nodes", here, toStderr);
    rmSync(state, { recursive: true });
  }, MINUTE);

  test(
    "the janitor does its work, and may do no more",
    async () => {
      const chart = await AssembledChart.create();
      const objects = await chart.render("node-janitor");
      chart.remove();
      const roles = objects
        .filter(({ own, kind, metadata }) => own && ROLES.includes(kind) && metadata.name.includes("janitor"))
        .map((object) => ({ ...object, own: undefined }));
      expect(roles).toHaveLength(5);
      await apply(JSON.stringify({ apiVersion: "v1", kind: "List", items: roles }));
      const as = `--as=system:serviceaccount:${NAMESPACE}:node-janitor`;
      const may = (...what: string[]): Promise<string> =>
        kubectl("auth", "can-i", as, ...what).catch((error: unknown) =>
          (error as { stdout: string }).stdout.trim(),
        );
      expect(await may("delete", "pods", "--namespace", NAMESPACE)).toBe("yes");
      expect(await may("delete", "pods", "--namespace", "default")).toBe("no");
      expect(await may("delete", "nodes")).toBe("no");
      expect(await may("patch", "nodes")).toBe("no");
      expect(await may("get", "secrets", "--namespace", NAMESPACE)).toBe("no");

      const config = { namespace: NAMESPACE, periodSeconds: 1, finishedMinutes: 0 };
      writeFileSync(join(state, "janitor.json"), JSON.stringify(config));
      writeFileSync(
        join(state, "token"),
        await kubectl("create", "token", "node-janitor", "--namespace", NAMESPACE),
      );
      writeFileSync(join(state, "ca.crt"), readFileSync(join(plane.dir, "pki", "apiserver.crt")));
      const address = `127.0.0.1:${String(await freePort())}`;
      const program = join(ROOT, "charts", "mybinder", "files", "node-janitor.js");
      const janitor = spawn(process.execPath, [
        program,
        join(state, "janitor.json"),
        plane.server,
        state,
        address,
      ]);
      let log = "";
      janitor.stdout.setEncoding("utf8").on("data", (text: string) => (log += text));
      try {
        await until(() => Promise.resolve(log.includes("removed finished")));
        expect(await where("web")).toEqual(["core-1", "core-1"]);

        await kubectl("cordon", "core-1");
        await until(async () => (await where("single")).join() === "core-2");
        await until(() => Promise.resolve(/web-\S+ stays on core-1 for now: Cannot evict pod/.test(log)));
        expect(await where("web")).toEqual(["core-1", "core-1"]);

        const fewer = '{"spec":{"minAvailable":1}}';
        await kubectl("patch", "pdb", "web", "--namespace", NAMESPACE, "--type=merge", "--patch", fewer);
        let least = 2;
        await until(async () => {
          const nodes = await where("web");
          least = Math.min(least, nodes.length);
          return nodes.join() === "core-2,core-2";
        });
        expect(least).toBeGreaterThanOrEqual(1);
        expect(
          await kubectl(
            "get",
            "pod",
            "jupyter-x",
            "--namespace",
            NAMESPACE,
            "--output=jsonpath={.spec.nodeName}",
          ),
        ).toBe("core-1");
        expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
        expect(await (await fetch(`http://${address}/metrics`)).text()).toContain(
          'node_janitor_evictions_total{result="evicted"} 3',
        );
        expect(log).not.toContain("round failed");

        await kubectl("cordon", "core-2");
        await until(() => Promise.resolve(/no other node could take, so they stay: .*web-/.test(log)));
        expect(await where("web")).toEqual(["core-2", "core-2"]);
      } finally {
        janitor.kill("SIGTERM");
        await kubectl("uncordon", "core-1", "core-2");
      }
    },
    3 * MINUTE,
  );

  test(
    "nodes recycle moves system pods, counts sessions, and goes on when it is run again",
    async () => {
      const cluster = await openCluster({ stack: "local", kubeconfig: plane.kubeconfig }, toStderr, localLab);
      const lines: string[] = [];
      const options: RecycleOptions = {
        cluster,
        target: "core-2",
        timeoutMs: MINUTE,
        wait: true,
        report: (line) => lines.push(line),
        signal: new AbortController().signal,
        pollMs: 200,
      };
      expect(await recycle(options)).toEqual({ nodes: ["core-2"], sessions: 0, builds: 0, bare: [] });
      expect(lines[0]).toBe("core-2: cordoned");
      expect(lines.filter((line) => line.startsWith("core-2: moved "))).toHaveLength(3);
      expect(await where("web")).toEqual(["core-1", "core-1"]);
      lines.length = 0;
      expect(await recycle(options)).toMatchObject({ sessions: 0 });
      expect(lines).toEqual([]);
      await kubectl("uncordon", "core-2");
      expect(await recycle({ ...options, target: "core-1", wait: false })).toMatchObject({ sessions: 1 });
      expect(await where("web")).toEqual(["core-2", "core-2"]);
      await kubectl("uncordon", "core-1");
    },
    3 * MINUTE,
  );

  test(
    "the command: a list, and no for a pool whose pods would have nowhere to go",
    async () => {
      const nodes = (...args: string[]): ReturnType<typeof runCommand>["ended"] =>
        runCommand(ROOT, ["nodes", ...args, "--stack", "local"], {}).ended;
      const access = ["--kubeconfig", plane.kubeconfig];
      const list = await nodes("list", "--json", ...access);
      expect(JSON.parse(list.stdout)).toMatchObject([
        { node: "core-1", pool: "core", pods: { user: 1, system: 0 } },
        { node: "core-2", pool: "core", pods: { system: 3 } },
        { node: "user-1", pool: "user", cordoned: false },
      ]);
      expect((await nodes("list", ...access)).stdout).toMatch(/^node .*\ncore-1 /);
      const pool = await nodes("recycle", "core", ...access);
      expect(pool).toMatchObject({ code: 1, stdout: "" });
      expect(pool.stderr).toContain("nothing was changed: no other node could take example-ns/");
      expect((await nodes("list")).stderr).toContain("name the cluster: --kubeconfig FILE, or --local");
      expect(await kubectl("get", "nodes", "--output=jsonpath={.items[*].spec.unschedulable}")).toBe("");
    },
    MINUTE,
  );

  test(
    "pods of the user scheduler fill a node before the next, those of the default one spread",
    async () => {
      const pods = (schedulerName: string, app: string): unknown[] =>
        Array.from({ length: 8 }, (_, index) => ({
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: `${app}-${String(index)}`, labels: { app } },
          spec: {
            schedulerName,
            nodeSelector: { "mybinder.org/node-purpose": "core" },
            containers: [
              { name: "n", image: "x.example/n:1", resources: { requests: { cpu: "10m", memory: "450M" } } },
            ],
          },
        }));
      const place = async (schedulerName: string, app: string): Promise<number> => {
        await apply(JSON.stringify({ apiVersion: "v1", kind: "List", items: pods(schedulerName, app) }));
        await until(async () => (await where(app)).length === 8);
        return new Set(await where(app)).size;
      };
      expect(await place("default-scheduler", "spread")).toBe(2);
      expect(await place(userSchedulerName("nodes"), "packed")).toBe(1);
    },
    MINUTE,
  );
});
