import * as http from "node:http";
import * as https from "node:https";
import type { TLSSocket } from "node:tls";

/** What a member answered. */
export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** Of an https member. */
  readonly certificate: { readonly problem: string | undefined; readonly validTo: Date } | undefined;
}

/** More than a conforming answer has, so that a broken member cannot fill the memory. */
const MAX_BYTES = 1024 * 1024;

/** What a page of BinderHub sends for the events of a launch; without it, BinderHub answers 400. */
export const EVENTS = { Accept: "text/event-stream" };

/**
 * Asks on a connection of its own, whatever its certificate says: that is judged apart. `until` ends a stream that goes on.
 * Rejects with what went wrong, in the words of the network, or after `timeoutMs`.
 */
export function ask(
  url: string,
  timeoutMs: number,
  until: (body: string) => boolean = () => false,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Reply> {
  const { request } = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent: false,
      rejectUnauthorized: false,
      headers: { "User-Agent": "mybinder-members-check", Origin: "https://mybinder.org", ...headers },
    });
    const late = setTimeout(() => {
      outgoing.destroy(new Error(`no complete answer within ${String(timeoutMs / 1000)} s`));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(late);
      reject(error);
    };
    outgoing.on("error", fail);
    // Without these two, a server that breaks the protocol leaves the promise unsettled: a destroyed request says nothing more.
    outgoing.on("upgrade", (response, socket) => {
      socket.destroy();
      fail(
        new Error(
          `it answered ${String(response.statusCode)} (switching protocols), which was not requested`,
        ),
      );
    });
    outgoing.on("close", () => {
      fail(new Error("it closed the connection before the answer was complete"));
    });
    outgoing.on("response", (response) => {
      const certificate = certificateOf(response.socket, new URL(url).hostname);
      let body = "";
      const finish = (): void => {
        clearTimeout(late);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, certificate });
        outgoing.destroy();
      };
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
        if (body.length > MAX_BYTES) outgoing.destroy(new Error("the answer is longer than 1 MiB"));
        else if (until(body)) finish();
      });
      response.on("end", finish);
      response.on("error", fail);
    });
    outgoing.end();
  });
}

function certificateOf(
  socket: http.IncomingMessage["socket"] | TLSSocket,
  host: string,
): Reply["certificate"] {
  if (!("getPeerCertificate" in socket)) return undefined;
  const { authorized, authorizationError } = socket;
  const { valid_to, subjectaltname = "no name" } = socket.getPeerCertificate();
  const validTo = new Date(valid_to);
  if (authorized) return { problem: undefined, validTo };
  const code = String(authorizationError);
  if (code !== "ERR_TLS_CERT_ALTNAME_INVALID") return { problem: code, validTo };
  const names = subjectaltname.replaceAll(/(DNS|IP Address):/g, "");
  return { problem: `it is for ${names}, not for ${host}`, validTo };
}
