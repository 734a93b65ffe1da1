import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";

/** What an origin was asked. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A web server on loopback that answers 200 and remembers what it was asked, health checks excepted. */
export class Origin {
  readonly seen: Seen[] = [];
  private constructor(
    private readonly server: Server,
    readonly name: string,
  ) {}

  static async start(
    name: string,
    { headers = {}, tls }: { headers?: Record<string, string>; tls?: { key: string; cert: string } } = {},
  ): Promise<Origin> {
    const server = tls ? createTlsServer(tls) : createServer();
    const origin = new Origin(server, name);
    server.on("request", (request, response) => {
      if (request.url !== "/health") {
        origin.seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
      }
      response.writeHead(200, { "Content-Type": "text/plain", ...headers }).end(name);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return origin;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  /** Stops at once, as a machine that dies. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
