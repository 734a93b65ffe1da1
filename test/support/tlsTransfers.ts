import { connect } from "node:http2";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { type HostQuestion, options } from "./tlsAnswer";

/** Listens to a stream over TLS for `ms`, then closes it: what was said, and whether the other side had ended it before. */
export function listenTo(question: HostQuestion, ms: number): Promise<{ words: string; ended: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options(question), servername: question.host, rejectUnauthorized: false });
    let words = "";
    const end = (ended: boolean): void => {
      clearTimeout(timer);
      resolve({ words, ended });
      sent.destroy();
    };
    const timer = setTimeout(() => {
      end(false);
    }, ms);
    sent.on("response", (response) => {
      response.on("data", (chunk: Buffer) => (words += chunk.toString()));
      response.on("error", () => {
        end(true);
      });
      response.on("end", () => {
        end(true);
      });
    });
    sent.on("error", reject).end();
  });
}

/**
 * Sends a body in two halves over TLS, the second one `pause` ms after the first: what was answered, 0 for a connection that
 * was closed, and whether the answer began before the second half was sent.
 */
export function inHalves(
  question: HostQuestion & { readonly body: Buffer },
  pause: number,
): Promise<{ status: number; early: boolean }> {
  const { body, host } = question;
  const headers = { ...question.headers, "Content-Length": body.length };
  return new Promise((resolve) => {
    const sent = request({
      ...options({ method: "PUT", ...question, headers }),
      servername: host,
      rejectUnauthorized: false,
    });
    const half = Math.floor(body.length / 2);
    let early = true;
    sent.on("error", () => {
      resolve({ status: 0, early: false });
    });
    sent.on("response", (response) => {
      const answer = { status: response.statusCode ?? 0, early };
      response.resume().on("close", () => {
        resolve(answer);
      });
    });
    sent.write(body.subarray(0, half));
    void sleep(pause).then(() => {
      early = false;
      sent.end(body.subarray(half));
    });
  });
}

/** Posts `body` over HTTP/2, as browsers do, of which it declares `length` bytes, and gives the status. */
export function postOverHttp2(
  { port, host, path = "/" }: HostQuestion,
  body: Buffer,
  length = body.length,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://127.0.0.1:${String(port)}`, {
      servername: host,
      rejectUnauthorized: false,
    });
    session.on("error", reject);
    const sent = session.request({
      ":method": "POST",
      ":path": path,
      ":authority": host,
      "content-length": length,
    });
    sent.on("response", (headers) => {
      resolve(headers[":status"] ?? 0);
      session.destroy();
    });
    sent.on("error", reject).write(body);
    if (length === body.length) sent.end();
  });
}
