// Proves: the front page of stack local, with the real HAProxy and agent, as `npm start` deployed it: what it says, and that
// nothing of it outlives `npm stop`. Does not prove: a page of BinderHub, which nothing serves here.
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { findProcesses } from "../../tools/ground/terminal/processes";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import type { OpenProxy } from "../../tools/lab/proxy";
import { isProxyOf, PROXY_PROGRAMS, runningProxy } from "../../tools/lab/proxy/processes";
import { silent } from "../../tools/ground/terminal/report";
import { until } from "../support/federation";
import { type Answer, ask } from "../support/haproxy";
import { requireReal } from "../support/real";
import { type Ended, runCommand } from "../support/runTool";

const haproxy = requireReal("haproxy", "haproxy");
const real = requireReal("go", "golang-go, 1.26 or later") && haproxy ? describe : describe.skip;
const MINUTE = 60_000;

real("npx mybinder open", () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-open-")));
  const state = join(base, "state");
  const dir = join(state, "control-planes", "local");
  const env = {
    MYBINDER_STATE: state,
    MYBINDER_CACHE: environment().cache,
    MYBINDER_CHART_CACHE: join(base, "charts"),
    HTTPS_PROXY: "http://127.0.0.1:9",
  };
  const mybinder = (...args: string[]): Promise<Ended> => runCommand(ROOT, args, env).ended;
  const open = async (): Promise<OpenProxy & { url: string; stderr: string }> => {
    const { code, stdout, stderr } = await mybinder("open", "--json");
    if (code !== 0) throw new Error(stderr);
    return { ...(JSON.parse(stdout) as OpenProxy & { url: string }), stderr };
  };
  const get = (port: number, path: string, host = "mybinder.localhost"): Promise<Answer> =>
    ask(port, path, { headers: { Host: `${host}:${String(port)}` } });
  const conditionOf = async (port: number): Promise<string> => {
    const { body } = await get(port, "/status.json");
    const { members } = JSON.parse(body) as { members: { state: string; reason: string }[] };
    return members.map((member) => `${member.state}: ${member.reason}`).join();
  };
  const kubectl = async (...args: string[]): Promise<void> => {
    const { kubectl: program } = await ensureToolchain({ environment: environment(), report: silent });
    const access = ["--kubeconfig", join(dir, "kubeconfig"), "--namespace", "local"];
    const { code, stderr } = await run(program, [...access, ...args]);
    if (code !== 0) throw new Error(stderr);
  };
  let port = 0;

  beforeAll(async () => {
    await ensureToolchain({ environment: environment(), report: silent });
  }, 15 * MINUTE);
  afterAll(async () => {
    await mybinder("local", "down", "--all");
    rmSync(base, { recursive: true, force: true });
  }, MINUTE);

  test(
    "before there is anything to see, it says what to run",
    async () => {
      const stopped = await mybinder("open");
      expect([stopped.code, stopped.stderr]).toEqual([
        2,
        "the control plane of local is stopped; start it: npm start\n",
      ]);
      expect(await mybinder("local", "up")).toMatchObject({ code: 0 });
      const empty = await mybinder("open");
      expect([empty.code, empty.stderr]).toEqual([
        2,
        "stack local is not deployed on its control plane; deploy it: npm start\n",
      ]);
    },
    MINUTE,
  );

  test(
    "the front page and every launch say that no member is available, the status page says why",
    async () => {
      const started = await mybinder("start", "--rehearse");
      expect(started).toMatchObject({ code: 0 });
      expect(started.stdout).toContain("npx mybinder open");
      // two at once: one opens it, both say where it is
      const [one, other] = await Promise.all([open(), open()]);
      expect([one.started, other.started].sort()).toEqual([false, true]);
      expect(other).toMatchObject({ port: one.port, url: one.url });
      port = one.port;
      expect(one.url).toBe(`http://mybinder.localhost:${String(port)}/`);

      expect(await conditionOf(port)).toBe("down: it does not answer");
      expect((await get(port, "/status")).body).toContain("<title>Status of mybinder.localhost</title>");
      for (const path of ["/", "/build/gh/owner/name/HEAD"]) {
        const { status, body } = await get(port, path);
        expect([status, /<h1>(.*)<\/h1>/.exec(body)?.[1]]).toEqual([503, "Binder is not available"]);
      }
      const { location } = (await get(port, "/badge.svg")).headers;
      expect(location).toBe("http://static.mybinder.localhost/badge.svg");
      expect((await get(port, "/badge.svg", "static.mybinder.localhost")).status).toBe(200);
      expect((await get(port, "/", "elsewhere.example")).status).toBe(404);
    },
    3 * MINUTE,
  );

  test(
    "what operators do on the cluster is there: a drain, with its reason",
    async () => {
      const table = JSON.stringify({ local: { drain: true, reason: "a test" } });
      const patch = JSON.stringify({ data: { "traffic.json": table } });
      await kubectl("patch", "configmap", "federation-traffic", "--patch", patch);
      await until(
        () => conditionOf(port),
        (condition) => condition === "drained: a test",
      );
    },
    MINUTE,
  );

  test(
    "again: one that is well stays, one that is not or is of an earlier deploy is replaced on its port",
    async () => {
      const text = await mybinder("open");
      expect(text.stdout).toContain(`was already at\n  http://mybinder.localhost:${String(port)}/\n`);
      for (const program of PROXY_PROGRAMS) {
        process.kill(runningProxy(dir).get(program)?.pid ?? NaN, "SIGKILL");
        expect(await open()).toMatchObject({
          started: true,
          port,
          stderr: `federation proxy of local: replaces one whose ${program} had died\n`,
        });
      }
      const patch = JSON.stringify({ data: { "not-found.html": "<h1>changed</h1>" } });
      await kubectl("patch", "configmap", "federation-proxy", "--patch", patch);
      expect(await open()).toMatchObject({
        started: true,
        port,
        stderr: "federation proxy of local: replaces one of an earlier deploy\n",
      });
      expect((await get(port, "/", "elsewhere.example")).body).toContain("changed");
    },
    2 * MINUTE,
  );

  test(
    "npm stop ends it, even when its folder is gone",
    async () => {
      rmSync(join(dir, "proxy"), { recursive: true });
      const ours = (): number[] => findProcesses((argv) => isProxyOf(dir, argv)).map(({ pid }) => pid);
      expect(ours()).toHaveLength(2);
      expect(await mybinder("stop")).toMatchObject({ code: 0 });
      expect(ours()).toEqual([]);
      expect(existsSync(state)).toBe(false);
    },
    MINUTE,
  );
});
