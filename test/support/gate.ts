import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The moment of a request at which something happens: as it comes, with half of its body passed on, or once it is answered. */
export type Moment = "before" | "half" | "after";

export interface Seen {
  readonly line: string;
  readonly authorization: string | undefined;
  /** Whether it has a body. */
  readonly writes: boolean;
}

/** A server in front of another, on loopback: it sees each request, and can end whoever asks at a moment of one. */
export class Gate {
  readonly seen: Seen[] = [];
  private plan: { readonly request: number; readonly moment: Moment; readonly then: () => void } | undefined;
  private readonly server: Server;

  constructor(private readonly to: string) {
    this.server = createServer((asked, answer) => {
      void this.pass(asked, answer);
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** At that moment of the request with this index, calls `then`, and neither passes anything on nor answers any more. */
  at(index: number, moment: Moment, then: () => void): void {
    this.plan = { request: index, moment, then };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = asked;
    const index = this.seen.length;
    const writes = method === "POST";
    this.seen.push({ line: `${method} ${url}`, authorization: headers.authorization, writes });
    const moment = this.plan?.request === index ? this.plan.moment : undefined;
    const stop = (): void => {
      this.plan?.then();
      asked.socket.destroy();
    };
    if (moment === "before") {
      stop();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of asked as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const upstream = request(new URL(url, this.to), { method, headers, agent: false });
    upstream.on("error", () => undefined);
    if (moment === "half") {
      upstream.write(body.subarray(0, body.length / 2));
      setTimeout(() => {
        upstream.destroy();
        stop();
      }, 20);
      return;
    }
    upstream.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        if (moment === "after") stop();
        else answer.writeHead(response.statusCode ?? 0, response.headers).end(Buffer.concat(parts));
      });
    });
    upstream.end(body);
  }
}
