import type { IncomingMessage } from "node:http";
import { request } from "node:http";

/**
 * The version that is asked for: of Docker 27, and kept by later ones. The next, 1.48, has another name for the bound of
 * the build cache, which Docker 27 ignores, so that nothing would be kept.
 */
const VERSION = "/v1.47";
/** Of one answer; a larger one is an error, since it would be more memory than the pod has. */
const MAX_BYTES = 16 << 20;

/** What Docker answered, when that is not success. */
export class DockerError extends Error {
  override readonly name = "DockerError";
  constructor(
    /** HTTP status. */
    readonly status: number,
    asked: string,
    /** Docker's own words. */
    readonly reason: string,
  ) {
    super(`${asked}: ${String(status)} ${reason}`);
  }
}

/** A Docker daemon behind a Unix socket. */
export class Docker {
  constructor(
    private readonly socket: string,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  /**
   * Resolves to the parsed answer, undefined when it is empty. Rejects with a DockerError, or with what was asked and why
   * there is no answer; at the latest when `limit` is up, whatever the daemon does.
   */
  async call(method: "GET" | "POST" | "DELETE", path: string, limit: AbortSignal): Promise<unknown> {
    const asked = `${method} ${path.split("?")[0] ?? ""}`;
    const { status, text } = await this.ask(method, path, limit).catch((error: unknown) => {
      const why = limit.aborted
        ? "no answer in time"
        : error instanceof Error
          ? error.message
          : String(error);
      throw new Error(`${asked}: ${why}`, { cause: error });
    });
    if (status < 200 || status >= 300) throw new DockerError(status, asked, reasonOf(text));
    if (text === "") return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(`${asked}: the answer is not JSON`);
    }
  }

  private async ask(
    method: string,
    path: string,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    signal.throwIfAborted();
    // Host is what Docker's own client sends; the socket has no name
    const headers = { host: "docker", accept: "application/json" };
    const options = {
      socketPath: this.socket,
      path: `${VERSION}${path}`,
      method,
      headers,
      agent: false,
      signal,
    } as const;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request(options, resolve);
      outgoing.on("error", reject);
      outgoing.on("upgrade", (_, stream) => {
        stream.destroy();
        reject(new Error("it changed the protocol"));
      });
      outgoing.end();
    });
    return { status: answer.statusCode ?? 0, text: await textOf(answer, this.maxBytes) };
  }
}

async function textOf(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    // leaving the loop ends the connection
    if (size > maxBytes) throw new Error(`the answer is larger than ${String(maxBytes)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function reasonOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
