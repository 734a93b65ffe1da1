import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, parentPort } from "node:worker_threads";
import { Agent } from "./agent";
import type { Paths } from "./config";
import { supervise } from "./supervisor";

/*
 * federation-agent init|run CONFIG INPUT RUN ACCOUNT [HOST:PORT]
 *   CONFIG  agent.json
 *   INPUT   folder of traffic.json, launches.json and bans.json
 *   RUN     folder that is shared with HAProxy: table.map, clients.map, admin.sock
 *   ACCOUNT folder of the service account that may read the two ConfigMaps and the Secret of INPUT
 */
const [command = "", config = "", input = "", run = "", account = "", address = "0.0.0.0:8406"] =
  process.argv.slice(2);
const paths: Paths = {
  config,
  input,
  account,
  table: join(run, "table.map"),
  clients: join(run, "clients.map"),
  socket: join(run, "admin.sock"),
};

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const build = createHash("sha256").update(readFileSync(__filename)).digest("hex").slice(0, 12);

async function work(): Promise<never> {
  const agent = new Agent(paths, build, log);
  for (;;) {
    parentPort?.postMessage(await agent.tick());
    await sleep(1000);
  }
}

/** Seconds after which there is no first table any more; a round takes a few. */
const PATIENCE = 60;

/** HAProxy does not start without a table: whatever keeps this program from writing one must count as a failure, and soon. */
async function init(): Promise<void> {
  const fail = (why: string): never => {
    process.stderr.write(`init wrote no table: ${why}\n`);
    process.exit(1);
  };
  const timer = setTimeout(() => fail(`not decided after ${String(PATIENCE)} s`), PATIENCE * 1000);
  try {
    await new Agent(paths, build, log).init();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  clearTimeout(timer);
}

if (!isMainThread) void work();
else if (command === "init") void init();
else {
  const colon = address.lastIndexOf(":");
  supervise({
    script: __filename,
    args: process.argv.slice(2),
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    silenceSeconds: 30,
    stallSeconds: 900,
    log,
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
}
