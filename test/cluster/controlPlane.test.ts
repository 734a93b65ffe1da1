import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { environment } from "../../environment";
import { type ControlPlane, down, list, status, up } from "../../tools/lab/controlPlane";
import { PROGRAMS } from "../../tools/lab/controlPlane/programs";
import { findProcesses } from "../../tools/ground/terminal/processes";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { toStderr } from "../../tools/ground/terminal/report";
import { POOLS } from "../support/pools";
import { requireReal } from "../support/real";
import { runTool } from "../support/runTool";

// What this does not prove: anything about containers. Nodes and pods are simulated, the control plane is not.
const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;

const MINUTE = 60_000;
const run = promisify(execFile);

real("the embedded control plane", () => {
  const state = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-cp-")));
  const here = { ...environment(), state };
  let toolchain: Toolchain;
  let lines: string[] = [];

  const bring = (name: string, extra: Partial<Parameters<typeof up>[0]> = {}): Promise<ControlPlane> =>
    up({ name, pools: POOLS, environment: here, toolchain, report: (line) => lines.push(line), ...extra });
  /** Every process that has anything to do with this test's state folder. */
  const processes = (): string[] =>
    findProcesses((argv) => argv.some((arg) => arg.includes(`=${state}/`))).map(({ argv }) => argv[0] ?? "");
  const kubectl = async (of: ControlPlane, ...args: string[]): Promise<string> => {
    const { stdout } = await run(toolchain.kubectl, ["--kubeconfig", of.kubeconfig, ...args]);
    return stdout.trim();
  };

  beforeAll(async () => {
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
  }, 15 * MINUTE);
  beforeEach(() => (lines = []));
  afterAll(async () => {
    for (const name of list(here)) await down(name, here, toStderr);
    rmSync(state, { recursive: true });
  });

  describe("while it runs", () => {
    let plane: ControlPlane;
    beforeAll(async () => {
      plane = await bring("work");
      await kubectl(plane, "apply", "--filename", join(__dirname, "workloads.yaml"));
    }, 2 * MINUTE);
    afterAll(() => down("work", here, toStderr));

    test("is of the pinned versions, as is Helm", async () => {
      expect(JSON.parse(await kubectl(plane, "version", "--output=json"))).toMatchObject({
        clientVersion: { gitVersion: "v1.36.3" },
        serverVersion: { gitVersion: "v1.36.3", major: "1", minor: "36" },
      });
      const { stdout } = await run(toolchain.helm, ["template", "x", join(__dirname, "versionChart")]);
      expect(stdout).toContain("kubernetes: v1.36.0 helm: v3.22.0");
    });

    test.each([
      ["Deployment", "rollout", "status", "deployment/web"],
      ["DaemonSet", "rollout", "status", "daemonset/agent"],
      ["StatefulSet with a volume per pod", "rollout", "status", "statefulset/db"],
      ["Job, on a volume that waits for its pod", "wait", "--for=condition=complete", "job/once"],
      ["hook pod of Helm", "wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/hook"],
      ["user pod", "wait", "--for=condition=Ready", "pod/user"],
      [
        "load balancer",
        "wait",
        "--for=jsonpath={.status.loadBalancer.ingress[0].ip}=192.0.2.10",
        "service/entry",
      ],
      ["volume claim", "wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data-db-1", "pvc/late"],
    ])("finishes a %s", async (_, ...args) => {
      await expect(kubectl(plane, ...args, "--timeout=60s")).resolves.toBeDefined();
    });

    test("labels and taints steer where pods run", async () => {
      const nodes = await kubectl(
        plane,
        "get",
        "pods",
        "--output=jsonpath={range .items[*]}{.metadata.labels.app}={.spec.nodeName}\n{end}",
      );
      const where = (app: string): string[] =>
        nodes
          .split("\n")
          .filter((line) => line.startsWith(`${app}=`))
          .map((line) => line.split("=")[1] ?? "");
      expect(new Set([...where("web"), ...where("db")])).toEqual(new Set(["core-1", "core-2"]));
      expect(where("agent").sort()).toEqual(["core-1", "core-2", "user-1"]);
      expect(where("user")).toEqual(["user-1"]);
    });

    test("a pod that fits nowhere stays pending, with the reason", async () => {
      await kubectl(plane, "wait", "--for=condition=PodScheduled=false", "pod/huge", "--timeout=60s");
      const message = await kubectl(
        plane,
        "get",
        "pod/huge",
        "--output=jsonpath={.status.conditions[0].message}",
      );
      expect(message).toMatch(/Insufficient memory/);
    });

    test("removes a volume with its claim, and writes nothing to the machine", async () => {
      await kubectl(plane, "apply", "--filename", join(__dirname, "claim.yaml"));
      await kubectl(plane, "wait", "--for=jsonpath={.status.phase}=Bound", "pvc/short", "--timeout=60s");
      const volume = await kubectl(plane, "get", "pvc/short", "--output=jsonpath={.spec.volumeName}");
      await kubectl(plane, "delete", "pod/short", "pvc/short", "--timeout=60s");
      await kubectl(plane, "wait", "--for=delete", `pv/${volume}`, "--timeout=60s");
      expect(existsSync("/simulated")).toBe(false);
    });

    test("refuses a host-path volume whose deletion would delete files of this machine", async () => {
      await expect(
        kubectl(plane, "apply", "--filename", join(__dirname, "dangerousVolume.yaml")),
      ).rejects.toThrow(/needs persistentVolumeReclaimPolicy: Retain/);
    });

    test("a namespace can be deleted", async () => {
      await kubectl(plane, "create", "namespace", "gone");
      await expect(kubectl(plane, "delete", "namespace", "gone", "--timeout=60s")).resolves.toContain(
        "deleted",
      );
    });

    test("RBAC denies a service account what it was not given", async () => {
      const token = await kubectl(plane, "create", "token", "default");
      const url = `${plane.server}/api/v1/namespaces/kube-system/secrets`;
      const { default: https } = await import("node:https");
      const ca = readFileSync(join(plane.dir, "pki", "apiserver.crt"));
      const code = (headers: Record<string, string>): Promise<number | undefined> =>
        new Promise((resolve, reject) =>
          https
            .get(url, { ca, headers, agent: false }, (response) => {
              resolve(response.resume().statusCode);
            })
            .on("error", reject),
        );
      expect(await code({ authorization: `Bearer ${token}` })).toBe(403);
      expect(await code({ authorization: "Bearer wrong" })).toBe(401);
      expect(await code({})).toBe(401);
    });

    test("keeps its secrets to its user, and out of the process list", () => {
      expect(statSync(plane.kubeconfig).mode & 0o777).toBe(0o600);
      expect(statSync(plane.dir).mode & 0o777).toBe(0o700);
      const tokens = readFileSync(join(plane.dir, "pki", "tokens.csv"), "utf8")
        .split("\n")
        .map((row) => row.split(",")[0]);
      const argv = findProcesses((line) => line.some((arg) => arg.includes(`=${plane.dir}/`))).flatMap(
        (found) => found.argv,
      );
      const logs = readdirSync(plane.logs).map((log) => readFileSync(join(plane.logs, log), "utf8"));
      for (const token of tokens.filter(Boolean)) expect([...argv, ...logs].join("\n")).not.toContain(token);
    });

    test("up again changes nothing", async () => {
      const again = await bring("work");
      expect(again).toEqual({ ...plane, started: false, cleaned: [] });
      expect(lines).toEqual([]);
      expect(await status("work", here)).toMatchObject({
        state: "running",
        server: plane.server,
        problem: undefined,
      });
    });

    test("up with other pools changes the nodes, and nothing else", async () => {
      const [core, user] = POOLS;
      if (!core || !user) throw new Error("no pools");
      const pools = [
        { ...core, count: 3, labels: { zone: "b" } },
        { ...user, cpus: 8, allocatableCpus: 8, name: "big" },
      ];
      expect(await bring("work", { pools })).toMatchObject({ started: false, pids: plane.pids });
      expect(lines).toEqual(['control plane "work": nodes +core-3 +big-1 ~core-1 ~core-2 -user-1']);
      const nodes = await kubectl(
        plane,
        "get",
        "nodes",
        "--output=jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.zone} {.status.allocatable.cpu}\n{end}",
      );
      expect(nodes.split("\n")).toEqual(["big-1  8", "core-1 b 4", "core-2 b 4", "core-3 b 4"]);
      expect(await kubectl(plane, "get", "pods", "--selector=app=user", "--output=name")).toBe("");
      await bring("work");
    });

    test("up on another port says that it runs already", async () => {
      await expect(bring("work", { port: 1024 })).rejects.toThrow(
        /"work" is already running, on port \d+. To use port 1024, stop it first/,
      );
    });

    test("a second one runs beside it", async () => {
      const other = await bring("other");
      expect(other.server).not.toBe(plane.server);
      expect(await kubectl(other, "get", "deployments")).toBe("");
      expect(list(here).sort()).toEqual(["other", "work"]);
      expect(await down("other", here, toStderr)).toEqual({ existed: true });
      expect(await kubectl(plane, "get", "deployments", "--output=name")).toBe("deployment.apps/web");
    });
  });

  describe("when something goes wrong", () => {
    beforeAll(() => bring("hurt"), 2 * MINUTE);
    afterAll(() => down("hurt", here, toStderr));

    test.each(PROGRAMS)("%s is killed: status says so, and the next up works", async (program) => {
      const { pids } = await bring("hurt");
      process.kill(pids[program], "SIGKILL");
      while ((await status("hurt", here)).programs.find((each) => each.program === program)?.pid) {
        await sleep(20);
      }
      expect(await status("hurt", here)).toMatchObject({
        state: "broken",
        problem: `${program} is not running`,
      });

      const next = await bring("hurt");
      expect(next.started).toBe(true);
      expect(lines).toEqual([
        `control plane "hurt": cleaned up after a control plane whose ${program} had died`,
      ]);
      expect(processes()).toHaveLength(PROGRAMS.length);
      await expect(kubectl(next, "get", "nodes", "--output=name")).resolves.toContain("node/core-1");
    });

    test("it is killed whole: the next up says so and works", async () => {
      const { pids } = await bring("hurt");
      for (const pid of Object.values(pids)) process.kill(pid, "SIGKILL");
      while (processes().length > 0) await sleep(20);
      expect((await bring("hurt")).cleaned).toEqual(["one that was killed"]);
    });
  });

  describe("while it starts", () => {
    const environmentOfTool = { MYBINDER_STATE: state };

    test("Ctrl-C leaves no process and no folder", async () => {
      for (const program of ["etcd", "kube-controller-manager", "kwok"]) {
        const tool = runTool(["up", "halfway"], environmentOfTool);
        while (!processes().some((path) => path.endsWith(`/${program}`))) await sleep(5);
        tool.child.kill("SIGINT");
        expect(await tool.ended).toMatchObject({ code: 130 });
        expect(processes()).toEqual([]);
        expect(readdirSync(join(state, "control-planes"))).toEqual([]);
      }
    });

    test("killed at any moment, the next up cleans up, says so and works", async () => {
      for (const program of ["etcd", "kube-controller-manager", "kwok"]) {
        const tool = runTool(["up", "halfway"], environmentOfTool);
        while (!processes().some((path) => path.endsWith(`/${program}`))) await sleep(5);
        tool.child.kill("SIGKILL");
        await tool.ended;
        expect(await status("halfway", here)).toMatchObject({ state: "broken" });

        lines = [];
        expect(await bring("halfway")).toMatchObject({ started: true });
        expect(lines).toEqual(['control plane "halfway": cleaned up after a start that was cut short']);
        expect(processes()).toHaveLength(PROGRAMS.length);
        expect(await down("halfway", here, toStderr)).toEqual({ existed: true });
      }
    });

    test("two that start the same one: the second waits and finds it running", async () => {
      const planes = await Promise.all([bring("twice"), bring("twice")]);
      expect(planes.map(({ started }) => started).sort()).toEqual([false, true]);
      expect(lines).toEqual([
        `waiting: process ${String(process.pid)} starts or stops control plane "twice"`,
      ]);
      await down("twice", here, toStderr);
    });

    test("a port that is taken is one clear message, and nothing is left", async () => {
      const server = createServer();
      const port = await new Promise<number>((resolve) => {
        // Below the range of outgoing connections, one of which could take the port in between.
        server.listen(20_000 + (process.pid % 10_000), "127.0.0.1", () => {
          resolve((server.address() as { port: number }).port);
        });
      });
      await expect(bring("taken", { port })).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringContaining(`Port ${String(port)} on 127.0.0.1 is taken`) as string,
      });
      expect(processes()).toEqual([]);
      expect(list(here)).toEqual([]);
      await new Promise((resolve) => server.close(resolve));

      expect(await bring("taken", { port })).toMatchObject({ server: `https://127.0.0.1:${String(port)}` });
      await down("taken", here, toStderr);
      expect(await bring("taken", { port })).toMatchObject({ started: true }); // the port is free at once
      await down("taken", here, toStderr);
    });

    test("a program that ends at once is told with the end of its log, which is kept", async () => {
      const broken = { ...toolchain, "kube-scheduler": join(__dirname, "broken", "kube-scheduler") };
      const failure: unknown = await bring("broken", { toolchain: broken }).catch((error: unknown) => error);
      const log = join(state, "control-planes", "broken.failed", "kube-scheduler.log");
      expect(failure).toMatchObject({
        message: `kube-scheduler exited right after its start. Its log is ${log} and ends with\n  no such luck`,
      });
      expect(readFileSync(log, "utf8")).toBe("no such luck\n");
      expect(processes()).toEqual([]);
      expect(list(here)).toEqual([]);
      await down("broken", here, toStderr);
    });
  });

  test("down leaves nothing, and is no error when there is nothing", async () => {
    await bring("brief");
    expect(await down("brief", here, toStderr)).toEqual({ existed: true });
    expect(processes()).toEqual([]);
    expect(readdirSync(join(state, "control-planes"))).toEqual([]);
    expect(await down("brief", here, toStderr)).toEqual({ existed: false });
    expect(await status("brief", here)).toMatchObject({ state: "stopped", server: undefined });
  });

  test("neither ~/.kube nor another folder of the user is touched", async () => {
    const home = mkdtempSync(join(tmpdir(), "mybinder-home-"));
    const kubeconfig = join(home, "never-read");
    const env = { HOME: home, KUBECONFIG: kubeconfig, MYBINDER_STATE: state, MYBINDER_CACHE: here.cache };
    expect(await runTool(["up", "homeless"], env).ended).toMatchObject({ code: 0 });
    await down("homeless", here, toStderr);
    expect(readdirSync(home)).toEqual([]);
    rmSync(home, { recursive: true });
    expect(homedir()).not.toBe(home);
  });
});
