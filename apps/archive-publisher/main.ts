import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../clock";
import { readJson } from "../readJson";
import { serveState } from "../stateServer";
import type { PublisherConfig } from "./config";
import { exposition } from "./exposition";
import { Publisher } from "./publisher";
import { Storage } from "./storage";
import { ServiceAccount } from "./token";

/*
 * archive-publisher CONFIG KEY FOLDER [HOST:PORT]
 *   CONFIG  publisher.json
 *   KEY     service account key (JSON); "none" asks without one
 *   FOLDER  for the events of a day, while it is published
 */
const [file = "", key = "", folder = "", address = "0.0.0.0:8410"] = process.argv.slice(2);
const config = readJson(file) as PublisherConfig;

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const account = new ServiceAccount(key);
const storage = new Storage(config.server, key === "none" ? undefined : () => account.accessToken());
const publisher = new Publisher(config, storage, folder, log);
const { counts } = publisher;

/** Seconds after which a failed round is tried again, at first and at most. */
const RETRY = [30, Math.min(1800, config.periodSeconds)] as const;
/** Seconds without the end of a day or of a round: something hangs. */
const SILENCE = config.periodSeconds + 3600;

async function work(): Promise<never> {
  let wait: number = RETRY[0];
  for (;;) {
    try {
      await publisher.round();
      counts.ok += 1;
      counts.lastSuccess = new Date().getTime() / 1000;
      wait = RETRY[0];
      await sleep(config.periodSeconds * 1000);
    } catch (error) {
      counts.failed += 1;
      log(`round failed: ${error instanceof Error ? error.message : String(error)}`);
      await sleep(wait * 1000);
      wait = Math.min(wait * 2, RETRY[1]);
    }
  }
}

serveState(address, {
  metrics: () => exposition(counts),
  alive: () => seconds() - publisher.progress < SILENCE,
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
void work();
