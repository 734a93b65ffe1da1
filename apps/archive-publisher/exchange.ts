import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Without a byte for so long, the other side is gone. */
const SILENCE_MS = 60_000;
const MOST_TEXT = 1 << 20;

/** A request whose body, and whose answer, may be larger than memory. */
export interface Streamed {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: () => AsyncIterable<Buffer>;
}

/** Resolves when the answer begins; reading it to its end, or destroying it, is the caller's. Rejects when none comes. */
export function exchange(url: URL, { method = "GET", headers, body }: Streamed): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // a connection of its own: nothing that another request left is in its way
    const asked = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
      method,
      headers,
      agent: false,
    });
    asked.setTimeout(SILENCE_MS, () => {
      asked.destroy(new Error(`${url.host}: no byte for ${String(SILENCE_MS / 1000)} s`));
    });
    asked.on("response", resolve);
    asked.on("error", reject);
    asked.on("close", () => {
      reject(new Error(`${url.host}: the connection ended without an answer`));
    });
    if (!body) asked.end();
    else pipeline(Readable.from(body()), asked).catch(reject);
  });
}

/** The whole of an answer that is no content. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > MOST_TEXT) break;
  }
  return text;
}
