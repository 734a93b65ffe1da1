import { request as requestHttp } from "node:http";
import { request as requestHttps, type RequestOptions } from "node:https";
import type { LookupFunction } from "node:net";

/** What is asked of a server. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Authority that signs the server's certificate, as PEM; default: those that Node trusts. */
  readonly ca?: string;
  /** How the server's name becomes an address; default: Node's own way. */
  readonly lookup?: LookupFunction;
  /** Gives up before the time limit. */
  readonly signal?: AbortSignal;
}

/** How patient and how trusting the asker is. */
export interface Bounds {
  /** Until the whole answer is there. */
  readonly timeoutMs: number;
  /** Size of an answer; a larger one is an error, since it would be more memory than the pod has. */
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** The server did answer, with what HTTP does not allow here or with too much of it. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

/** The server did not answer, or not to the end, within the time limit. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/**
 * Asks once, on a connection of its own: a kept one would outlive a renewed authority. Whatever the other side does, it
 * resolves or rejects within the time limit, and the connection is gone then. Rejects with BadAnswer when there is an answer
 * that cannot be taken, with TimedOut when there is none in time, and with what Node says when there is no connection.
 */
export function askBounded(url: URL, question: Question, bounds: Bounds): Promise<HttpAnswer> {
  const { method = "GET", headers = {}, body, ca, lookup, signal } = question;
  const { timeoutMs, maxBytes } = bounds;
  const options: RequestOptions = {
    method,
    headers,
    agent: false,
    ...(ca !== undefined && { ca }),
    ...(lookup && { lookup }),
  };
  return new Promise((resolve, reject) => {
    const asked = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      // an error after this one is nobody's business
      asked.on("error", () => undefined);
      asked.destroy();
      settle();
    };
    const fail = (error: Error): void => {
      end(() => {
        reject(error);
      });
    };
    // not an AbortSignal: Node does not tell of it once it has let go of a connection by itself
    const timer = setTimeout(() => {
      fail(new TimedOut(`no answer in ${String(timeoutMs / 1000)} s`));
    }, timeoutMs);
    signal?.addEventListener("abort", () => {
      fail(new Error("given up"));
    });
    asked.on("error", fail);
    asked.on("close", () => {
      fail(new Error("the connection ended without an answer"));
    });
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      fail(new BadAnswer(`answered ${String(response.statusCode)}, to another protocol`));
    });
    asked.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > maxBytes) fail(new BadAnswer(`the answer is larger than ${String(maxBytes)} bytes`));
      });
      response.on("error", fail);
      response.on("end", () => {
        end(() => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
      });
    });
    asked.end(body);
  });
}
