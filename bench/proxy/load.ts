import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../tools/ground/terminal/failure";
import { run } from "../../tools/ground/terminal/run";

/** What wrk found. Latencies in ms. */
export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Answers of status 400 and above, connections refused, reset or timed out. */
  readonly failed: number;
}

/** Core that the load comes from. */
const LOAD_CORE = "1";
const HOST = "bench.example.org";

/** 2,000 repositories in turn, made before the load begins; the last line of output is what was found, as JSON. */
const SCRIPT = `
local requests, turn = {}, 0
function init()
  for i = 1, 2000 do
    requests[i] = wrk.format("GET", "/build/gh/owner-" .. i .. "/repository/HEAD?urlpath=lab", { Host = "${HOST}" })
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"perSecond": %f, "p50": %f, "p99": %f, "p999": %f, "failed": %d}\\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency:percentile(99.9) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
`;

/** Launches as fast as one core can ask for them, on 50 connections. */
export async function load(port: number, seconds: number): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-bench-"));
  const script = join(folder, "launches.lua");
  writeFileSync(script, SCRIPT);
  const url = `http://127.0.0.1:${String(port)}`;
  const args = ["-t1", "-c50", `-d${String(seconds)}s`, "--latency", "-s", script, url];
  const { code, stdout, stderr } = await run("taskset", ["-c", LOAD_CORE, "wrk", ...args]);
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Failure(`wrk (Debian package wrk): ${stderr.trim() || stdout.trim()}`, 3);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as LoadResult;
}

/** Where one launch after the other is sent, with a pause of 2 ms: gentle, so that it measures time and nothing else. */
export class Watch {
  private readonly last = new Map<string, number>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private running = true;
  private readonly done: Promise<void>;

  constructor(port: number) {
    this.done = this.ask(port);
  }

  /** When a launch was last sent to a URL, as of performance.now(); 0 if never. */
  lastTo(url: string): number {
    return Math.max(0, ...[...this.last].flatMap(([origin, at]) => (origin === url ? [at] : [])));
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.done;
    this.agent.destroy();
  }

  private async ask(port: number): Promise<void> {
    for (let index = 0; this.running; index++) {
      const path = `/build/gh/owner-${String(index % 2000)}/repository/HEAD`;
      const location = await this.locationOf(port, path);
      if (location !== undefined) this.last.set(new URL(location).origin, performance.now());
      await sleep(2);
    }
  }

  private locationOf(port: number, path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const options = { host: "127.0.0.1", port, path, agent: this.agent, headers: { Host: HOST } };
      const sent = request(options, (response) => {
        response.resume().on("end", () => {
          resolve(response.headers.location);
        });
      });
      sent.on("error", () => {
        resolve(undefined);
      });
      sent.end();
    });
  }
}
