import { randomInt } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { Failure } from "../../ground/terminal/failure";

const LOOPBACK = "127.0.0.1";

/** Below all ports that systems give to outgoing connections, each of which would take one from the program it is meant for. */
const OWN_PORTS = { first: 10_000, count: 20_000 };

/** A port of 127.0.0.1 that nobody listens on now. Somebody else may take it before its program does, which is unlikely. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = OWN_PORTS.first + randomInt(OWN_PORTS.count);
    if (await isFree(port)) return port;
  }
}

/** Whether nobody listens on a port of 127.0.0.1 now. */
export async function isFree(port: number): Promise<boolean> {
  return listen(port).then(
    () => true,
    () => false,
  );
}

/** How long a port may be in use by nobody: a process that is ending has no name any more, but still its sockets. */
const ENDING_MS = 5_000;

/** Throws a Failure (exit code 3) that names the port, and who has it if that can be seen, unless the port is free. */
export async function assertFree(port: number): Promise<void> {
  const deadline = performance.now() + ENDING_MS;
  for (;;) {
    const problem = await problemOf(port);
    if (!problem) return;
    if (problem.final || performance.now() > deadline) throw problem.failure;
    await sleep(50);
  }
}

/** Why a port cannot be listened on; `final`: waiting does not help. */
async function problemOf(port: number): Promise<{ failure: Failure; final: boolean } | undefined> {
  try {
    await listen(port);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES") {
      const message = `Port ${String(port)} on ${LOOPBACK} needs root: choose a port above 1023.`;
      return { failure: new Failure(message, 3), final: true };
    }
    if (code !== "EADDRINUSE") throw error;
    const holder = holderOf(port);
    const message =
      `Port ${String(port)} on ${LOOPBACK} is taken${holder ? ` by process ${holder}` : ""}. ` +
      "Choose another with --port, or leave --port out for a free one.";
    return { failure: new Failure(message, 3), final: holder !== undefined };
  }
}

function listen(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address ? address.port : port);
      });
    });
  });
}

/** "<pid> (<program>)" of who listens on the port, on Linux and as far as this user may see; else undefined. */
function holderOf(port: number): string | undefined {
  try {
    const inode = ["/proc/net/tcp", "/proc/net/tcp6"]
      .map((table) => listeningInode(table, port))
      .find(Boolean);
    if (!inode) return undefined;
    const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && hasSocket(name, inode));
    return pid && `${pid} (${readFileSync(`/proc/${pid}/comm`, "utf8").trim()})`;
  } catch {
    return undefined;
  }
}

function listeningInode(table: string, port: number): string | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync(table, "utf8").split("\n").slice(1);
  const columns = rows.map((row) => row.trim().split(/\s+/));
  return columns.find(([, local, , state]) => state === "0A" && local?.endsWith(wanted))?.[9];
}

function hasSocket(pid: string, inode: string): boolean {
  try {
    const descriptors = readdirSync(`/proc/${pid}/fd`);
    return descriptors.some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false; // another user's process
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
