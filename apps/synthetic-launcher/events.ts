import { createParser } from "eventsource-parser";
import { isObject } from "../federation-agent/config";
import type { Reason } from "./failure";

/** Logs of a build are some 100 kB. */
const MAX_BYTES = 32 << 20;

/** What ended a stream before its time. */
export class StreamEnd extends Error {
  override readonly name = "StreamEnd";
  constructor(
    readonly reason: Extract<
      Reason,
      "unreachable" | "status" | "limited" | "silent" | "closed" | "malformed" | "ended"
    >,
    text: string,
  ) {
    super(text);
  }
}

/**
 * The events of an EventSource, as objects. Never connects again: BinderHub would begin another launch. Whoever stops to read
 * closes the connection. Throws a StreamEnd when the stream ends, keeps silent for `silenceMs`, or is too large.
 */
export async function* events(
  url: string,
  { silenceMs, signal }: { readonly silenceMs: number; readonly signal: AbortSignal },
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const abort = new AbortController();
  const silent = new StreamEnd("silent", `nothing for ${String(silenceMs / 1000)} s`);
  let timer = setTimeout(() => {
    abort.abort(silent);
  }, silenceMs);
  const end = (): void => {
    abort.abort(signal.reason);
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const pending: string[] = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      pending.push(data);
    },
  });
  try {
    const reader = await open(url, abort.signal);
    const decoder = new TextDecoder();
    let size = 0;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new StreamEnd("closed", "the stream ended before the server was ready");
      clearTimeout(timer);
      timer = setTimeout(() => {
        abort.abort(silent);
      }, silenceMs);
      size += value.length;
      if (size > MAX_BYTES) throw new StreamEnd("malformed", `more than ${String(MAX_BYTES)} bytes`);
      parser.feed(decoder.decode(value, { stream: true }));
      // one by one, so that the events before a malformed one in the same packet still count
      for (const data of pending.splice(0)) yield eventOf(data);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (abort.signal.aborted) throw silent;
    throw error instanceof StreamEnd ? error : new StreamEnd("closed", causeOf(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    abort.abort();
  }
}

async function open(url: string, signal: AbortSignal): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const headers = { Accept: "text/event-stream", "Cache-Control": "no-cache" };
  // a member that leads elsewhere would get the launch counted there
  const answer = await fetch(url, { headers, signal, redirect: "manual" }).catch((error: unknown) => {
    throw signal.aborted ? error : new StreamEnd("unreachable", causeOf(error));
  });
  const { status, body } = answer;
  if (status === 429) throw new StreamEnd("limited", "status 429");
  if (status !== 200) throw new StreamEnd("status", `status ${String(status)}`);
  const type = answer.headers.get("content-type") ?? "";
  if (!type.startsWith("text/event-stream") || !body) {
    throw new StreamEnd("malformed", `content type ${type}`);
  }
  return body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
}

function eventOf(data: string): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(data);
    if (isObject(event)) return event;
  } catch {
    // said below
  }
  throw new StreamEnd("malformed", "an event that is no JSON object");
}

/** Node's fetch says only "fetch failed"; the cause knows why. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
