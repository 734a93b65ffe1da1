import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson } from "../readJson";
import { serveState } from "../stateServer";
import { Docker } from "./docker";
import { exposition, type Rounds } from "./exposition";
import { KINDS, Pruner, type PrunerConfig, STEP_MS } from "./pruner";

/*
 * build-pruner CONFIG SOCKET [HOST:PORT]
 *   CONFIG  pruner.json
 *   SOCKET  of the Docker daemon that builds
 */
const [file = "", socket = "", address = "0.0.0.0:8408"] = process.argv.slice(2);
const config = readJson(file) as PrunerConfig;

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const pruner = new Pruner(config, new Docker(socket), log);
const rounds: Rounds = { ok: 0, failed: 0, lastSuccess: 0 };
let ended = performance.now();

/** Every round ends in bounded time, well or not. Without one in this long, the program itself hangs. */
const SILENCE_MS = KINDS.length * STEP_MS + config.periodSeconds * 1000 + 2 * STEP_MS;

async function work(): Promise<never> {
  for (;;) {
    try {
      await pruner.round();
      rounds.ok += 1;
      rounds.lastSuccess = new Date().getTime() / 1000;
    } catch (error) {
      rounds.failed += 1;
      log(`round failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    ended = performance.now();
    // Docker starts with us after a restart of the node: ask again soon, until it is there
    await sleep(pruner.answered ? config.periodSeconds * 1000 : Math.min(5, config.periodSeconds) * 1000);
  }
}

serveState(address, {
  metrics: () => exposition(pruner, config.cacheBytes, rounds),
  alive: () => performance.now() - ended < SILENCE_MS,
  ready: () => pruner.answered,
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
void work();
