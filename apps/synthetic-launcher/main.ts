import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../clock";
import { InCluster } from "../inCluster";
import { readJson } from "../readJson";
import { serveState } from "../stateServer";
import { KINDS, type LauncherConfig } from "./config";
import { Counts } from "./counts";
import { exposition } from "./exposition";
import { MemberLauncher } from "./launcher";
import { Lease } from "./lease";
import { publish } from "./results";
import { Servers } from "./servers";

/*
 * synthetic-launcher CONFIG SERVER ACCOUNT RUN [HOST:PORT]
 *   CONFIG  launcher.json
 *   SERVER  URL of the API server
 *   ACCOUNT folder of token, ca.crt and namespace
 *   RUN     folder that outlives this process: servers.json
 */
const [file = "", server = "", account = "", run = "", address = "0.0.0.0:8409"] = process.argv.slice(2);
const config = readJson(file) as LauncherConfig;
const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const api = new InCluster(server, account, { timeoutMs: 10_000, maxBytes: 4 << 20 });
const names = config.members.map(({ name }) => name);
const counts = new Counts(names, KINDS);
const servers = new Servers(join(run, "servers.json"));
const lease = new Lease(api, api.namespace, `${hostname()}-${String(process.pid)}`, config.leaseSeconds);
const end = new AbortController();
let alive = seconds();

/** Renews the Lease. Without an API server there is none, and nobody launches: two that do are worse than none. */
async function hold(): Promise<void> {
  let said = "";
  while (!end.signal.aborted) {
    const problem = await lease.tryToHold().then(
      () => "",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (problem !== said) log(problem === "" ? "the API server answers" : `the Lease: ${problem}`);
    said = problem;
    alive = seconds();
    await sleep((config.leaseSeconds * 1000) / 3, undefined, { signal: end.signal }).catch(() => undefined);
  }
}

async function work(): Promise<void> {
  await servers.tidy(config.limits.stopping);
  const around = {
    servers,
    counts,
    held: () => lease.held,
    publish: (result: Parameters<typeof publish>[3]) => publish(api, api.namespace, names, result),
    log,
    random: Math.random,
  };
  const launchers = config.members.map((member) => new MemberLauncher(config, member, around));
  await Promise.all([hold(), ...launchers.map((launcher) => launcher.run(end.signal))]);
  await lease.release().catch(() => undefined);
}

serveState(address, {
  metrics: () => exposition(counts, lease.held),
  alive: () => seconds() - alive < 120,
});
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    end.abort();
  });
}
void work().then(() => process.exit(0));
