import { Failure } from "../../ground/terminal/failure";

/** One request to a service that answers in JSON. */
export interface Request {
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const TIMEOUT_MS = 30_000;
const WAITS_MS = [1000, 4000];

/**
 * Sends a request and gives the JSON of the answer. A server that is out of reach or fails (5xx, 429) is asked three times.
 * Throws Failure with method, address and status; neither headers nor bodies are ever in it.
 */
export async function sendJson(
  request: Request,
  wait: (ms: number) => Promise<void> = sleep,
): Promise<unknown> {
  for (const ms of [...WAITS_MS, undefined]) {
    const { answer, problem, again } = await attempt(request);
    if (problem === undefined) return answer;
    if (!again || ms === undefined) {
      throw new Failure(`${request.method} ${withoutQuery(request.url)}: ${problem}`);
    }
    await wait(ms);
  }
  throw new Error("three attempts have an end");
}

interface Attempt {
  readonly answer?: unknown;
  readonly problem?: string;
  readonly again?: boolean;
}

async function attempt({ method, url, headers, body }: Request): Promise<Attempt> {
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) {
      const again = (response.status >= 500 || response.status === 429) && method !== "POST";
      return { problem: `it answered ${String(response.status)}`, again };
    }
    return { answer: text === "" ? undefined : (JSON.parse(text) as unknown) };
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    // what arrived of a POST is not known
    return { problem: `no answer (${cause})`, again: method !== "POST" };
  }
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/, "");
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
