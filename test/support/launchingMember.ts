import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { WebSocketServer } from "ws";

const RECORDED = join(__dirname, "launches");
/** Address of the hub in the recordings. */
const HUB = "http://127.0.0.1:18000";

/** What the code of the live tests prints on a network that keeps it where it should be. */
export const KEPT =
  '42\n{"hub": true, "metadata": false, "apiServer": false, "node": false}\n10.42.0.7:8888\nneighbour False\n';

/** What an imitated member does with a launch; a test changes it while it runs. */
export interface LaunchBehaviour {
  page: "well" | "hangs" | "has no token" | number;
  /** Which recording it plays; a number: this status instead of a stream. */
  stream: "cached" | "uncached" | "broken" | "missing" | "token" | "refused" | "html" | number;
  /** After the first event of that phase nothing more comes; `then`: with comments, without, or the end of the stream. */
  stop: { after: string; then: "comments" | "silence" | "end" } | undefined;
  /** Launches after so many are refused. */
  room: number | undefined;
  /** Replaces a text of the recording, as BinderHub would say another one. */
  say: readonly [from: string, to: string] | undefined;
  /** Between two events. */
  pauseMs: number;
  server: "well" | "never answers" | "does not stop";
  health: { used: number; quota: number } | undefined;
  /** Where a server's own address leads: to its page by default. */
  home: string;
  /** What a kernel prints, or what is wrong with it. */
  kernel:
    { prints: string } | "does not start" | "refuses the socket" | "closes the socket" | "hangs" | "raises";
}

/** A server on loopback that plays what a real BinderHub and its hub were recorded to answer. */
export class LaunchingMember {
  readonly behaviour: LaunchBehaviour = {
    page: "well",
    stream: "cached",
    stop: undefined,
    room: undefined,
    say: undefined,
    pauseMs: 1,
    server: "well",
    health: undefined,
    home: "lab",
    kernel: { prints: KEPT },
  };
  /** Requests, as "GET /path", without the query. */
  readonly asked: string[] = [];
  /** Servers that run, by path. */
  readonly running = new Set<string>();
  /** The most servers that ran at the same time. */
  peak = 0;
  private started = 0;
  private server: Server | undefined;
  private port = 0;

  private constructor(readonly name: string) {}

  static async start(name: string): Promise<LaunchingMember> {
    const member = new LaunchingMember(name);
    member.server = createServer((request, answer) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      member.asked.push(`${request.method ?? ""} ${path}`);
      void member.answer(path, request.url ?? "", answer, request.headers.authorization);
    });
    member.server.on("upgrade", (request, socket, head) => {
      const [, , name = ""] = (request.url ?? "").split("/");
      if (
        member.behaviour.kernel === "refuses the socket" ||
        request.headers.authorization !== `token ${name}`
      ) {
        socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      const sockets = new WebSocketServer({ noServer: true });
      sockets.handleUpgrade(request, socket, head, (channels) => {
        channels.on("message", (data: Buffer) => {
          for (const message of member.kernelSays(data.toString("utf8"))) channels.send(message);
          if (member.behaviour.kernel === "closes the socket") channels.close(1011);
        });
      });
    });
    await new Promise<void>((resolve) => member.server?.listen(0, "127.0.0.1", resolve));
    member.port = (member.server.address() as AddressInfo).port;
    return member;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** Launches that were asked for. */
  get launches(): number {
    return this.asked.filter((each) => each.startsWith("GET /build/")).length;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async answer(path: string, url: string, answer: ServerResponse, token?: string): Promise<void> {
    const { page, health } = this.behaviour;
    if (path === "/health") this.answerHealth(answer, health);
    else if (path.startsWith("/v2/")) {
      if (page === "hangs") return;
      if (typeof page === "number") answer.writeHead(page).end();
      else answer.end(page === "well" ? `<script>{"buildToken": "page.token"}</script>` : "<html></html>");
    } else if (path.startsWith("/build/")) await this.play(url, answer);
    else if (path.startsWith("/user/")) this.answerServer(path, answer, token);
    else answer.writeHead(404).end();
  }

  private answerHealth(answer: ServerResponse, health: LaunchBehaviour["health"]): void {
    const quota = health && { service: "Pod quota", ok: true, total_pods: health.used, quota: health.quota };
    answer.end(JSON.stringify({ ok: true, checks: quota ? [quota] : [] }));
  }

  /** As recorded: 200 while it runs, 403 with another token, 503 from the hub's proxy when it is gone. */
  private answerServer(path: string, answer: ServerResponse, token: string | undefined): void {
    const [, , name = "", ...rest] = path.split("/");
    const { server } = this.behaviour;
    if (!this.running.has(name) || server === "never answers") answer.writeHead(503).end();
    else if (token !== `token ${name}`) answer.writeHead(403).end();
    else if (rest.join("/") === "api/shutdown") {
      if (server !== "does not stop") this.running.delete(name);
      answer.end();
    } else if (rest.join("/") === "api/kernels") {
      answer.writeHead(this.behaviour.kernel === "does not start" ? 500 : 201).end('{"id": "k-1"}');
    } else if (rest.join("/") === "") {
      answer.writeHead(302, { location: this.behaviour.home }).end();
    } else if (rest.join("/") === "lab") {
      answer.setHeader("content-type", "text/html; charset=UTF-8").end("<!doctype html>");
    } else answer.end("{}");
  }

  /** What a kernel says to a request that it runs code: busy, what it printed or raised, idle, each with the request as its parent. */
  private kernelSays(request: string): string[] {
    const { header } = JSON.parse(request) as { header: { msg_id: string } };
    const { kernel } = this.behaviour;
    const message = (msg_type: string, content: object): string =>
      JSON.stringify({ channel: "iopub", msg_type, parent_header: header, content });
    const state = (execution_state: string): string => message("status", { execution_state });
    if (kernel === "hangs" || kernel === "closes the socket") return [state("busy")];
    if (kernel === "raises") {
      return [state("busy"), message("error", { ename: "NameError", evalue: "no print" })];
    }
    const text = typeof kernel === "object" ? kernel.prints : "";
    return [state("busy"), message("stream", { name: "stdout", text }), state("idle")];
  }

  private async play(url: string, answer: ServerResponse): Promise<void> {
    const { stop, say, pauseMs, room = Infinity } = this.behaviour;
    const stream = this.started < room ? this.behaviour.stream : 503;
    if (typeof stream === "number") {
      answer.writeHead(stream).end();
      return;
    }
    if (stream === "html") {
      answer.setHeader("content-type", "text/html").end("<html></html>");
      return;
    }
    answer.setHeader("content-type", "text/event-stream");
    const refused = !url.includes("build_token=page.token");
    for (const event of this.recorded(refused ? "token" : stream)) {
      answer.write(say ? event.replace(say[0], say[1]) : event);
      if (stop && event.includes(`"phase": "${stop.after}"`)) {
        if (stop.then === "end") answer.end();
        if (stop.then === "comments") {
          const timer = setInterval(() => answer.write(":keepalive\n\n"), 50);
          answer.on("close", () => {
            clearInterval(timer);
          });
        }
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** The events of a recording, with a server of this member. */
  private recorded(name: string): string[] {
    this.started += 1;
    const server = `s${String(this.started)}`;
    const text = readFileSync(join(RECORDED, `${name}.sse`), "utf8");
    return text.split(/(?<=\n\n)/).map((event) => {
      if (event.includes('"phase": "ready"')) this.running.add(server);
      this.peak = Math.max(this.peak, this.running.size);
      return event
        .replaceAll(HUB, this.url)
        .replace(/\/user\/[\w-]+\//g, `/user/${server}/`)
        .replace('"token": "RECORDED"', `"token": "${server}"`);
    });
  }
}
