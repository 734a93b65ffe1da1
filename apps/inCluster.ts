import { readFileSync } from "node:fs";
import { join } from "node:path";
import { askBounded, type Bounds, type HttpAnswer } from "./askBounded";

/** How a body is meant; a PATCH needs one of the last two. */
export type BodyType = "application/json" | "application/json-patch+json" | "application/merge-patch+json";

/** What the API server answered, when that is not success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    /** HTTP status. */
    readonly status: number,
    asked: string,
    /** The API server's own words. */
    readonly reason: string,
  ) {
    super(`${asked}: ${String(status)} ${reason}`);
  }
}

/** The API server of the cluster that this pod runs in, as its service account sees it. */
export class InCluster {
  /** `account` is the folder of `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
  constructor(
    private readonly server: string,
    private readonly account: string,
    private readonly limits: Bounds,
  ) {}

  /** The pod's own namespace. Throws when there is no account. */
  get namespace(): string {
    return this.read("namespace");
  }

  /**
   * Resolves to the parsed answer. Rejects with an ApiError, or with what was asked and why there is no answer. Token and
   * CA are read for each call, since Kubernetes renews them in place.
   */
  async call<T>(
    method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH",
    path: string,
    body?: unknown,
    type: BodyType = "application/json",
  ): Promise<T> {
    const asked = `${method} ${path}`;
    const { status, text } = await this.ask(method, path, body, type).catch((error: unknown) => {
      throw new Error(`${asked}: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (status < 200 || status >= 300) throw new ApiError(status, asked, reasonOf(text));
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new Error(`${asked}: the answer is not JSON`);
    }
  }

  private async ask(method: string, path: string, body: unknown, type: BodyType): Promise<HttpAnswer> {
    const headers = {
      authorization: `Bearer ${this.read("token")}`,
      accept: "application/json",
      "content-type": type,
    };
    const question = {
      method,
      headers,
      ca: this.read("ca.crt"),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    return askBounded(new URL(path, this.server), question, this.limits);
  }

  private read(file: string): string {
    return readFileSync(join(this.account, file), "utf8").trim();
  }
}

/** The object at a path; `undefined` where there is none. Rejects as `call` does otherwise. */
export async function find<T>(api: Pick<InCluster, "call">, path: string): Promise<T | undefined> {
  try {
    return await api.call<T>("GET", path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function reasonOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
