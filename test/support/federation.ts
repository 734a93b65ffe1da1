import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrafficTable } from "../../model/federation/trafficShare";
import { run } from "../../tools/ground/terminal/run";
import { META_CHART } from "./metaChart";
import { type Answer, ask, type RunningHaproxy, startHaproxy } from "./haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { FakeMember } from "./member";

/** The agent as it is deployed. */
export const AGENT = join(META_CHART, "files", "federation-agent.js");
export const HOST = "example.org";

/** Renders the federation's ConfigMap with these values of federationProxy. */
export type RenderFederation = (
  federationProxy: Record<string, unknown>,
) => Promise<Readonly<Record<string, string>>>;

/** A replica of the federation proxy: HAProxy and the agent, as in a pod. */
export class Replica {
  agent: ChildProcess | undefined;
  private log = "";
  private constructor(
    readonly haproxy: RunningHaproxy,
    readonly agentPort: number,
  ) {}

  static async start(
    files: Readonly<Record<string, string>>,
    {
      args = [],
      traffic = {},
      edit = (config) => config,
    }: { args?: readonly string[]; traffic?: TrafficTable; edit?: (config: string) => string } = {},
  ): Promise<Replica> {
    const agentPort = await freePort();
    const haproxy = await startHaproxy("haproxy", files, {
      edit: (config) => edit(config).replace("127.0.0.1:8406", `127.0.0.1:${String(agentPort)}`),
      prepare: async (folder) => {
        mkdirSync(join(folder, "input"));
        writeFileSync(join(folder, "input", "traffic.json"), JSON.stringify(traffic));
        const { code, stdout, stderr } = await run(process.execPath, agentArgs(folder, "init"));
        if (code !== 0) throw new Error(stdout + stderr);
      },
      args,
    });
    const replica = new Replica(haproxy, agentPort);
    replica.startAgent();
    return replica;
  }

  startAgent(): void {
    const args = [...agentArgs(this.haproxy.folder, "run"), `127.0.0.1:${String(this.agentPort)}`];
    this.agent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.agent.stdout, this.agent.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    }
  }

  /** Ends the agent as the kernel would. */
  async killAgent(): Promise<void> {
    const { agent } = this;
    this.agent = undefined;
    if (agent?.exitCode !== null || agent.signalCode !== null) return;
    const ended = new Promise((resolve) => agent.once("exit", resolve));
    agent.kill("SIGKILL");
    await ended;
  }

  /** Replaces the traffic table, as the kubelet replaces a mounted file. */
  setTraffic(table: TrafficTable | string): void {
    this.setInput("traffic.json", table);
  }

  setInput(name: string, content: unknown): void {
    const file = join(this.haproxy.folder, "input", name);
    writeFileSync(`${file}.new`, typeof content === "string" ? content : JSON.stringify(content));
    renameSync(`${file}.new`, file);
  }

  get(path: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> {
    return ask(this.haproxy.port, path, { ...options, headers: { ...options.headers, Host: HOST } });
  }

  /** One of the agent's metrics; undefined while there is no such series. */
  async metric(series: string): Promise<number | undefined> {
    const { body } = await ask(this.agentPort, "/metrics").catch(() => ({ body: "" }));
    const line = body.split("\n").find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  get agentLog(): string {
    return this.log;
  }

  async stop(): Promise<void> {
    await this.killAgent();
    await this.haproxy.stop();
  }
}

function agentArgs(folder: string, command: "init" | "run"): string[] {
  return [AGENT, command, join(folder, "agent.json"), join(folder, "input"), folder, join(folder, "account")];
}

/** Members a, b and c, with weights 50, 100 and 0, of which b serves the front page first. */
export async function startMembers(): Promise<Record<"a" | "b" | "c", FakeMember>> {
  return { a: await FakeMember.start("a"), b: await FakeMember.start("b"), c: await FakeMember.start("c") };
}

/** Quick rounds, so that a test need not wait. */
export const QUICK = { periodSeconds: 1, timeoutSeconds: 1, fall: 2, rise: 2 };

/** The values of federationProxy that lead to these members. */
export function membersAt(
  members: Readonly<Record<string, FakeMember>>,
  agent: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    agent: { ...QUICK, expectedVersions: { builder: "repo2docker:1" }, ...agent },
    federation: {
      members: Object.fromEntries(
        Object.values(members).map(({ name, host }) => [name, { url: `http://${host}`, launchQuota: 100 }]),
      ),
    },
  };
}

/** Name of the member to which an answer redirects. */
export function memberOf(
  { headers }: Pick<Answer, "headers">,
  members: Readonly<Record<string, FakeMember>>,
): string | undefined {
  const target = headers.location;
  return Object.values(members).find(({ host }) => target?.startsWith(`http://${host}/build/`))?.name;
}

/** Members to which so many repositories are sent, and how often. */
export async function spread(
  replica: Replica,
  members: Readonly<Record<string, FakeMember>>,
  repositories = 200,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < repositories; index++) {
    const to = memberOf(await replica.get(`/build/gh/o/repo-${String(index)}/HEAD`), members) ?? "none";
    counts[to] = (counts[to] ?? 0) + 1;
  }
  return counts;
}

/** Runs cases side by side, a few at once; what failed, by name. For cases that mostly wait. */
export async function failedOf(
  cases: Readonly<Record<string, () => Promise<unknown>>>,
  atOnce = 4,
): Promise<Record<string, string>> {
  const left = Object.entries(cases);
  const failed: Record<string, string> = {};
  const next = async (): Promise<void> => {
    for (let one = left.shift(); one; one = left.shift()) {
      const [name, run] = one;
      await run().catch((error: unknown) => (failed[name] = String(error)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return failed;
}

/** Waits until something holds; fails after half a minute with what it was last. */
export async function until<T>(question: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await question();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
