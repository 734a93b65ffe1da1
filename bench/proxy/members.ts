import { createServer, type Server } from "node:http";

const PORT = 7790;

/** A BinderHub's /health and /versions on an address of its own on loopback. */
export class BenchMember {
  private server: Server | undefined;
  private hangs = false;
  readonly name: string;
  private readonly address: string;

  constructor(index: number) {
    this.name = `member-${String(index)}`;
    this.address = `127.0.${String(1 + Math.floor(index / 250))}.${String(1 + (index % 250))}`;
  }

  get url(): string {
    return `http://${this.address}:${String(PORT)}`;
  }

  async open(): Promise<void> {
    this.hangs = false;
    const checks = [
      { service: "Docker registry", ok: true },
      { service: "JupyterHub API", ok: true },
      { service: "Pod quota", ok: true, total_pods: 10, quota: 100 },
    ];
    const server = createServer((request, response) => {
      if (this.hangs) return;
      const body = request.url === "/health" ? { ok: true, checks } : { binderhub: "1", builder: "1" };
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve, reject) => {
      server.on("error", reject).listen(PORT, this.address, resolve);
    });
    this.server = server;
  }

  /** Takes requests and never answers. */
  hang(): void {
    this.hangs = true;
  }

  /** Refuses connections. */
  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
    this.server = undefined;
  }
}
