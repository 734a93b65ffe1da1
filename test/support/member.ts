import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Seen } from "./origin";

/** What an imitated BinderHub says of itself; a test changes it while it runs. */
export interface MemberBehaviour {
  /** How /health and /versions are answered. */
  answers: "well" | "hang" | "reset" | "500" | "brokenJson" | "hugeJson" | "manyChecks" | "dense" | "upgrade";
  /** Size of an answer that is as many small objects as fit in it; /health's comes over half a second. */
  denseBytes: number;
  delayMs: number;
  /** For which /health alone takes longer. */
  healthDelayMs: number;
  /** Status of /health by how often it was asked; undefined: as the checks say. */
  healthStatus: (asked: number) => number | undefined;
  /** Status of pages, and of everything while there is one: an ingress whose BinderHub is dead. */
  ingressAnswers: number | undefined;
  /** Whether nothing but streams is answered; connections are taken. */
  pagesHang: boolean;
  versions: Record<string, string>;
  registryOk: boolean;
  used: number;
  quota: number;
}

const BUILDER = "repo2docker:1";

/** A server on loopback that imitates a BinderHub's /health, /versions, /build (a stream of events) and pages. */
export class FakeMember {
  readonly seen: Seen[] = [];
  /** Requests for /health and /versions from anyone. */
  asked = 0;
  /** Those for /health. */
  askedHealth = 0;
  readonly behaviour: MemberBehaviour = {
    answers: "well",
    denseBytes: 1_048_000,
    delayMs: 0,
    healthDelayMs: 0,
    healthStatus: () => undefined,
    ingressAnswers: undefined,
    pagesHang: false,
    versions: { binderhub: "1.0", builder: BUILDER },
    registryOk: true,
    used: 10,
    quota: 100,
  };
  private server: Server | undefined;
  private readonly upgraded = new Set<Duplex>();
  port = 0;

  private constructor(readonly name: string) {}

  static async start(name: string): Promise<FakeMember> {
    const member = new FakeMember(name);
    await member.open();
    return member;
  }

  /** Connections that are open. */
  connections = 0;

  get host(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  /** Listens, on the port it had before. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const { ingressAnswers } = this.behaviour;
      if (this.behaviour.pagesHang && request.headers.accept !== "text/event-stream") return;
      if (ingressAnswers !== undefined) {
        response.writeHead(ingressAnswers).end("Bad Gateway");
      } else if (request.url === "/health" || request.url === "/versions") {
        this.asked += 1;
        const { delayMs, healthDelayMs } = this.behaviour;
        setTimeout(
          () => {
            this.describe(request, response);
          },
          delayMs + (request.url === "/health" ? healthDelayMs : 0),
        ).unref();
      } else this.serve(request, response);
    });
    server.on("connection", (socket) => {
      this.connections += 1;
      socket.on("close", () => (this.connections -= 1));
    });
    server.on("upgrade", ({ method = "", url = "", headers }, socket) => {
      this.seen.push({ method, url, headers });
      const accept = createHash("sha1")
        .update(`${headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on("error", () => undefined).pipe(socket);
      this.upgraded.add(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Refuses connections from now on, as a machine without the service. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    for (const socket of this.upgraded) socket.destroy();
    await closed;
  }

  private describe(request: IncomingMessage, response: ServerResponse): void {
    const { answers, versions, registryOk, used, quota } = this.behaviour;
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    };
    const status = request.url === "/health" ? this.behaviour.healthStatus(this.askedHealth++) : undefined;
    if (answers === "hang") return;
    if (status !== undefined) {
      json(status, {});
      return;
    }
    if (answers === "upgrade") {
      request.socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
      return;
    }
    if (answers === "reset") request.socket.resetAndDestroy();
    else if (answers === "500") json(500, {});
    else if (answers === "brokenJson") response.end('{"checks": [');
    else if (answers === "hugeJson") response.end(`["${"x".repeat(3_000_000)}"]`);
    else if (answers === "dense") {
      const text = denseJson(this.behaviour.denseBytes);
      if (request.url === "/versions") response.end(text);
      else void sendSlowly(response, text);
    } else if (request.url === "/versions") json(200, versions);
    else if (answers === "manyChecks") {
      json(200, { checks: Array.from({ length: 5000 }, (_, i) => ({ service: String(i), ok: true })) });
    } else {
      const checks = [
        { service: "Docker registry", ok: registryOk },
        { service: "JupyterHub API", ok: true },
        { service: "Pod quota", ok: used <= quota, total_pods: used, quota, _ignore_failure: true },
      ];
      json(registryOk ? 200 : 503, { ok: registryOk, checks });
    }
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers } = request;
    let size = 0;
    request.on("data", (chunk: Buffer) => (size += chunk.length));
    request.on("end", () => {
      this.seen.push({ method, url, headers });
      if (/^\/(build|events)\//.test(url)) {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.write('data: {"phase": "building"}\n\n');
        // the rest comes when the test says so
        this.finish = () => response.end('data: {"phase": "ready"}\n\n');
      } else response.end(`${this.name} ${String(size)}`);
    });
  }

  /** Ends the stream of events of the last build. */
  finish: () => void = () => undefined;
}

/** A map of this many bytes at most that takes twenty times the memory: empty objects. */
function denseJson(bytes: number): string {
  const [start, end] = ['{"checks":[{}', "]}"];
  return start + ",{}".repeat((bytes - start.length - end.length) / 3) + end;
}

async function sendSlowly(response: ServerResponse, text: string): Promise<void> {
  const parts = 5;
  for (let part = 0; part < parts && !response.destroyed; part++) {
    response.write(text.slice((text.length * part) / parts, (text.length * (part + 1)) / parts));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  response.end();
}
