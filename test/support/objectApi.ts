import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ApiError } from "../../apps/inCluster";
import { ROOT } from "../../tools/ground/root";

interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly [key: string]: unknown;
}

/** Objects by path, with resource versions: of an API server, what programs need that write one object from several sides. */
export class ObjectApi {
  readonly objects = new Map<string, Stored>();
  /** Writes that were taken. */
  readonly written: string[] = [];
  /** While false, it answers 500 to everything. */
  well = true;
  private version = 0;
  private server: Server | undefined;

  /** As `InCluster.call`. */
  readonly call = <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const { status, object } = this.answer(method, path, body);
    if (status >= 300) return Promise.reject(new ApiError(status, `${method} ${path}`, "no"));
    return Promise.resolve(structuredClone(object) as T);
  };

  put(path: string, object: object): void {
    this.version += 1;
    const { metadata } = object as { metadata?: object };
    const name = path.split("/").at(-1) ?? "";
    this.objects.set(path, {
      ...object,
      metadata: { ...metadata, name, resourceVersion: String(this.version) },
    });
  }

  /** Serves it on loopback, and writes the account that trusts it into a folder. Resolves to its URL. */
  async serve(account: string): Promise<string> {
    const { key, certificate } = JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "-", "localhost", "2048"], {
        input: readFileSync(join(ROOT, "components", "keyPair", "selfSigned.mjs")),
        encoding: "utf8",
      }),
    ) as { key: string; certificate: string };
    mkdirSync(account, { recursive: true });
    for (const [file, text] of Object.entries({ "ca.crt": certificate, token: "t", namespace: "n" })) {
      writeFileSync(join(account, file), text);
    }
    const server = createServer({ key, cert: certificate }, (request, answer) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const body: unknown = text === "" ? undefined : JSON.parse(text);
        const { status, object } = this.answer(request.method ?? "", request.url ?? "", body);
        answer.writeHead(status).end(JSON.stringify(object ?? { message: "no" }));
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    return `https://localhost:${String((server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    const { server } = this;
    server?.closeAllConnections();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  private answer(method: string, path: string, body: unknown): { status: number; object?: unknown } {
    if (!this.well) return { status: 500 };
    const present = this.objects.get(path);
    if (method === "GET") return present ? { status: 200, object: present } : { status: 404 };
    const given = body as Partial<Stored> & { metadata: { name: string; resourceVersion?: string } };
    const at = method === "POST" ? `${path}/${given.metadata.name}` : path;
    if (method === "POST" && this.objects.has(at)) return { status: 409 };
    if (method === "PUT" && !present) return { status: 404 };
    if (method === "PUT" && given.metadata.resourceVersion !== present?.metadata.resourceVersion) {
      return { status: 409 };
    }
    this.put(at, given);
    this.written.push(`${method} ${path}`);
    return { status: 200, object: this.objects.get(at) };
  }
}
