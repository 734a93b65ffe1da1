import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunningConsumer } from "./acme";
import { freePort } from "../../tools/lab/controlPlane/ports";

/** A BIND on loopback that has zones, by UDP and TCP. */
export interface Bind extends RunningConsumer {
  readonly port: number;
}

/**
 * Starts BIND on a port with `zones`, records by name of the zone, and 127.0.0.1 for every other name. `key` may update the
 * zones of `dynamic`. Keeps its files in `folder`. Rejects with its log when it is not ready after 30 s.
 */
export async function startBind(
  folder: string,
  options: {
    readonly port?: number;
    readonly zones: Readonly<Record<string, readonly string[]>>;
    readonly dynamic: readonly string[];
    readonly key: { readonly name: string; readonly secret: string };
  },
): Promise<Bind> {
  const { key, dynamic, port = await freePort() } = options;
  const files = join(folder, "bind");
  mkdirSync(files);
  const zones = { ...options.zones, ".": ["*. IN A 127.0.0.1"] };
  const statements = Object.entries(zones).map(([zone, records], index) => {
    const file = join(files, `zone-${String(index)}`);
    const head = ["$TTL 5", "@ IN SOA ns.invalid. admin.invalid. 1 60 60 60 5", "@ IN NS ns.invalid."];
    writeFileSync(file, `${[...head, ...records].join("\n")}\n`);
    const update = dynamic.includes(zone) ? `allow-update { key "${key.name}"; };` : "";
    return `zone "${zone}" { type primary; file "${file}"; ${update} };`;
  });
  const config = join(files, "named.conf");
  const text = `
    options {
      directory "${files}"; pid-file "${join(files, "named.pid")}"; session-keyfile "${join(files, "session.key")}";
      listen-on port ${String(port)} { 127.0.0.1; }; listen-on-v6 { none; };
      recursion yes; dnssec-validation no; notify no;
    };
    controls { };
    key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };
    ${statements.join("\n")}
  `;
  writeFileSync(config, text, { mode: 0o600 });
  const child = spawn("named", ["-g", "-n", "1", "-c", config], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  for (let attempt = 0; child.exitCode === null && attempt < 300; attempt++) {
    if (log.split("\n").some((line) => line.endsWith(" running"))) return { port, log: () => log, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`named did not get ready: ${log}`);
}
