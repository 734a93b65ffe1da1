// Proves: the programs of apps/, as they are bundled, measure no interval by the wall clock, and take nothing for old because
// it was set. Does not prove: anything of HAProxy or of a cluster, whose API server is a server on loopback here.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";
import { until } from "../support/federation";
import { FakeDocker } from "../support/docker";
import { agentJson } from "../support/agentProcess";
import { ask } from "../support/haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { FakeMember } from "../support/member";
import { pod } from "../support/pods";

const HOUR = 3600;
const program = (name: string): string => join(ROOT, "charts", "mybinder", "files", `${name}.js`);
const jumping = (seconds: number): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_OPTIONS: `--require ${join(ROOT, "test", "support", "clockJump.js")}`,
  CLOCK_JUMP: String(seconds),
});
/** Sets the wall clock of the programs that run with the environment of `steered`. */
const setClock = (wall: number): void => {
  writeFileSync(join(folder, "steering.json.new"), JSON.stringify({ wall }));
  renameSync(join(folder, "steering.json.new"), join(folder, "steering.json"));
};
const steered = (): NodeJS.ProcessEnv => {
  setClock(0);
  return {
    ...process.env,
    NODE_OPTIONS: `--require ${join(ROOT, "test", "support", "steered.js")}`,
    STEERING: join(folder, "steering.json"),
  };
};

let folder: string;
const children: ChildProcess[] = [];
const members: FakeMember[] = [];
/** What the API server was asked, in order. */
let asked: string[];
/** The pods that it has. */
let pods: ReturnType<typeof pod>[];
let api: Server;
let apiUrl: string;

beforeAll(async () => {
  const { key, certificate } = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-", "localhost", "2048"], {
      input: readFileSync(join(ROOT, "components", "keyPair", "selfSigned.mjs")),
      encoding: "utf8",
    }),
  ) as { key: string; certificate: string };
  api = createServer({ key, cert: certificate }, ({ method = "", url = "" }, answer) => {
    asked.push(`${method} ${url}`);
    answer.end(JSON.stringify({ items: url.endsWith("/pods") ? pods : [], data: {} }));
  });
  await new Promise<void>((resolve) => api.listen(0, "localhost", resolve));
  apiUrl = `https://localhost:${String((api.address() as AddressInfo).port)}`;
  folder = mkdtempSync(join(tmpdir(), "mybinder-programs-"));
  mkdirSync(join(folder, "account"));
  for (const [file, text] of Object.entries({ "ca.crt": certificate, token: "t", namespace: "n" })) {
    writeFileSync(join(folder, "account", file), text);
  }
});
beforeEach(() => {
  [asked, pods] = [[], []];
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
  for (const member of members.splice(0)) await member.close();
});
async function startMember(name: string): Promise<FakeMember> {
  const member = await FakeMember.start(name);
  members.push(member);
  return member;
}
afterAll(() => {
  api.closeAllConnections();
  api.close();
  rmSync(folder, { recursive: true });
});

function start(name: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  children.push(spawn(process.execPath, [program(name), ...args], { stdio: "ignore", env }));
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("federation-agent", () => {
  const agentArgs = (command: string): string[] => [
    ...[command, join(folder, "agent.json"), join(folder, "input"), join(folder, "run")],
    join(folder, "account"),
  ];
  const configure = (members: readonly FakeMember[]): void => {
    rmSync(join(folder, "run"), { recursive: true, force: true });
    for (const each of ["run", "input"]) mkdirSync(join(folder, each), { recursive: true });
    writeFileSync(join(folder, "agent.json"), agentJson(members, { apiServer: apiUrl }));
  };

  test.each([-HOUR, HOUR])(
    "the wall clock is set by %d s: rounds and the reading of drains go on",
    async (jump) => {
      const member = await startMember("a");
      configure([member]);
      const address = `127.0.0.1:${String(await freePort())}`;
      start("federation-agent", [...agentArgs("run"), address], jumping(jump));
      await until(
        () => Promise.resolve(member.asked),
        (count) => count > 0,
      );
      await pause(3000);
      const before = [member.asked, asked.length];
      await until(
        () => Promise.resolve([member.asked, asked.length]),
        ([rounds = 0, reads = 0]) => rounds > (before[0] ?? 0) + 2 && reads > (before[1] ?? 0) + 2,
      );
    },
  );
});

test("node-janitor: a wall clock that is set forward by an hour is no hour without a round", async () => {
  const config = join(folder, "janitor.json");
  writeFileSync(config, JSON.stringify({ namespace: "n", periodSeconds: 60, finishedMinutes: 15 }));
  const port = await freePort();
  start(
    "node-janitor",
    [config, apiUrl, join(folder, "account"), `127.0.0.1:${String(port)}`],
    jumping(HOUR),
  );
  await until(
    () => ask(port, "/healthz").catch(() => ({ status: 0 })),
    ({ status }) => status === 200,
  );
  await pause(2000);
  expect(await ask(port, "/healthz")).toMatchObject({ status: 200 });
});

test("node-janitor: a wall clock that is set forward by an hour makes no finished pod old", async () => {
  const config = join(folder, "janitor.json");
  writeFileSync(config, JSON.stringify({ namespace: "n", periodSeconds: 1, finishedMinutes: 15 }));
  const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  pods = [pod("old", "node", { phase: "Succeeded", finishedAt: ago(20) })];
  pods.push(pod("young", "node", { phase: "Succeeded", finishedAt: ago(1) }));
  const deleted = (): string[] => asked.filter((each) => each.startsWith("DELETE"));
  const address = `127.0.0.1:${String(await freePort())}`;
  start("node-janitor", [config, apiUrl, join(folder, "account"), address], steered());
  await until(
    () => Promise.resolve(deleted()),
    ({ length }) => length > 0,
  );
  setClock(HOUR);
  const { length } = deleted();
  await until(
    () => Promise.resolve(deleted()),
    (now) => now.length > length + 3,
  );
  expect(new Set(deleted())).toEqual(new Set(["DELETE /api/v1/namespaces/n/pods/old"]));
});

test("build-pruner: a wall clock that is set makes no image old, and no round late", async () => {
  const docker = await new FakeDocker().start();
  const image = (id: string, made: number): FakeDocker["images"][number] => ({
    id,
    tags: [id],
    made,
    bytes: 1,
  });
  docker.images = [image("old", 130), image("young", 1)];
  const config = join(folder, "pruner.json");
  writeFileSync(config, JSON.stringify({ periodSeconds: 1, keepMinutes: 120, cacheBytes: 100 }));
  const port = await freePort();
  start("build-pruner", [config, docker.socket, `127.0.0.1:${String(port)}`], steered());
  const rounds = async (): Promise<number> => {
    const { body } = await ask(port, "/metrics").catch(() => ({ body: "" }));
    return Number(/^build_pruner_rounds_total{result="ok"} (\d+)$/m.exec(body)?.[1] ?? 0);
  };
  for (const wall of [0, 3 * HOUR, -HOUR, 24 * HOUR]) {
    setClock(wall);
    const before = await rounds();
    await until(rounds, (now) => now > before + 2);
    expect(docker.images.map(({ id }) => id)).toEqual(["young"]);
    expect(await ask(port, "/healthz")).toMatchObject({ status: 200 });
  }
  await docker.stop();
});

test("harbor-setup: a wall clock that is set back by an hour is no hour more to wait for Harbor", async () => {
  const harbor = createHttpServer((_, answer) => answer.end('{"status": "unhealthy"}'));
  await new Promise<void>((resolve) => harbor.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${String((harbor.address() as AddressInfo).port)}`;
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ url, waitSeconds: 3, projects: [], mirrors: [] }));
  mkdirSync(join(folder, "secrets"));
  writeFileSync(join(folder, "secrets", "admin"), "x");
  const args = [program("harbor-setup"), "apply", config, join(folder, "secrets")];
  const end = AbortSignal.timeout(20_000);
  const result = await run(process.execPath, args, "", end, jumping(-HOUR));
  harbor.closeAllConnections();
  harbor.close();
  expect(result).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("not healthy after 3 s") as string,
  });
});
