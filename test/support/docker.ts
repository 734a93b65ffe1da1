import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An image of the imitated Docker. */
export interface FakeImage {
  readonly id: string;
  tags: string[];
  readonly digests?: string[];
  /** Minutes ago. */
  readonly made: number;
  named?: number;
  readonly bytes: number;
}

/** A record of the build cache: perhaps in use by a build, perhaps a layer of an image as well. */
export interface FakeRecord {
  readonly id: string;
  readonly bytes: number;
  readonly image?: string;
  readonly inUse?: boolean;
}

/** An imitated answer: a status with a body, silence, or what breaks the protocol. */
export type Misbehaviour = { status: number; body: unknown } | "hang" | "upgrade" | "endless" | "close";

/**
 * A Docker daemon of version 27 on a socket, as far as the build pruner talks to it: it knows API versions up to 1.47, and
 * ignores parameters that it does not know, as the real one does.
 */
export class FakeDocker {
  images: FakeImage[] = [];
  /** Of containers, by the id of their image. */
  containers: string[] = [];
  /** Records of the build cache, the least recently used first; those in use stay. */
  cache: FakeRecord[] = [];
  stopped = { ids: [] as string[], bytes: 0 };
  /** Requests other than GET, without the version. */
  readonly asked: string[] = [];
  /** By the beginning of `METHOD path`. */
  readonly broken = new Map<string, Misbehaviour>();
  readonly socket: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "mybinder-docker-"));
  private readonly server: Server;
  private readonly open = new Set<Socket>();

  constructor() {
    this.socket = join(this.folder, "docker.sock");
    this.server = createServer((request, answer) => {
      this.answer(request, answer);
    });
    this.server.on("connection", (socket) => {
      this.open.add(socket);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(this.socket, resolve));
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answer(request: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(request.url ?? "", "http://docker");
    const [, version = "", path = ""] = /^\/v1\.(\d+)(\/.*)$/.exec(decodeURI(url.pathname)) ?? [];
    const method = request.method ?? "";
    if (method !== "GET") this.asked.push(`${method} ${path}${url.search}`);
    const broken = [...this.broken].find(([start]) => `${method} ${path}`.startsWith(start))?.[1];
    if (broken !== undefined) misbehave(broken, answer);
    else if (Number(version) > 47) send(answer, 400, { message: `client version 1.${version} is too new` });
    else send(answer, ...this.result(method, path, url.searchParams));
  }

  private result(method: string, path: string, query: URLSearchParams): [number, unknown] {
    switch (`${method} ${path}`) {
      case "GET /containers/json":
        return [200, this.containers.map((ImageID) => ({ ImageID }))];
      case "GET /images/json":
        return [200, this.images.map((image) => ({ Id: image.id, Created: ago(image.made) / 1000 }))];
      case "GET /system/df":
        return [200, { LayersSize: this.layers(), BuildCache: this.records() }];
      case "POST /containers/prune": {
        const { ids, bytes } = this.stopped;
        this.stopped = { ids: [], bytes: 0 };
        return [200, { ContainersDeleted: ids.length > 0 ? ids : null, SpaceReclaimed: bytes }];
      }
      case "POST /build/prune":
        return [200, this.pruneCache(Number(query.get("keep-storage") ?? "0"))];
      default:
        return this.image(method, path);
    }
  }

  private image(method: string, path: string): [number, unknown] {
    const name = /^\/images\/(.*?)(?:\/json)?$/.exec(path)?.[1] ?? "";
    const found = this.images.find(
      ({ id, tags, digests }) => id === name || tags.includes(name) || (digests ?? []).includes(name),
    );
    if (!found) return [404, { message: `No such image: ${name}` }];
    if (method === "GET") {
      const LastTagTime =
        found.named === undefined ? "0001-01-01T00:00:00Z" : new Date(ago(found.named)).toISOString();
      return [
        200,
        { Id: found.id, RepoTags: found.tags, RepoDigests: found.digests ?? [], Metadata: { LastTagTime } },
      ];
    }
    if (this.containers.includes(found.id)) return [409, { message: "image is being used by a container" }];
    found.tags = found.tags.filter((tag) => tag !== name);
    if (found.tags.length === 0) this.images = this.images.filter((image) => image !== found);
    return [200, [{ Untagged: name }]];
  }

  private layers(): number {
    return this.images.reduce((total, { bytes }) => total + bytes, 0);
  }

  /** A record is shared as long as the image is there that has the same layer. */
  private isShared({ image }: FakeRecord): boolean {
    return this.images.some(({ id }) => id === image);
  }

  private records(): unknown[] {
    return this.cache.map((record) => ({ ID: record.id, Size: record.bytes, Shared: this.isShared(record) }));
  }

  private pruneCache(keep: number): unknown {
    const own = (): number =>
      this.cache.filter((record) => !this.isShared(record)).reduce((total, { bytes }) => total + bytes, 0);
    const gone: string[] = [];
    let freed = 0;
    for (const record of this.cache.filter(({ inUse }) => inUse !== true)) {
      if (own() <= keep) break;
      this.cache = this.cache.filter((other) => other !== record);
      gone.push(record.id);
      freed += record.bytes;
    }
    return { CachesDeleted: gone.length > 0 ? gone : null, SpaceReclaimed: freed };
  }
}

function ago(minutes: number): number {
  return Math.round(Date.now() / 1000 - minutes * 60) * 1000;
}

function send(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function misbehave(how: Misbehaviour, answer: ServerResponse): void {
  if (how === "hang") return;
  if (how === "close") answer.socket?.destroy();
  else if (how === "upgrade") {
    answer.socket?.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  } else if (how === "endless") {
    answer.writeHead(200);
    const more = (): void => {
      while (!answer.destroyed && answer.write("x".repeat(65536)));
    };
    answer.on("drain", more);
    more();
  } else send(answer, how.status, how.body);
}
