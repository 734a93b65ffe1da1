import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";
import { type Outcome, run } from "../../tools/ground/terminal/run";
import { AGENT } from "./federation";
import { type Answer, ask } from "./haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";
import type { FakeMember } from "./member";

/** An agent.json: rounds each second, of members that have a second to answer. `more`: further keys of it. */
export function agentJson(
  members: readonly FakeMember[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    members: members.map(({ name, host }) => ({ name, url: `http://${host}`, weight: 1, launchQuota: 100 })),
    ...{ periodSeconds: 1, timeoutSeconds: 1, healthPatienceSeconds: 30, quotaSeconds: 60, replicas: 1 },
    ...{ fall: 2, rise: 2, headroom: 0.05, taper: 0.25, skewMinutes: 60, launchMaxAgeMinutes: 30 },
    expectedVersions: {},
    ...more,
  });
}

/** The federation agent as it is deployed, without HAProxy, in a folder of its own. */
export class AgentProcess {
  readonly folder = mkdtempSync(join(tmpdir(), "mybinder-agent-"));
  private child: ChildProcess | undefined;
  private port = 0;
  log = "";

  /** `more`: of agent.json. */
  constructor(members: readonly FakeMember[], more: Readonly<Record<string, unknown>> = {}) {
    for (const each of ["run", "input"]) mkdirSync(join(this.folder, each));
    writeFileSync(join(this.folder, "agent.json"), agentJson(members, more));
    this.steer({});
  }

  get table(): string {
    return join(this.folder, "run", "table.map");
  }

  /** Makes faults in the agent that runs, as test/support/steered.js knows them. */
  steer(faults: { wall?: number; steady?: number; worker?: "hangs" | "dies" }): void {
    const file = join(this.folder, "steering.json");
    writeFileSync(`${file}.new`, JSON.stringify(faults));
    renameSync(`${file}.new`, file);
  }

  /** Runs `init` to its end. `preload`: a file of test/support that it loads first. */
  init(preload?: string): Promise<Outcome> {
    const args = preload === undefined ? [] : ["--require", join(ROOT, "test", "support", preload)];
    return run(process.execPath, [...args, ...this.args("init")], "", AbortSignal.timeout(60_000));
  }

  async start(): Promise<void> {
    this.port = await freePort();
    const steered = ["--require", join(ROOT, "test", "support", "steered.js")];
    this.child = spawn(
      process.execPath,
      [...steered, ...this.args("run"), `127.0.0.1:${String(this.port)}`],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, STEERING: join(this.folder, "steering.json") },
      },
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    }
  }

  ask(path: string): Promise<Pick<Answer, "status" | "body">> {
    return ask(this.port, path).catch(() => ({ status: 0, body: "" }));
  }

  /** Status of /livez, and how many seconds ago it says that the last round was. */
  async livez(): Promise<{ status: number; ago: number }> {
    const { status, body } = await this.ask("/livez");
    return { status, ago: Number(/last round (\d+) s ago/.exec(body)?.[1] ?? NaN) };
  }

  /** One of its metrics; NaN while there is no such series. */
  async metric(series: string): Promise<number> {
    const { body } = await this.ask("/metrics");
    const line = body.split("\n").find((text) => text.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1) ?? NaN);
  }

  /** The most memory that it has had, in MiB. */
  get peakMemory(): number {
    const status = readFileSync(`/proc/${String(this.child?.pid)}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true });
  }

  private args(command: "init" | "run"): string[] {
    const { folder } = this;
    return [AGENT, command, ...["agent.json", "input", "run", "account"].map((each) => join(folder, each))];
  }
}
