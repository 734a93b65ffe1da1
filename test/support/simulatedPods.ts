import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What a pod was asked, as it answers it in JSON. */
export interface Reached {
  /** Address and port of the pod. */
  readonly pod: string;
  readonly path: string;
  readonly host: string;
  readonly protocol: string;
  /** Bytes of the request's body. */
  readonly bytes: number;
}

/**
 * Answers for every pod of a control plane whose nodes are simulated, where nobody listens at a pod's address: as the
 * SOCKS proxy of the program under test it is asked for a connection to the pod. `/stream` starts a stream of events, one
 * every half second, and leaves it open; `/early` answers when the first bytes of a body have come; a request for an upgrade
 * gets its bytes back.
 */
export class SimulatedPods {
  /** Answers of its own, for what a real pod would know. */
  answer: (reached: Reached) => Promise<string | undefined> = () => Promise.resolve(undefined);
  /** Addresses of pods by the name of their Service, for who asks for that. */
  readonly services = new Map<string, string>();
  private readonly proxy: TcpServer;
  private readonly server: Server;
  private readonly pods = new WeakMap<object, string>();
  private readonly open = new Set<Socket | Duplex>();
  private readonly dead = new Set<string>();

  private constructor() {
    this.server = createServer((request, response) => void this.reached(request, response));
    this.server.on("upgrade", (_, socket) => {
      this.hold(socket);
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      socket.pipe(socket);
    });
    this.proxy = createTcpServer((socket) => {
      this.hold(socket);
      this.connect(socket).catch(() => socket.destroy());
    });
  }

  static async start(): Promise<SimulatedPods> {
    const pods = new SimulatedPods();
    await new Promise<void>((resolve) => pods.proxy.listen(0, "127.0.0.1", resolve));
    return pods;
  }

  /** For HTTP_PROXY. */
  get url(): string {
    const address = this.proxy.address();
    return `socks5://127.0.0.1:${String(typeof address === "object" && address ? address.port : 0)}`;
  }

  /** From now on the pod of this address refuses connections; those that it has are closed. */
  kill(address: string): void {
    this.dead.add(address);
    for (const one of this.open) if (this.pods.get(one)?.startsWith(`${address}:`)) one.destroy();
  }

  /** Undoes `kill`. */
  revive(address: string): void {
    this.dead.delete(address);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.proxy.close(resolve));
    for (const one of this.open) one.destroy();
    await closed;
  }

  private hold(socket: Socket | Duplex): void {
    this.open.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => this.open.delete(socket));
  }

  /** RFC 1928: a greeting that lists methods, then a request for an IPv4 address, or a name, and a port. */
  private async connect(socket: Socket): Promise<void> {
    const [, methods = 0] = await bytes(socket, 2);
    await bytes(socket, methods);
    socket.write(Buffer.from([5, 0]));
    const [, , , kind] = await bytes(socket, 4);
    const length = kind === 3 ? (await bytes(socket, 1)).readUInt8(0) : 4;
    const place = await bytes(socket, length);
    const port = (await bytes(socket, 2)).readUInt16BE(0);
    const address = kind === 1 ? place.join(".") : this.services.get(place.toString());
    const refused = address === undefined || this.dead.has(address);
    socket.write(Buffer.from([5, refused ? 5 : 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    if (refused) {
      socket.end();
      return;
    }
    this.pods.set(socket, `${address}:${String(port)}`);
    this.server.emit("connection", socket);
  }

  private async reached(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = 0;
    const path = request.url ?? "";
    try {
      for await (const chunk of request) {
        body += (chunk as Buffer).length;
        if (path === "/early" && !response.headersSent) response.writeHead(200).flushHeaders();
      }
    } catch {
      return; // it was cut off
    }
    if (path === "/stream") {
      response.writeHead(200, { "Content-Type": "text/event-stream" }).write("data: first\n\n");
      const more = setInterval(() => response.write("data: more\n\n"), 500);
      response.on("close", () => {
        clearInterval(more);
      });
      return;
    }
    if (path === "/early") {
      response.end();
      return;
    }
    const { host = "", "x-forwarded-proto": protocol } = request.headers;
    const pod = this.pods.get(request.socket) ?? "";
    const reached = { pod, path, host, protocol: String(protocol), bytes: body };
    const own = await this.answer(reached);
    response.writeHead(200, { "Content-Type": own === undefined ? "application/json" : "text/plain" });
    response.end(own ?? JSON.stringify(reached));
  }
}

/** The next `count` bytes of a socket; what comes after them stays in it. */
async function bytes(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const read = count === 0 ? Buffer.alloc(0) : (socket.read(count) as Buffer | null);
    if (read !== null) return read;
    await new Promise<void>((resolve, reject) => {
      socket.once("readable", resolve).once("close", () => {
        reject(new Error("closed"));
      });
    });
  }
}
