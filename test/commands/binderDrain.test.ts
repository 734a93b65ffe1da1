// Proves: what the hook before BinderHub's end waits for, by the metrics that BinderHub has. Does not prove: that the kubelet runs it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";
import { requireReal } from "../support/real";

const describeWithPython = requireReal("python3", "python3") ? describe : describe.skip;

describeWithPython("a BinderHub that is to stop", () => {
  let server: Server;
  let counts = { builds: 0, launches: 0 };
  beforeEach(async () => {
    server = createServer((_, answer) => {
      answer.end(
        `# HELP binderhub_inprogress_builds Builds currently in progress\nbinderhub_inprogress_builds ${counts.builds.toFixed(1)}\n` +
          `binderhub_inprogress_launches ${counts.launches.toFixed(1)}\n`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => server.close());

  const { lifecycle, extraPodSpec } = (
    parse(readFileSync(join(ROOT, "charts", "mybinder", "values.yaml"), "utf8")) as {
      binderhub: {
        lifecycle: { preStop: { exec: { command: string[] } } };
        extraPodSpec: { terminationGracePeriodSeconds: number };
      };
    }
  ).binderhub;
  const [python = "", flag = "", script = "", , settle, limit] = lifecycle.preStop.exec.command;
  const wait = async (most: number, env?: NodeJS.ProcessEnv, settled = 0): Promise<number> => {
    const start = performance.now();
    const port = String((server.address() as AddressInfo).port);
    const args = [flag, script, port, String(settled), String(most)];
    const { code, stderr } = await run(python, args, "", AbortSignal.timeout(60_000), env);
    expect([code, stderr]).toEqual([0, ""]);
    return (performance.now() - start) / 1000;
  };

  test("has time for it before it is killed", () => {
    expect(extraPodSpec.terminationGracePeriodSeconds).toBeGreaterThan(Number(settle) + Number(limit));
  });

  test("waits for builds and for launches", async () => {
    counts = { builds: 1, launches: 0 };
    setTimeout(() => (counts = { builds: 0, launches: 1 }), 2000);
    setTimeout(() => (counts = { builds: 1, launches: 0 }), 8000);
    setTimeout(() => (counts = { builds: 0, launches: 0 }), 14_000);
    expect(await wait(60)).toBeGreaterThan(14);
  }, 60_000);

  // until every client knows that it is going, launches arrive still
  test("waits first, although it has nothing to do", async () => {
    expect(Number(settle)).toBeGreaterThanOrEqual(5);
    counts = { builds: 0, launches: 0 };
    setTimeout(() => (counts = { builds: 0, launches: 1 }), 4000);
    setTimeout(() => (counts = { builds: 0, launches: 0 }), 12_000);
    expect(await wait(60, undefined, 6)).toBeGreaterThan(12);
  }, 60_000);

  test("waits no longer than its limit", async () => {
    counts = { builds: 1, launches: 1 };
    const seconds = await wait(4);
    expect(seconds).toBeGreaterThan(3.5);
    expect(seconds).toBeLessThan(30);
  }, 60_000);

  test.each([-3600, 3600])("waits as long when the wall clock is set by %d s", async (jump) => {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-clock-"));
    // Python loads it by its name: a second after the start the wall clock jumps
    const clock =
      "import time\nreal, start = time.time, time.monotonic()\n" +
      `time.time = lambda: real() + (${String(jump)} if time.monotonic() - start > 1 else 0)\n`;
    writeFileSync(join(folder, "sitecustomize.py"), clock);
    counts = { builds: 1, launches: 1 };
    const seconds = await wait(5, { ...process.env, PYTHONPATH: folder });
    rmSync(folder, { recursive: true });
    expect(seconds).toBeGreaterThan(4.5);
    expect(seconds).toBeLessThan(30);
  });

  test("that has nothing to do, or is dead already, ends soon", async () => {
    counts = { builds: 0, launches: 0 };
    expect(await wait(60)).toBeLessThan(30);
    server.close();
    server.closeAllConnections();
  }, 60_000);
});
