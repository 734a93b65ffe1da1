import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../clock";
import { InCluster } from "../inCluster";
import { readJson } from "../readJson";
import { listenAt, serveState } from "../stateServer";
import type { KeeperConfig } from "./config";
import { Keeper } from "./keeper";

/*
 * ban-keeper CONFIG SERVER ACCESS [LISTS] [STATE]
 *   CONFIG keeper.json
 *   SERVER URL of the API server
 *   ACCESS folder of ca.crt and token
 *   LISTS  HOST:PORT of what Traefik and BinderHub ask for: whoever reaches it can read bans
 *   STATE  HOST:PORT of /healthz and /metrics
 */
const [file = "", server = "", access = "", lists = "0.0.0.0:8409", state = "0.0.0.0:8410"] =
  process.argv.slice(2);

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
/** A Secret has at most 1 MiB; encoded it is more. */
const LIMITS = { timeoutMs: 5_000, maxBytes: 4 << 20 };
const keeper = new Keeper(readJson(file) as KeeperConfig, new InCluster(server, access, LIMITS), log);
let lastRound = seconds();
/** Whether there was a round: before, nobody is told that nothing is banned. */
let started = false;
let said = "";

/** Seconds without a round after which this process calls itself dead. */
const SILENCE = 120;

async function work(): Promise<never> {
  for (;;) {
    const before = said;
    try {
      await keeper.round();
      lastRound = seconds();
      started = true;
      said = "";
    } catch (error) {
      said = error instanceof Error ? error.message : String(error);
    }
    if (said !== before) log(said === "" ? "the API server answers" : `the API server: ${said}`);
    await sleep(1000);
  }
}

listenAt(lists, ({ url }, answer) => {
  const body =
    url === "/traefik" ? keeper.traefik() : url === "/repositories" ? keeper.repositories() : undefined;
  if (body === undefined) answer.writeHead(404).end();
  else if (!started) answer.writeHead(503).end();
  else answer.setHeader("content-type", "application/json").end(body);
});
serveState(state, {
  metrics: () => keeper.metrics(),
  alive: () => seconds() - lastRound < SILENCE,
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
void work();
