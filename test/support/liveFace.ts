import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = readonly [status: number, headers: Readonly<Record<string, string>>, body?: string];

/** An answer, or what makes one of the request. */
export type Said = Answer | ((request: IncomingMessage) => Answer);

/** A web server on loopback that answers as the path's first match in `answers` says; 404 where none matches. */
export class LiveFace {
  /** By the beginning of the path. */
  answers: Readonly<Record<string, Said>> = {};
  private constructor(private readonly server: Server) {}

  static async start(): Promise<LiveFace> {
    const face: { current?: LiveFace } = {};
    const server = createServer((request, response) => {
      face.current?.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (face.current = new LiveFace(server));
  }

  get host(): string {
    return `127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    const [, said = [404, {}] as const] =
      Object.entries(this.answers).find(([start]) => path.startsWith(start)) ?? [];
    const [status, headers, body = ""] = typeof said === "function" ? said(request) : said;
    response.writeHead(status, headers).end(body);
  }
}
