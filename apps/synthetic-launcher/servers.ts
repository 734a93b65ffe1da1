import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { isObject } from "../federation-agent/config";
import { type JupyterServer, shutDown } from "./server";

/** More than ever run: what does not stop within minutes, the hub's culler stops. */
const MAX = 50;

/**
 * The servers that run because of us, in a file that outlives this process: one that is started again after it was killed shuts
 * down what the last one left. Tokens of servers that live for a minute are the only secrets in it.
 */
export class Servers {
  private running: readonly JupyterServer[];
  /** Those whose launches are not over yet. */
  private readonly used = new Set<string>();

  constructor(
    private readonly file: string,
    private readonly stop: (server: JupyterServer, limit: number) => Promise<boolean> = shutDown,
  ) {
    this.running = read(file);
  }

  get count(): number {
    return this.running.length;
  }

  /** Notes a server before anything else is done with it. */
  add(server: JupyterServer): void {
    this.used.add(server.url);
    this.write([...this.running, server].slice(-MAX));
  }

  /** Shuts a server down. Resolves to whether it has gone; if it has not, it stays noted. */
  async remove(server: JupyterServer, limit: number): Promise<boolean> {
    const gone = await this.stop(server, limit);
    this.used.delete(server.url);
    if (!gone) return false;
    this.write(this.running.filter(({ url }) => url !== server.url));
    return true;
  }

  /** Shuts down what an earlier process, or an earlier try, left; whatever does not answer any more counts as gone. */
  async tidy(limit: number): Promise<void> {
    const left = this.running.filter(({ url }) => !this.used.has(url));
    await Promise.all(left.map((server) => this.remove(server, limit)));
  }

  private write(running: readonly JupyterServer[]): void {
    this.running = running;
    writeFileSync(`${this.file}.new`, JSON.stringify(running), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }
}

function read(file: string): JupyterServer[] {
  try {
    const servers: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!Array.isArray(servers)) return [];
    return servers.flatMap((each: unknown) => {
      if (!isObject(each) || typeof each["url"] !== "string" || typeof each["token"] !== "string") return [];
      return [{ url: each["url"], token: each["token"] }];
    });
  } catch {
    return [];
  }
}
