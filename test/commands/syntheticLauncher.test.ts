// Proves: the launcher as it is bundled launches at members that play a real BinderHub's recorded answers, leaves no server behind
// when it is killed or told to end, launches once with two replicas, and writes what the federation's agents read. The API server
// is a server on loopback. Does not prove: anything of a cluster, or of a BinderHub of today.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseLaunches } from "../../apps/federation-agent/config";
import { ROOT } from "../../tools/ground/root";
import { until as untilAnswer } from "../support/federation";
import { ask } from "../support/haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { LaunchingMember } from "../support/launchingMember";
import { ObjectApi } from "../support/objectApi";

const PROGRAM = join(ROOT, "charts", "mybinder", "files", "synthetic-launcher.js");
const RESULTS = "/api/v1/namespaces/n/configmaps/federation-launches";

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  await untilAnswer(async () => holds(), Boolean);
};

let folder: string;
let api: ObjectApi;
let apiUrl: string;
let members: LaunchingMember[];
let children: ChildProcess[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mybinder-launcher-"));
  api = new ObjectApi();
  apiUrl = await api.serve(join(folder, "account"));
  api.put(RESULTS, { apiVersion: "v1", kind: "ConfigMap" });
  members = [await LaunchingMember.start("a"), await LaunchingMember.start("b")];
  children = [];
});
afterEach(async () => {
  for (const child of children) await end(child, "SIGKILL");
  for (const member of members) await member.close();
  await api.close();
  rmSync(folder, { recursive: true });
});

function member(index: number): LaunchingMember {
  const found = members[index];
  if (!found) throw new Error("no such member");
  return found;
}
const [a, b] = [() => member(0), () => member(1)];

/** Starts a launcher with a folder of its own, or of one before it. Resolves to its process and its metrics. */
async function start(
  run: string,
  cachedSeconds = 1,
): Promise<{ child: ChildProcess; metrics: () => Promise<string> }> {
  mkdirSync(join(folder, run), { recursive: true });
  const config = {
    members: members.map(({ name, url }) => ({ name, url })),
    ...{ repository: "o/r", ref: "HEAD", cachedMinutes: cachedSeconds / 60, uncachedMinutes: 60 },
    limits: { page: 2, queued: 2, building: 2, pushing: 2, launching: 2, ready: 5, stopping: 2 },
    ...{ silenceSeconds: 5, headroom: 0.05, leaseSeconds: 2 },
  };
  writeFileSync(join(folder, run, "launcher.json"), JSON.stringify(config));
  const port = await freePort();
  const args = [join(folder, run, "launcher.json"), apiUrl, join(folder, "account"), join(folder, run)];
  const child = spawn(process.execPath, [PROGRAM, ...args, `127.0.0.1:${String(port)}`], { stdio: "ignore" });
  children.push(child);
  return { child, metrics: async () => (await ask(port, "/metrics").catch(() => ({ body: "" }))).body };
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

function results(): ReturnType<typeof parseLaunches> {
  const { data } = api.objects.get(RESULTS) as unknown as { data?: Record<string, string> };
  return parseLaunches(data?.["launches.json"] ?? "{}");
}

test("a good member and one that fails: what the agents read, the metrics, and no server left", async () => {
  b().behaviour.server = "never answers";
  b().behaviour.stream = "broken";
  const { child, metrics } = await start("one");
  await until(() => results()["a"]?.ok === true && results()["b"]?.ok === false);
  // one failure is no news yet
  expect(b().launches).toBeGreaterThan(1);
  const text = await metrics();
  expect(text).toContain('synthetic_launch_ok{member="a",kind="cached"} 1\n');
  expect(text).toContain('synthetic_launch_ok{member="b",kind="cached"} 0\n');
  expect(text).toMatch(
    /synthetic_launch_failures_total{member="b",kind="cached",phase="building",reason="failed"} [2-9]/,
  );
  expect(text).toMatch(/synthetic_launch_seconds_count{member="a",kind="cached"} [1-9]/);
  expect(text).toContain("synthetic_launcher_leader 1\n");
  await end(child, "SIGTERM");
  expect([...a().running]).toEqual([]);
  expect(a().asked).toContain("GET /build/gh/O/R/HEAD");
});

test("a full member is left to people: no launch, and no word about it", async () => {
  a().behaviour.health = { used: 96, quota: 100 };
  b().behaviour.health = { used: 94, quota: 100 };
  const { metrics } = await start("one");
  await until(() => results()["b"]?.ok === true);
  await until(async () => (await metrics()).includes('{member="a",kind="cached",result="skipped"} '));
  expect([a().launches, results()["a"]]).toEqual([0, undefined]);
});

test("killed while a server runs, it shuts that server down when it is started again", async () => {
  a().behaviour.server = "never answers";
  const { child } = await start("one", 3);
  await until(() => a().asked.includes("GET /user/s1/api/status"));
  await end(child, "SIGKILL");
  expect([...a().running]).toEqual(["s1"]);
  a().behaviour.server = "well";
  await start("one", 3);
  await until(() => a().asked.includes("POST /user/s1/api/shutdown"));
  await until(() => !a().running.has("s1"));
});

test("told to end while a server is on its way, it waits for it and shuts it down", async () => {
  a().behaviour.pauseMs = 300;
  const { child } = await start("one");
  await until(() => a().launches > 0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await end(child, "SIGTERM");
  expect(a().asked).toContain("POST /user/s1/api/shutdown");
  expect([...a().running]).toEqual([]);
});

test("of two replicas one launches; when it is killed, the other goes on", async () => {
  const one = await start("one");
  await until(() => a().launches > 0);
  const two = await start("two");
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await two.metrics()).toMatch(/synthetic_launches_total{member="a",kind="cached",result="ok"} 0\n/);
  expect(await two.metrics()).toContain("synthetic_launcher_leader 0\n");
  await end(one.child, "SIGKILL");
  await until(async () => (await two.metrics()).includes("synthetic_launcher_leader 1\n"));
  const before = a().launches;
  await until(() => a().launches > before);
});
