import { connect } from "node:net";

/** HAProxy takes a command and its payload only up to the size of a buffer, 16 kB. */
const CHUNK_BYTES = 12_000;

/** HAProxy's runtime socket. */
export class Runtime {
  constructor(
    private readonly socket: string,
    private readonly timeoutMs = 5000,
  ) {}

  /** Sends one command and resolves with the answer. Rejects when nobody answers in time. */
  ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const connection = connect(this.socket);
      let answer = "";
      // of the whole answer, not of a silence
      const timer = setTimeout(() => {
        connection.destroy(new Error(`HAProxy did not answer in ${String(this.timeoutMs)} ms`));
      }, this.timeoutMs);
      connection.setEncoding("utf8").on("data", (text: string) => (answer += text));
      connection.on("error", reject);
      connection.on("close", () => {
        clearTimeout(timer);
        resolve(answer.trim());
      });
      connection.end(`${command}\n`);
    });
  }

  /** The value of a key of a map; undefined when it has none. */
  async lookup(map: string, key: string): Promise<string | undefined> {
    return /value="([^"]*)"/.exec(await this.ask(`get map ${map} ${key}`))?.[1];
  }

  /**
   * Replaces a map in one transaction: the new version is written beside the old one and takes its place with the
   * commit, so that no request sees half of it. Throws, leaving the old one, when HAProxy refuses any of it.
   */
  async replaceMap(map: string, lines: readonly string[]): Promise<void> {
    const prepared = await this.ask(`prepare map ${map}`);
    const version = /New version created: (\d+)/.exec(prepared)?.[1];
    if (version === undefined) throw new Error(`prepare map: ${prepared}`);
    const commands = [
      ...chunks(lines).map((chunk) => `add map @${version} ${map} <<\n${chunk}\n`),
      `commit map @${version} ${map}`,
    ];
    try {
      for (const command of commands) {
        const refusal = await this.ask(command);
        if (refusal !== "") throw new Error(`${command.slice(0, 40)}: ${refusal}`);
      }
    } catch (error) {
      // or the half version would stay in HAProxy's memory
      await this.ask(`clear map @${version} ${map}`).catch(() => undefined);
      throw error;
    }
  }

  /** Redirects since HAProxy started, by member and reason. */
  async redirects(table: string): Promise<Redirects[]> {
    return parseRedirects(await this.ask(`show table ${table}`));
  }
}

/** Redirects to one member: all, those by cookie, and those in place of a member that was down. */
export interface Redirects {
  readonly member: string;
  readonly table: number;
  readonly cookie: number;
  readonly failover: number;
}

/** Reads HAProxy's `show table`: every redirect is in http_req_cnt, the rarer reasons are in gpc0 and gpc1 too. */
export function parseRedirects(text: string): Redirects[] {
  return text.split("\n").flatMap((line) => {
    const value = (name: string): string | undefined => new RegExp(`\\b${name}=(\\S+)`).exec(line)?.[1];
    const member = value("key");
    if (member === undefined) return [];
    const [all, cookie, failover] = ["http_req_cnt", "gpc0", "gpc1"].map((name) => Number(value(name) ?? 0));
    const [a, c, f] = [all ?? 0, cookie ?? 0, failover ?? 0];
    return [{ member, table: Math.max(0, a - c - f), cookie: c, failover: f }];
  });
}

function chunks(lines: readonly string[]): string[] {
  const all: string[] = [];
  let chunk: string[] = [];
  let size = 0;
  for (const line of lines) {
    if (size + line.length + 1 > CHUNK_BYTES) {
      all.push(chunk.join("\n"));
      [chunk, size] = [[], 0];
    }
    chunk.push(line);
    size += line.length + 1;
  }
  return chunk.length > 0 ? [...all, chunk.join("\n")] : all;
}
