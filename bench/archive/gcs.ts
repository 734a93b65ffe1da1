import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../../environment";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { consumerPath } from "../../tools/lab/kube/consumers";

/** An object as a reader of a bucket sees it. */
export interface Held {
  readonly text: string;
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly generation: string;
}

/** fake-gcs-server on loopback, its objects in a folder that goes with it. */
export class FakeGcs {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts the server, which has to be in the cache. Rejects when it does not answer in 20 s. */
  static async start(environment: Pick<Environment, "cache">): Promise<FakeGcs> {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-gcs-"));
    const port = await freePort();
    const place = ["-host", "127.0.0.1", "-port", String(port), "-scheme", "http"];
    const child = spawn(
      consumerPath("fake-gcs-server", environment),
      [...place, "-backend", "filesystem", "-filesystem-root", folder, "-log-level", "error"],
      { stdio: "ignore" },
    );
    const server = new FakeGcs(`http://127.0.0.1:${String(port)}`, child, folder);
    const end = performance.now() + 20_000;
    while (performance.now() < end) {
      await sleep(50);
      const answer = await fetch(`${server.url}/storage/v1/b?project=none`).catch(() => undefined);
      if (answer?.ok) return server;
    }
    await server.stop();
    throw new Error("fake-gcs-server does not answer");
  }

  async bucket(name: string): Promise<void> {
    await this.ask("/storage/v1/b?project=none", { method: "POST", body: JSON.stringify({ name }) });
  }

  async put(
    bucket: string,
    name: string,
    content: Buffer,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const md5Hash = createHash("md5").update(content).digest("base64");
    const about = JSON.stringify({ name, contentType: "application/json", md5Hash, metadata });
    const part = (type: string): string => `--cut\r\ncontent-type: ${type}\r\n\r\n`;
    await this.ask(`/upload/storage/v1/b/${bucket}/o?uploadType=multipart&name=${encodeURIComponent(name)}`, {
      method: "POST",
      headers: { "content-type": "multipart/related; boundary=cut" },
      body: Buffer.concat([
        Buffer.from(`${part("application/json")}${about}\r\n${part("application/json")}`),
        content,
        Buffer.from("\r\n--cut--\r\n"),
      ]),
    });
  }

  async remove(bucket: string, name: string): Promise<void> {
    await this.ask(`/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`, { method: "DELETE" });
  }

  /** Bytes of the objects of a bucket whose name matches. */
  async size(bucket: string, name: RegExp): Promise<number> {
    const { items = [] } = (await (await this.ask(`/storage/v1/b/${bucket}/o`)).json()) as {
      items?: { name: string; size: string }[];
    };
    return items.reduce((sum, one) => sum + (name.test(one.name) ? Number(one.size) : 0), 0);
  }

  /** All objects of a bucket, by name. */
  async held(bucket: string): Promise<Record<string, Held>> {
    const { items = [] } = (await (await this.ask(`/storage/v1/b/${bucket}/o`)).json()) as {
      items?: { name: string; contentType: string; metadata?: Record<string, string>; generation: string }[];
    };
    const held = items.map(async ({ name, contentType, metadata = {}, generation }) => {
      const path = `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
      const text = await (await this.ask(path)).text();
      return [name, { text, type: contentType, metadata, generation }] as const;
    });
    return Object.fromEntries(await Promise.all(held));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ask(path: string, init?: RequestInit): Promise<Response> {
    const answer = await fetch(`${this.url}${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${String(answer.status)} ${await answer.text()}`);
    return answer;
  }
}
