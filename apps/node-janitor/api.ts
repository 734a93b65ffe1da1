import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";

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

const TIMEOUT_MS = 20_000;

/** The API server of the cluster that this pod runs in. */
export class Api {
  /** `access` is the folder of `ca.crt` and `token`; the token is renewed there, so it is read for each call. */
  constructor(
    private readonly server: string,
    private readonly access: string,
  ) {}

  /** Resolves to the parsed answer. Rejects with an ApiError, or the connection's error. */
  call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
    const read = (file: string): string => readFileSync(join(this.access, file), "utf8");
    const headers = {
      authorization: `Bearer ${read("token").trim()}`,
      accept: "application/json",
      "content-type": "application/json",
    };
    const agent = new Agent({ ca: read("ca.crt") });
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.server),
        { method, headers, agent, timeout: TIMEOUT_MS },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (chunk: string) => (text += chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const status = answer.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(JSON.parse(text) as T);
            else reject(new ApiError(status, messageOf(text)));
          });
        },
      );
      outgoing.on("timeout", () =>
        outgoing.destroy(new Error(`${path}: no answer in ${String(TIMEOUT_MS)} ms`)),
      );
      outgoing.on("error", reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
