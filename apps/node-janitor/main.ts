import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../clock";
import { InCluster } from "../inCluster";
import { metric } from "../metrics";
import { readJson } from "../readJson";
import { serveState } from "../stateServer";
import { Janitor, type JanitorConfig } from "./janitor";

/*
 * node-janitor CONFIG SERVER ACCESS [HOST:PORT]
 *   CONFIG  janitor.json
 *   SERVER  URL of the API server
 *   ACCESS  folder of ca.crt and token
 */
const [file = "", server = "", access = "", address = "0.0.0.0:8407"] = process.argv.slice(2);
const config = readJson(file) as JanitorConfig;

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
/** A pod is some 10 kB in a list, so this is more pods than a cluster of ours has. */
const LIMITS = { timeoutMs: 20_000, maxBytes: 16 << 20 };
const janitor = new Janitor(config, new InCluster(server, access, LIMITS), log);
let lastRound = seconds();
let failures = 0;

/** Seconds: without a round in six periods, or in two minutes, something hangs or may not do its work: start again. */
const SILENCE = Math.max(120, config.periodSeconds * 6);

async function work(): Promise<never> {
  for (;;) {
    try {
      await janitor.round();
      lastRound = seconds();
    } catch (error) {
      failures += 1;
      log(`round failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(config.periodSeconds * 1000);
  }
}

function metrics(): string {
  const { evicted, refused, removed } = janitor.counts;
  return [
    metric(
      "node_janitor_evictions_total",
      "counter",
      "Evictions asked for, by result; refused: by a disruption budget.",
      [
        [{ result: "evicted" }, evicted],
        [{ result: "refused" }, refused],
      ],
    ),
    metric("node_janitor_finished_pods_removed_total", "counter", "Finished pods that were removed.", [
      [{}, removed],
    ]),
    metric(
      "node_janitor_failed_rounds_total",
      "counter",
      "Rounds that the API server did not answer, or refused.",
      [[{}, failures]],
    ),
  ].join("");
}

serveState(address, { metrics, alive: () => seconds() - lastRound < SILENCE });
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
void work();
