import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../tools/ground/terminal/run";
import { freePort } from "../../tools/lab/controlPlane/ports";

/** One line of an answer: its labels, and a value by its time in seconds since 1970. */
export interface Drawn {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: number])[];
}

/** A Prometheus on loopback that holds what it was given and reads nothing; its folder goes with it. */
export class ReplayedPrometheus {
  private constructor(
    private readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts one with the samples of an OpenMetrics text. Rejects where promtool refuses it, or nothing answers in 20 s. */
  static async start(openMetrics: string): Promise<ReplayedPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-replayed-"));
    const config = join(folder, "prometheus.yml");
    const samples = join(folder, "samples.txt");
    writeFileSync(config, "{}\n");
    writeFileSync(samples, openMetrics);
    const data = join(folder, "data");
    const { code, stderr } = await run("promtool", [
      "tsdb",
      "create-blocks-from",
      "openmetrics",
      samples,
      data,
    ]);
    const address = `127.0.0.1:${String(await freePort())}`;
    const child = spawn(
      "prometheus",
      [
        ...[`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`],
        ...["--storage.tsdb.retention.time=100y", "--log.level=error"],
      ],
      { stdio: "ignore" },
    );
    const server = new ReplayedPrometheus(`http://${address}`, child, folder);
    child.on("error", () => undefined);
    try {
      if (code !== 0) throw new Error(`promtool refuses the samples: ${stderr.trim()}`);
      const end = performance.now() + 20_000;
      while (performance.now() < end) {
        const answer = await fetch(`${server.url}/-/ready`).catch(() => undefined);
        if (answer?.ok) return server;
        await sleep(50);
      }
      throw new Error("the replayed Prometheus does not answer");
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** What a query gives from one time to another, both in seconds since 1970. Rejects with Prometheus' own words. */
  async range(query: string, from: number, until: number, step: number): Promise<Drawn[]> {
    const asked = new URLSearchParams({ query, start: String(from), end: String(until), step: String(step) });
    const answer = await fetch(`${this.url}/api/v1/query_range`, { method: "POST", body: asked });
    const { error, data } = (await answer.json()) as {
      error?: string;
      data?: { result: { metric: Drawn["metric"]; values: [number, string][] }[] };
    };
    if (!data) throw new Error(`${query}: ${error ?? String(answer.status)}`);
    return data.result.map(({ metric, values }) => ({
      metric,
      values: values.map(([seconds, value]): [number, number] => [seconds, Number(value)]),
    }));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.pid !== undefined && this.child.exitCode === null && this.child.kill("SIGKILL")) {
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
