import { ask, type Reply } from "../tools/operate/members/conformance/ask";

/** Asks once, and gives what was answered to `judge`, which throws what it expects. A rejection names the URL and the answer. */
export async function answerOf<T>(
  url: string,
  timeoutMs: number,
  judge: (reply: Reply) => T,
  { headers, method }: { readonly headers?: Readonly<Record<string, string>>; readonly method?: string } = {},
): Promise<T> {
  try {
    return judge(await ask(url, timeoutMs, undefined, headers, method));
  } catch (error) {
    throw new Error(`${url}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Throws unless the status is one of those. */
export function expectStatus({ status, headers }: Reply, ...allowed: readonly number[]): void {
  if (allowed.includes(status)) return;
  const { location } = headers;
  const where = location === undefined ? "" : ` to ${location}`;
  throw new Error(`status ${String(status)}${where}; expected: ${allowed.join(" or ")}`);
}

/** The answer as JSON. Throws unless it is an object, with status 200. */
export function objectIn(reply: Reply): Readonly<Record<string, unknown>> {
  expectStatus(reply, 200);
  const value = parsed(reply.body);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`found ${JSON.stringify(reply.body.slice(0, 60))}; expected: a JSON object`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A question that announces a body of so many bytes and sends none: a limit must refuse it by its length alone. */
export function announcing(bytes: number): {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  return { method: "POST", headers: { "Content-Length": String(bytes) } };
}
