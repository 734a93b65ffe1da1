import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../environment";
import { Failure } from "../tools/ground/terminal/failure";
import { ROOT } from "../tools/ground/root";
import { freePort } from "../tools/lab/controlPlane/ports";
import { ensureConsumers } from "../tools/lab/kube/consumers";
import { FakeGcs } from "./archive/gcs";
import type { Bench } from "./table";

const PROGRAM = join(ROOT, "charts", "mybinder", "files", "archive-publisher.js");
const LOG = "binderhub-events-text";
const HOURS = 24;

/** A day of launches is published, a hundred times and a thousand times what one is today. */
export const archiveBench: Bench = {
  name: "archive",
  description: "time and memory of the archive's publisher, for a day of up to a million events",
  async run(report, signal) {
    const env = environment();
    await ensureConsumers({ environment: env, report, only: ["fake-gcs-server"], signal });
    const rows: (string | number)[][] = [];
    for (const events of [10_000, 100_000, 1_000_000]) {
      signal.throwIfAborted();
      const server = await FakeGcs.start(env);
      const folder = mkdtempSync(join(tmpdir(), "mybinder-bench-archive-"));
      try {
        const day = new Date().toISOString().slice(0, 10);
        const bytes = await exportDay(server, day, events);
        rows.push([events, megabytes(bytes), ...(await publish(server, folder, signal))]);
        report(`${String(events)} events: ${rows.at(-1)?.slice(1).join(", ") ?? ""}`);
      } finally {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const columns = ["events", "export, MB", "seconds", "peak memory, MiB", "published, MB"];
    return { title: "The archive's publisher, of 256 MiB that it may have", columns, rows };
  },
};

/** Puts a day into the export, its hours in no order of minutes; gives its bytes. */
async function exportDay(server: FakeGcs, day: string, events: number): Promise<number> {
  await server.bucket("raw");
  await server.bucket("archive");
  let bytes = 0;
  for (let hour = 0; hour < HOURS; hour += 1) {
    const two = String(hour).padStart(2, "0");
    const lines = Array.from({ length: Math.floor(events / HOURS) }, (_, index) => {
      const at = `${String((index * 7) % 60).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}`;
      const payload = {
        timestamp: `${day}T${two}:${at}.123456Z`,
        schema: "binderhub.jupyter.org/launch",
        version: 5,
        provider: "GitHub",
        spec: `jupyterlab/jupyterlab-demo-${String(index % 1000)}/HEAD`,
        ref: "7cbbdb8ac1ee5a1ac8e6ae6f0e7a3fd0d4bdfb8b",
        status: "success",
        build_token: true,
        origin: "2i2c.mybinder.org",
      };
      return JSON.stringify({
        insertId: String(index),
        jsonPayload: payload,
        logName: LOG,
        resource: { type: "global" },
      });
    });
    const content = Buffer.from(`${lines.join("\n")}\n`);
    bytes += content.length;
    await server.put("raw", `${LOG}/${day.replaceAll("-", "/")}/${two}:00:00_${two}:59:59_S0.json`, content);
  }
  return bytes;
}

async function publish(server: FakeGcs, folder: string, signal: AbortSignal): Promise<(string | number)[]> {
  const port = await freePort();
  const config = {
    server: server.url,
    log: LOG,
    sourceBucket: "raw",
    archiveBucket: "archive",
    periodSeconds: 3600,
  };
  writeFileSync(join(folder, "publisher.json"), JSON.stringify(config));
  const started = performance.now();
  const args = [join(folder, "publisher.json"), "none", join(folder, "day"), `127.0.0.1:${String(port)}`];
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    signal,
  });
  child.on("error", () => undefined);
  try {
    for (;;) {
      await sleep(50);
      if (child.exitCode !== null) throw new Failure("the publisher ended");
      const text = await fetch(`http://127.0.0.1:${String(port)}/metrics`).then(
        (answer) => answer.text(),
        () => "",
      );
      if (text.includes('rounds_total{result="failed"} 1')) throw new Failure("the publisher's round failed");
      if (text.includes('rounds_total{result="ok"} 1')) break;
    }
    const seconds = (performance.now() - started) / 1000;
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(child.pid)}/status`, "utf8"))?.[1];
    const held = await server.size("archive", /^events-/);
    return [seconds.toFixed(1), Math.round(Number(peak) / 1024), megabytes(held)];
  } finally {
    child.kill("SIGKILL");
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
