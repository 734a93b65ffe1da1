import { Agent, request } from "node:https";

import type { Access } from "./credentials";

/** A Kubernetes object as far as this folder looks into one. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** What the API server answered, when that is not success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type PatchType = "apply-patch+yaml" | "merge-patch+json";

export interface Call {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** "/api/v1/nodes" */
  readonly path: string;
  readonly body?: unknown;
  readonly patchType?: PatchType;
}

/**
 * A client of one API server over verified TLS; the full one, @kubernetes/client-node, takes half a second to load.
 * Each call resolves to the parsed JSON (or text), and rejects with an ApiError or the connection's error.
 */
export interface Client {
  call<T = unknown>(call: Call): Promise<T>;
  close(): void;
}

const TIMEOUT_MS = 10_000;

export function connect({ server, ca, token }: Access): Client {
  const agent = new Agent({ keepAlive: true, ca });
  const call = <T>({ method = "GET", path, body, patchType = "merge-patch+json" }: Call): Promise<T> =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const type = method === "PATCH" ? `application/${patchType}` : "application/json";
      const headers = { authorization: `Bearer ${token}`, accept: "application/json", "content-type": type };
      const options = { method, agent, headers, timeout: TIMEOUT_MS };
      const outgoing = request(new URL(path, server), options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(parse(text) as T);
          else reject(new ApiError(status, messageOf(text)));
        });
      });
      outgoing.on("timeout", () =>
        outgoing.destroy(new Error(`${method} ${path}: no answer in ${String(TIMEOUT_MS)} ms`)),
      );
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  return {
    call,
    close: () => {
      agent.destroy();
    },
  };
}

function parse(text: string): unknown {
  return text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text;
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
