import { get } from "node:https";
import type { Client } from "../../tools/lab/controlPlane/client";
import type { Access } from "../../tools/lab/controlPlane/credentials";

/** A pod of the replay, as the API server last told it. */
export interface WatchedPod {
  readonly component: string;
  readonly node: string | undefined;
  /** The scheduler found no place, and displaces nobody for it. */
  readonly unschedulable: boolean;
  /** When this process heard that it was bound, in `performance.now()`. */
  readonly boundAt: number;
}

interface PodEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: {
    readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
    readonly spec?: { readonly nodeName?: string };
    readonly status?: {
      readonly nominatedNodeName?: string;
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
  };
}

/** The pods of one namespace, by name, as a watch keeps them. */
export class PodWatch {
  readonly pods = new Map<string, WatchedPod>();
  private buffer = "";
  private failure: Error | undefined;
  private stop: () => void = () => undefined;
  private stopped = false;

  private constructor(
    private readonly client: Client,
    private readonly access: Access,
    private readonly path: string,
  ) {}

  /** Resolves when the watch is open. */
  static async open(client: Client, access: Access, namespace: string): Promise<PodWatch> {
    const watch = new PodWatch(client, access, `/api/v1/namespaces/${namespace}/pods`);
    await watch.start();
    return watch;
  }

  close(): void {
    this.stopped = true;
    this.stop();
  }

  /** Throws when the watch has broken, since what it knows is old then. */
  assertOpen(): void {
    if (this.failure) throw this.failure;
  }

  /** Lists the pods and watches from there. The API server ends a watch that is read slowly; then it starts again. */
  private async start(): Promise<void> {
    type PodList = { items: PodEvent["object"][]; metadata: { resourceVersion: string } };
    const { items, metadata } = await this.client.call<PodList>({ path: this.path });
    const names = new Set(items.map((pod) => pod.metadata.name));
    for (const name of this.pods.keys()) if (!names.has(name)) this.pods.delete(name);
    for (const object of items) this.apply({ type: "ADDED", object });
    this.buffer = "";
    const { server, ca, token } = this.access;
    const query = `watch=1&timeoutSeconds=3600&resourceVersion=${metadata.resourceVersion}`;
    const headers = { authorization: `Bearer ${token}` };
    const request = get(new URL(`${this.path}?${query}`, server), { ca, agent: false, headers }, (answer) => {
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        this.take(chunk);
      });
    });
    this.stop = () => request.destroy();
    request.on("error", () => undefined);
    request.on("close", () => {
      if (this.stopped) return;
      this.start().catch((error: unknown) => (this.failure = error as Error));
    });
  }

  private take(chunk: string): void {
    const lines = (this.buffer + chunk).split("\n");
    this.buffer = lines.pop() ?? "";
    for (const line of lines) this.apply(JSON.parse(line) as PodEvent);
  }

  private apply({ type, object: { metadata, spec, status } }: PodEvent): void {
    const { name, labels } = metadata;
    if (type === "DELETED") this.pods.delete(name);
    if (type !== "ADDED" && type !== "MODIFIED") return;
    const node = spec?.nodeName;
    const refused =
      status?.conditions?.some((one) => one.type === "PodScheduled" && one.status === "False") ?? false;
    const boundAt = this.pods.get(name)?.boundAt ?? 0;
    this.pods.set(name, {
      component: labels?.["component"] ?? "",
      node,
      unschedulable: node === undefined && refused && !status?.nominatedNodeName,
      boundAt: boundAt || (node === undefined ? 0 : performance.now()),
    });
  }
}
