import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { type Launched, launchInBackground, untilEnded, waitUntil } from "../background";
import type { Client } from "../controlPlane/client";
import { readCertificate } from "../controlPlane/credentials";
import { type Folders, logOf, writePrivate } from "../controlPlane/folders";
import { accountOf, type DeployedProxy } from "./deployed";
import { filesOnLoopback, type ProxyPorts } from "./files";
import { proxyFolder, type ProxyProgram } from "./processes";
import { writeProxyState } from "./state";

/** Far beyond what a loaded machine needs: it only ends a wait that would not end. */
const TIMEOUT_MS = 60_000;

export interface StartProxyOptions {
  readonly folders: Folders;
  readonly client: Client;
  /** URL of the API server. */
  readonly server: string;
  readonly deployed: DeployedProxy;
  readonly ports: ProxyPorts;
  /** The program. */
  readonly haproxy: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts HAProxy and the agent in a folder that does not exist yet, as in a pod, and returns when the status page
 * answers. Throws a Failure or a PortRace; stopping what was started and removing the folder is the caller's.
 */
export async function startProxy(options: StartProxyOptions): Promise<void> {
  const { folders, deployed, ports, haproxy, signal } = options;
  const dir = await place(options);
  const start = (program: ProxyProgram, path: string, args: readonly string[]): Launched =>
    launchInBackground({ program, path, args, dir, log: logOf(folders, program) });
  const agent = (command: "init" | "run"): Launched => {
    const args = [join(dir, "agent.js"), command, "agent.json", "input", ".", "account"];
    return start("federation-agent", process.execPath, [...args, `127.0.0.1:${String(ports.agent)}`]);
  };
  await untilEnded(agent("init"), signal);
  const launched = [agent("run")];
  const waiting = (what: string) => ({ what, launched, signal, timeoutMs: TIMEOUT_MS });
  // it has something to say after a round, for which HAProxy would not be asked in vain
  await waitUntil(waiting("The federation agent"), () => answers(deployed.host, ports.agent));
  launched.push(start("haproxy", haproxy, ["-db", "-f", join(dir, "haproxy.cfg")]));
  await waitUntil(waiting("HAProxy"), () => answers(deployed.host, ports.http));
  writeProxyState(dir, { ports, digest: deployed.digest });
}

/** `true` when the status page answers at a port, be it the agent's or HAProxy's; else undefined. */
export function answers(host: string, port: number): Promise<true | undefined> {
  return new Promise((resolve, reject) => {
    const asked = { host: "127.0.0.1", port, path: "/status", headers: { Host: host }, timeout: 5000 };
    const outgoing = request({ ...asked, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? true : undefined);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 5 s")));
    outgoing.on("error", reject).end();
  });
}

/** Makes the folder as a pod mounts it, mode 0700. */
async function place(options: StartProxyOptions): Promise<string> {
  const { folders, client, server, deployed, ports } = options;
  const dir = proxyFolder(folders.dir);
  const account = { ...(await accountOf(client, folders.name)), "ca.crt": readCertificate(folders) ?? "" };
  for (const each of [dir, join(dir, "input"), join(dir, "account")]) mkdirSync(each, { mode: 0o700 });
  for (const [name, text] of Object.entries(filesOnLoopback(deployed, ports, server))) {
    writeFileSync(join(dir, name), text);
  }
  for (const [name, text] of Object.entries(account)) writePrivate(join(dir, "account", name), text);
  return dir;
}
