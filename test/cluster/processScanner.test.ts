// Proves: the bundled scanner, with the chart's own role at a real API server and with what the chart's securityContext leaves it
// on a node, finds real processes in real cgroups of pods, ends and deletes what its rules name, and nothing else.
// Does not prove: what a container runtime makes of it, or AppArmor and seccomp, which this machine does not apply.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { environment } from "../../environment";
import type { ProcessRule } from "../../model/member/processRules";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { run as runInput } from "../../tools/ground/terminal/run";
import { toStderr } from "../../tools/ground/terminal/report";
import { AssembledChart, objectOf } from "../support/metaChart";
import { PodCgroups } from "../support/podCgroup";
import { POOLS } from "../support/pools";
import { requireReal } from "../support/real";

const cgroups = new PodCgroups();
const able = cgroups.possible && requireReal("setpriv", "util-linux") && requireReal("unshare", "util-linux");
if (!able) process.stderr.write("skipped: this user may not make cgroups (run as root)\n");
const real = requireReal("go", "golang-go, 1.26 or later") && able ? describe : describe.skip;
const run = promisify(execFile);
const MINUTE = 60_000;
const NAMESPACE = "example-ns";
const NODE = "user-1";
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"];
const ROOT_THAT_KILLS = ["--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all,+kill"];

real("the process scanner on a node", () => {
  const state = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-scanner-")));
  const here = { ...environment(), state };
  const children: ChildProcess[] = [];
  let toolchain: Toolchain;
  let plane: ControlPlane;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(toolchain.kubectl, ["--kubeconfig", plane.kubeconfig, ...args]);
    return stdout.trim();
  };
  const apply = async (items: readonly object[], namespace = NAMESPACE): Promise<void> => {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const args = ["--kubeconfig", plane.kubeconfig, "apply", "--namespace", namespace, "--filename", "-"];
    expect(await runInput(toolchain.kubectl, args, list)).toMatchObject({ code: 0, stderr: "" });
  };
  const pod = async (
    name: string,
    component: string,
    node = NODE,
    namespace = NAMESPACE,
  ): Promise<string> => {
    const container = {
      ...{ name: "c", image: "registry.k8s.io/pause:3.10" },
      env: [{ name: "BINDER_REF_URL", value: "https://github.com/o/r/tree/main" }],
    };
    const spec = { nodeName: node, terminationGracePeriodSeconds: 0, containers: [container] };
    await apply(
      [{ apiVersion: "v1", kind: "Pod", metadata: { name, labels: { component } }, spec }],
      namespace,
    );
    return kubectl("get", "pod", name, "--namespace", namespace, "--output=jsonpath={.metadata.uid}");
  };
  const pods = async (): Promise<string[]> => {
    const names = await kubectl(
      "get",
      "pods",
      "--namespace",
      NAMESPACE,
      "--output=jsonpath={.items[*].metadata.name}",
    );
    return names.split(" ").sort();
  };
  /** A process of user 1000 in a cgroup, whose command line begins with a text. */
  const start = (text: string, cgroup: string): ChildProcess => {
    const child = spawn("sleep", ["600"], { argv0: text, uid: 1000, stdio: "ignore" });
    children.push(child);
    cgroups.put(child.pid ?? 0, cgroup);
    return child;
  };
  const isThere = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;
  /** The scanner as it is in the ConfigMap, with these rules and what the kernel is to allow it. */
  const scan = async (
    rules: readonly ProcessRule[],
    rights: readonly string[],
  ): Promise<{ log: () => string; metrics: () => Promise<string>; stop: () => Promise<void> }> => {
    const limits = { deletionsPerMinute: 3, endingsPerMinute: 20 };
    const config = { namespace: NAMESPACE, periodSeconds: 1, limits, rules };
    writeFileSync(join(state, "scanner.json"), JSON.stringify(config));
    const token = await kubectl("create", "token", "process-scanner", "--namespace", NAMESPACE);
    writeFileSync(join(state, "token"), token);
    writeFileSync(join(state, "ca.crt"), readFileSync(join(plane.dir, "pki", "apiserver.crt")));
    const address = `127.0.0.1:${String(await freePort())}`;
    const args = [join(state, "scanner.js"), join(state, "scanner.json"), plane.server, state, NODE, address];
    const script = 'sleep 0.3; exec unshare --cgroup setpriv "$@"';
    const child = spawn("sh", ["-c", script, "sh", ...rights, "--no-new-privs", process.execPath, ...args]);
    // in a namespace of cgroups as its container is, it sees other pods as `/../../podUID/0`
    cgroups.put(child.pid ?? 0, `kubepods/burstable/pod${randomUUID()}/0`);
    children.push(child);
    let log = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (log += text));
    }
    return {
      log: () => log,
      metrics: async () =>
        fetch(`http://${address}/metrics`).then(
          (answer) => answer.text(),
          () => "",
        ),
      stop: async () => {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        await ended;
      },
    };
  };
  const until = async (isSo: () => boolean | Promise<boolean>, what: () => string): Promise<void> => {
    for (let left = 200; !(await isSo()); left--) {
      if (left === 0) throw new Error(`waited in vain: ${what()}`);
      await sleep(100);
    }
  };

  beforeAll(async () => {
    chmodSync(state, 0o755);
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
    plane = await up({ name: "scanner", pools: POOLS, environment: here, toolchain, report: toStderr });
    await kubectl("create", "namespace", NAMESPACE);
    const chart = await AssembledChart.create();
    const objects = await chart.render("process-scanner");
    chart.remove();
    const account = ["ServiceAccount", "Role", "RoleBinding"].map((kind) => ({
      ...objectOf(objects, kind, "process-scanner"),
      own: undefined,
    }));
    await apply(account);
    const program = objectOf(objects, "ConfigMap", "process-scanner").data?.["scanner.js"] ?? "";
    writeFileSync(join(state, "scanner.js"), program);
  }, 15 * MINUTE);
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await sleep(200);
    cgroups.remove();
    await down("scanner", here, toStderr);
    rmSync(state, { recursive: true });
  }, MINUTE);

  test("its account may list and delete pods of the namespace, and no more", async () => {
    const as = `--as=system:serviceaccount:${NAMESPACE}:process-scanner`;
    const may = (...what: string[]): Promise<string> =>
      kubectl("auth", "can-i", as, ...what).catch((error: unknown) =>
        (error as { stdout: string }).stdout.trim(),
      );
    const there = ["--namespace", NAMESPACE];
    expect(await may("list", "pods", ...there)).toBe("yes");
    expect(await may("delete", "pods", ...there)).toBe("yes");
    expect(await may("delete", "pods", "--namespace", "kube-system")).toBe("no");
    expect(await may("list", "pods", "--namespace", "default")).toBe("no");
    expect(await may("create", "pods", "--subresource=exec", ...there)).toBe("no");
    expect(await may("get", "secrets", ...there)).toBe("no");
    expect(await may("deletecollection", "pods", ...there)).toBe("no");
  });

  test(
    "nobody, without a capability, deletes the pod that a rule means, and leaves everything else",
    async () => {
      const [miner, innocent, other, hub, system] = [
        await pod("jupyter-miner", "singleuser-server"),
        await pod("jupyter-innocent", "singleuser-server"),
        await pod("jupyter-other-node", "singleuser-server", "core-1"),
        await pod("hub", "hub"),
        await pod("system", "singleuser-server", NODE, "kube-system"),
      ];
      const found = start("hunter2 --pool x", `kubepods/burstable/pod${miner}/0`);
      const left = [
        start("work", `kubepods/besteffort/pod${innocent}/0`),
        start("hunter2", `kubepods/pod${other}/0`),
        start("hunter2", `kubepods/pod${hub}/0`),
        start("hunter2", `kubepods/pod${system}/0`),
        start("hunter2", "system.slice/hunter2.service"),
        start("hunter2", "docker/0123"),
      ];
      const rule: ProcessRule = { name: "a-text", action: "delete-pod", commandLine: "^hunter2" };
      const scanner = await scan([rule], NOBODY);
      await until(async () => !(await pods()).includes("jupyter-miner"), scanner.log);
      await until(async () => /scans_total\{result="ok"\} [3-9]/.test(await scanner.metrics()), scanner.log);
      expect(await pods()).toEqual(["hub", "jupyter-innocent", "jupyter-other-node"]);
      expect([found, ...left].map(isThere)).toEqual(Array(7).fill(true));
      const line = JSON.parse(scanner.log().split("\n")[0] ?? "") as object;
      expect(line).toMatchObject({
        ...{ action: "delete-pod", outcome: "deleted", rule: "a-text", pod: "jupyter-miner", pid: found.pid },
        repository: "https://github.com/o/r/tree/main",
      });
      expect(scanner.log()).not.toMatch(/hunter2|scan failed/);
      const metrics = await scanner.metrics();
      expect(metrics).toContain('process_scanner_outcomes_total{outcome="deleted"} 1\n');
      expect(metrics).toContain('process_scanner_matches_total{rule="a-text"} 1\n');
      await scanner.stop();
    },
    2 * MINUTE,
  );

  test(
    "root with the capability to send signals, and no other, ends processes of users and of Docker, and not Docker",
    async () => {
      const session = await pod("jupyter-session", "singleuser-server");
      const dind = await pod("a-dind", "image-builder");
      const underscores = session.replaceAll("-", "_");
      const systemd = `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${underscores}.slice/cri-containerd-0.scope`;
      const ended = [start("hunter3", systemd), start("hunter3", `kubepods/burstable/pod${dind}/0/docker/1`)];
      const left = [start("work", systemd), start("hunter3", `kubepods/burstable/pod${dind}/0`)];
      const rule: ProcessRule = { name: "a-text", action: "end-process", commandLine: "^hunter3" };
      const refused = await scan([rule], NOBODY);
      await until(() => refused.log().includes("scan failed: kill EPERM"), refused.log);
      expect(ended.map(isThere)).toEqual([true, true]);
      await refused.stop();
      const scanner = await scan(
        [rule, { ...rule, name: "b", action: "delete-pod", in: ["build"] }],
        ROOT_THAT_KILLS,
      );
      await until(() => !ended.some(isThere), scanner.log);
      await until(async () => /scans_total\{result="ok"\} [3-9]/.test(await scanner.metrics()), scanner.log);
      expect(left.map(isThere)).toEqual([true, true]);
      expect(await pods()).toEqual(expect.arrayContaining(["a-dind", "jupyter-session"]));
      await scanner.stop();
    },
    2 * MINUTE,
  );

  test(
    "a rule on CPU over all processes of a pod holds for the pod that uses it",
    async () => {
      const busy = await pod("jupyter-busy", "singleuser-server");
      const idle = await pod("jupyter-idle", "singleuser-server");
      start("idle", `kubepods/pod${idle}/0`);
      for (let count = 0; count < 2; count++) {
        const child = spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" });
        children.push(child);
        cgroups.put(child.pid ?? 0, `kubepods/pod${busy}/0`);
      }
      const rule: ProcessRule = {
        ...{ name: "much-cpu", action: "delete-pod", scope: "pod" },
        // 60 s in a deployment; two processes on a busy machine get at least half a CPU
        ...{ cpu: { cores: 0.4, seconds: 4 }, processes: 2 },
      };
      const scanner = await scan([rule], NOBODY);
      await until(async () => !(await pods()).includes("jupyter-busy"), scanner.log);
      expect(await pods()).toContain("jupyter-idle");
      expect(scanner.log()).toMatch(/"rule":"much-cpu","pod":"jupyter-busy",.*"processes":2,/);
      await scanner.stop();
    },
    2 * MINUTE,
  );
});
