import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a member answers at a path: status, headers and body. */
export type Answers = Readonly<Record<string, readonly [number, Readonly<Record<string, string>>, string]>>;

const JSON_TYPE = { "Content-Type": "application/json" };

/** A public face as the federation needs it. */
export const CONFORMING: Answers = {
  "/": [200, {}, "page"],
  "/versions": [200, JSON_TYPE, '{"binderhub": "1.0", "builder": "repo2docker:1"}'],
  "/health": [200, JSON_TYPE, '{"ok": true, "checks": [{"service": "Docker registry", "ok": true}]}'],
  "/build/conformance-check/nothing": [
    200,
    { "Content-Type": "text/event-stream", "Access-Control-Allow-Origin": "*" },
    'data: {"phase": "failed", "message": "No provider found"}\n\n',
  ],
  "/badge_logo.svg": [200, { "Content-Type": "image/svg+xml" }, "<svg/>"],
  "/metrics": [200, {}, "# HELP\nbinderhub_launch_count 1\nother 2\n"],
};

/** A server on loopback that answers what it is told to; with `days`, over TLS with a certificate that lasts as long. */
export class PublicFace {
  answers: Answers = CONFORMING;
  private constructor(
    private readonly server: http.Server,
    private readonly folder: string,
    private readonly tls: boolean,
  ) {}

  static async start(days?: number): Promise<PublicFace> {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-face-"));
    const face: { current?: PublicFace } = {};
    const answer: http.RequestListener = ({ url = "", headers: { accept = "" } }, response) => {
      const told = face.current?.answers[url] ?? [404, {}, ""];
      // as BinderHub does (builder.py, prepare)
      const refused = url.startsWith("/build/") && !accept.includes("text/event-stream");
      const [status, headers, body] = refused
        ? [400, JSON_TYPE, '{"message": "Missing Accept header: text/event-stream"}']
        : told;
      response.writeHead(status, headers);
      // a stream of events goes on
      if (headers["Content-Type"] === "text/event-stream") response.write(body);
      else response.end(body);
    };
    const server =
      days === undefined ? http.createServer(answer) : https.createServer(certificate(folder, days), answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (face.current = new PublicFace(server, folder, days !== undefined));
  }

  get url(): string {
    return `http${this.tls ? "s" : ""}://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** File with its certificate, which a client trusts as its own authority. */
  get certificateFile(): string {
    return join(this.folder, "cert.pem");
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    rmSync(this.folder, { recursive: true });
  }
}

function certificate(folder: string, days: number): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert];
  execFileSync("openssl", [...args, "-days", String(days), ...subject], { stdio: "pipe" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
