import { get } from "node:https";
import type { Access } from "../../controlPlane/credentials";

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

  /** Resolves when the watch is open. */
  static open({ server, ca, token }: Access, namespace: string): Promise<PodWatch> {
    const watch = new PodWatch();
    const url = new URL(`/api/v1/namespaces/${namespace}/pods?watch=1&timeoutSeconds=3600`, server);
    return new Promise((resolve, reject) => {
      const request = get(
        url,
        { ca, agent: false, headers: { authorization: `Bearer ${token}` } },
        (answer) => {
          answer.setEncoding("utf8").on("data", (chunk: string) => {
            watch.take(chunk);
          });
          answer.on("close", () => (watch.failure ??= new Error(`the watch of ${namespace} was closed`)));
          watch.stop = () => request.destroy();
          if (answer.statusCode === 200) resolve(watch);
          else reject(new Error(`the watch of ${namespace} was refused: ${String(answer.statusCode)}`));
        },
      );
      request.on("error", (error) => {
        watch.failure ??= error;
        reject(error);
      });
    });
  }

  close(): void {
    this.stop();
  }

  /** Throws when the watch has broken, since what it knows is old then. */
  assertOpen(): void {
    if (this.failure) throw this.failure;
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
