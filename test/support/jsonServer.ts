import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a service received it. */
export interface Received {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** A service on loopback that answers in JSON. */
export interface JsonServer {
  readonly url: string;
  readonly received: readonly Received[];
  readonly close: () => Promise<void>;
}

/** Starts a service that answers with what `answer` gives: a JSON value, or a status without a body. */
export async function jsonServer(answer: (request: Received) => unknown): Promise<JsonServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const body = text === "" ? undefined : (JSON.parse(text) as unknown);
      const one = { method, path, authorization: headers.authorization, body };
      received.push(one);
      const given = answer(one);
      if (typeof given === "number") response.writeHead(given).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(given ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, received, close };
}
