import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";

/** What the API server answered, when that is not success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    /** HTTP status. */
    readonly status: number,
    asked: string,
    /** The API server's own words. */
    readonly reason: string,
  ) {
    super(`${asked}: ${String(status)} ${reason}`);
  }
}

/** How patient a program is. */
export interface Limits {
  /** Until the whole answer is there. */
  readonly timeoutMs: number;
  /** Size of an answer; a larger one is an error, since it would be more memory than the pod has. */
  readonly maxBytes: number;
}

/** The API server of the cluster that this pod runs in, as its service account sees it. */
export class InCluster {
  /** `account` is the folder of `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
  constructor(
    private readonly server: string,
    private readonly account: string,
    private readonly limits: Limits,
  ) {}

  /** The pod's own namespace. Throws when there is no account. */
  get namespace(): string {
    return this.read("namespace");
  }

  /**
   * Resolves to the parsed answer. Rejects with an ApiError, or with what was asked and why there is no answer. Token and
   * CA are read for each call, since Kubernetes renews them in place.
   */
  async call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
    const asked = `${method} ${path}`;
    const { status, text } = await this.ask(method, path, body).catch((error: unknown) => {
      throw new Error(`${asked}: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (status < 200 || status >= 300) throw new ApiError(status, asked, reasonOf(text));
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new Error(`${asked}: the answer is not JSON`);
    }
  }

  private async ask(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
    const { timeoutMs, maxBytes } = this.limits;
    const headers = {
      authorization: `Bearer ${this.read("token")}`,
      accept: "application/json",
      "content-type": "application/json",
    };
    const signal = AbortSignal.timeout(timeoutMs);
    // no kept connection: it would outlive a renewed CA
    const options = { method, headers, ca: this.read("ca.crt"), agent: false, signal } as const;
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const outgoing = request(new URL(path, this.server), options, resolve);
        outgoing.on("error", reject);
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      });
      return { status: answer.statusCode ?? 0, text: await textOf(answer, maxBytes) };
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer in ${String(timeoutMs / 1000)} s`, { cause: error });
      throw error;
    }
  }

  private read(file: string): string {
    return readFileSync(join(this.account, file), "utf8").trim();
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
