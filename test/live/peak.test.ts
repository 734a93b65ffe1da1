import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchesToKeep, recentPeak } from "../../tools/operate/traffic/peak";
import { ask } from "../support/haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { requireReal } from "../support/real";

const real = ["promtool", "prometheus"].map((program) => requireReal(program, "prometheus")).every(Boolean);
const DAY = 24 * 3600;

/* The question for the recent peak, answered by the real Prometheus from samples of two replicas of the proxy. */

(real ? describe : describe.skip)("the recent peak", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-peak-"));
  let prometheus: ChildProcess;
  let url = "";

  beforeAll(async () => {
    const now = Math.floor(Date.now() / 1000);
    // [days ago, member a, member b]: the 400 of ten days ago is over, and 90 + 60 is more than 120 + 10
    const samples = [
      [10, 300, 100],
      [3, 120, 10],
      [2, 90, 60],
      [1, 5, 5],
    ] as const;
    const lines = ["a", "b"].flatMap((member, index) =>
      ["p1", "p2"].flatMap((pod) =>
        samples.map(
          (sample) =>
            `federation_member_used{member="${member}",pod="${pod}"} ${String(sample[index + 1])} ${String(now - sample[0] * DAY)}`,
        ),
      ),
    );
    const text = `# TYPE federation_member_used gauge\n${lines.join("\n")}\n# EOF\n`;
    writeFileSync(join(folder, "samples"), text);
    writeFileSync(join(folder, "prometheus.yml"), "{}\n");
    execFileSync("promtool", [
      ...["tsdb", "create-blocks-from", "openmetrics", join(folder, "samples"), join(folder, "data")],
    ]);
    const port = await freePort();
    url = `http://127.0.0.1:${String(port)}`;
    prometheus = spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${String(port)}`,
      ],
      { stdio: "ignore" },
    );
    for (let tries = 0; tries < 300; tries++) {
      if ((await ask(port, "/-/ready").catch(() => undefined))?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("Prometheus did not get ready");
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => prometheus.once("exit", resolve));
    prometheus.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true });
  });

  test("is the largest sum over the members at one time, counted once for all replicas", async () => {
    expect(await recentPeak({ prometheus: url, days: 7, timeoutMs: 10_000 })).toBe(150);
    expect(await recentPeak({ prometheus: url, days: 14, timeoutMs: 10_000 })).toBe(400);
  });

  test("is what a drain must leave, where the operator says nothing else", async () => {
    const said: string[] = [];
    const keep = { stack: "prod", prometheus: url, days: 7 };
    const report = (line: string): void => void said.push(line);
    expect(await launchesToKeep(keep, report)).toBe(150);
    expect(await launchesToKeep({ ...keep, peak: 20 }, report)).toBe(20);
    expect(said).toEqual(["The peak of the last 7 days was 150 concurrent launches."]);
  });

  test("a Prometheus that does not answer, or knows nothing, holds nothing up and is named", async () => {
    const said: string[] = [];
    const report = (line: string): void => void said.push(line);
    const closed = `http://127.0.0.1:${String(await freePort())}`;
    expect(await launchesToKeep({ stack: "prod", prometheus: closed, days: 7 }, report)).toBeUndefined();
    expect(said[0]).toMatch(/^The recent peak is unknown: 127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)/);
    await expect(recentPeak({ prometheus: `${url}/nowhere`, days: 7, timeoutMs: 1000 })).rejects.toThrow(
      /answered 404/,
    );
    const empty = createServer((_, response) => {
      response.end('{"status": "success", "data": {"resultType": "vector", "result": []}}');
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => empty.once("listening", resolve));
    const { port } = empty.address() as AddressInfo;
    await expect(
      recentPeak({ prometheus: `http://127.0.0.1:${String(port)}`, days: 7, timeoutMs: 1000 }),
    ).rejects.toThrow(/has no federation_member_used of the last 7 days; does it scrape/);
    empty.close();
  });
});
