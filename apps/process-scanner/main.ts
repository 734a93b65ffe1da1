import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../clock";
import { InCluster } from "../inCluster";
import { readJson } from "../readJson";
import { serveState } from "../stateServer";
import type { ScannerConfig } from "./config";
import { exposition, type Scans } from "./exposition";
import { ProcessTable } from "./processes";
import { Scanner } from "./scanner";

/*
 * process-scanner CONFIG SERVER ACCESS NODE [HOST:PORT]
 *   CONFIG  scanner.json
 *   SERVER  URL of the API server
 *   ACCESS  folder of ca.crt and token
 *   NODE    name of the node whose /proc this is
 */
const [file = "", server = "", access = "", node = "", address = "0.0.0.0:8411"] = process.argv.slice(2);
const config = readJson(file) as ScannerConfig;

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
/** A pod is some 10 kB in a list, and a node has a few hundred at most. */
const LIMITS = { timeoutMs: 20_000, maxBytes: 16 << 20 };
const scanner = new Scanner(config, node, {
  api: new InCluster(server, access, LIMITS),
  table: new ProcessTable(),
  end: (pid) => process.kill(pid, "SIGKILL"),
  log,
});
const scans: Scans = { ok: 0, failed: 0, lastSuccess: 0 };
let lastScan = seconds();

/** Seconds: without a scan in six periods, or in five minutes, something hangs or may not do its work: start again. */
const SILENCE = Math.max(300, config.periodSeconds * 6);

async function work(): Promise<never> {
  for (;;) {
    try {
      await scanner.scan();
      scans.ok += 1;
      scans.lastSuccess = new Date().getTime() / 1000;
      lastScan = seconds();
    } catch (error) {
      scans.failed += 1;
      log(`scan failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(config.periodSeconds * 1000);
  }
}

serveState(address, {
  metrics: () => exposition(scanner.seen, scans),
  alive: () => seconds() - lastScan < SILENCE,
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
void work();
