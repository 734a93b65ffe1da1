import { PAGES } from "../model/values/probes";
import type { Reply } from "../tools/operate/members/conformance/ask";
import { redirectToHttps } from "../tools/operate/hosts/judge";
import type { PublicHost } from "../tools/operate/hosts/publicHosts";
import { certificate } from "../tools/operate/members/conformance/checks";
import { announcing, answerOf, expectStatus } from "./answer";
import type { LiveCheck } from "./check";

/** Checks of public hosts: certificate, HTTP → HTTPS, what the service answers, the limit of a body. */
export function hostChecks(hosts: readonly PublicHost[], timeoutMs: number, now: Date): LiveCheck[] {
  return hosts.flatMap((one): LiveCheck[] => {
    const { host, url, plainUrl, maxBodyBytes } = one;
    const path = pathOf(one);
    return [
      ...(url.startsWith("https:")
        ? [
            {
              check: "certificate",
              at: host,
              run: () => answerOf(url, timeoutMs, (reply) => certificate(reply, now)),
            },
          ]
        : []),
      ...(plainUrl === undefined
        ? []
        : [
            {
              check: "http",
              at: host,
              run: () => answerOf(plainUrl, timeoutMs, (reply) => redirectToHttps(reply, host)),
            },
          ]),
      ...(one.service === "static"
        ? ["/badge.svg", "/badge_logo.svg"].map((file) => ({
            check: "badge",
            at: host,
            run: () => answerOf(url + file, timeoutMs, badge),
          }))
        : [
            {
              check: one.service === "redirects" ? "redirect" : "page",
              at: host,
              run: () => answerOf(url + path, timeoutMs, (reply) => page(reply, one, path)),
            },
          ]),
      ...(maxBodyBytes === undefined
        ? []
        : [
            {
              check: "body limit",
              at: host,
              run: () =>
                answerOf(
                  `${url}/hub/live-check`,
                  timeoutMs,
                  tooLarge(maxBodyBytes),
                  announcing(maxBodyBytes + 1),
                ),
            },
          ]),
    ];
  });
}

/** Judges an answer to a body that is announced as longer than `limit` bytes. */
export function tooLarge(limit: number): (reply: Reply) => string {
  return (reply) => {
    expectStatus(reply, 413);
    return `413 above ${String(limit)} bytes`;
  };
}

function pathOf({ service, target }: PublicHost): string {
  return target?.type === "host" ? "/live-check?a=b" : PAGES[service].path;
}

function badge(reply: Reply): string {
  expectStatus(reply, 200);
  const type = reply.headers["content-type"] ?? "none";
  if (type.startsWith("image/svg+xml")) return type;
  throw new Error(`content type ${type}; expected: image/svg+xml`);
}

function page(reply: Reply, { service, target }: PublicHost, path: string): string {
  if (target) {
    const wanted = `https://${target.to}${target.type === "host" ? path : ""}`;
    const { location = "nowhere" } = reply.headers;
    if (reply.status === 302 && location === wanted) return `302 to ${wanted}`;
    throw new Error(`status ${String(reply.status)}, to ${location}; expected: 302, to ${wanted}`);
  }
  expectStatus(reply, 200);
  // Harbor answers 200 while a part of it is ill
  if (service === "registry" && /"status": ?"unhealthy"/.test(reply.body)) {
    throw new Error("a component is unhealthy; expected: none");
  }
  return `200 at ${path}`;
}
