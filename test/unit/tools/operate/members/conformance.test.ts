import { type CheckResult, checkEndpoints } from "../../../../../tools/operate/members/conformance/checks";
import { type Answers, CONFORMING, PublicFace } from "../../../../support/publicFace";

/*
 * The conformance check against a server on loopback; test/live/members has it as a command, over TLS. Does not prove: what
 * a real BinderHub answers.
 */

let plain: PublicFace;
beforeAll(async () => {
  plain = await PublicFace.start();
});
afterAll(() => plain.stop());

const results = async (answers: Answers, url = plain.url): Promise<CheckResult[]> => {
  plain.answers = answers;
  const face = { url, metricsUrl: `${url}/metrics`, plainUrl: `${url}/` };
  return checkEndpoints(face, { timeoutMs: 2000, now: new Date() });
};
const found = async (check: string, answers: Answers): Promise<string> => {
  const one = (await results({ ...CONFORMING, ...answers })).find((result) => result.check === check);
  return `${one?.ok ? "ok" : "FAIL"} ${one?.found.replaceAll(plain.url, "") ?? ""}`;
};

test("a face as the federation needs it", async () => {
  const redirect = { "/": [308, { Location: "https://x.example.org/" }, ""] } as const;
  expect(await results({ ...CONFORMING, ...redirect })).toEqual([
    { check: "http", ok: true, found: "308 to https" },
    { check: "versions", ok: true, found: "binderhub 1.0, repo2docker:1" },
    { check: "health", ok: true, found: "ok, 1 checks" },
    { check: "build", ok: true, found: "events, the first one failed" },
    { check: "badge", ok: true, found: "image/svg+xml" },
    { check: "metrics", ok: true, found: "1 series of binderhub" },
  ]);
});

const EVENTS = { "Content-Type": "text/event-stream", "Access-Control-Allow-Origin": "*" };
const BUILD = "/build/conformance-check/nothing";
test.each<[string, string, Answers, string]>([
  ["http", "no redirect", {}, "FAIL /: status 200; expected: a redirect to https"],
  [
    "http",
    "a redirect that stays at HTTP",
    { "/": [302, { Location: "http://x.example.org/" }, ""] },
    "FAIL /: status 302; expected: a redirect to https",
  ],
  ["versions", "an error", { "/versions": [502, {}, ""] }, "FAIL /versions: status 502; expected: 200"],
  ["versions", "a page", { "/versions": [200, {}, "<html>"] }, 'FAIL /versions: not JSON: "<html>"'],
  [
    "versions",
    "another shape",
    { "/versions": [200, {}, "{}"] },
    "FAIL /versions: expected: builder and binderhub, each a string",
  ],
  [
    "versions",
    "null",
    { "/versions": [200, {}, "null"] },
    "FAIL /versions: expected: builder and binderhub, each a string",
  ],
  [
    "health",
    "an ill member",
    { "/health": [503, {}, '{"ok": false, "checks": [{"service": "Docker registry", "ok": false}]}'] },
    "FAIL /health: not ok: Docker registry",
  ],
  [
    "health",
    "another shape",
    { "/health": [200, {}, "[]"] },
    "FAIL /health: expected: ok and a list of checks",
  ],
  [
    "health",
    "too much",
    { "/health": [200, {}, "x".repeat(2_000_000)] },
    "FAIL /health: the answer is longer than 1 MiB",
  ],
  [
    "build",
    "a page",
    { [BUILD]: [200, { "Content-Type": "text/html" }, ""] },
    `FAIL ${BUILD}: status 200, content type text/html; expected: 200, text/event-stream`,
  ],
  [
    "build",
    "events for itself alone",
    { [BUILD]: [200, { "Content-Type": "text/event-stream" }, "data: {}\n\n"] },
    `FAIL ${BUILD}: Access-Control-Allow-Origin none; expected: *, for pages of any site`,
  ],
  [
    "build",
    "a silent stream",
    { [BUILD]: [200, EVENTS, ""] },
    `FAIL ${BUILD}: no complete answer within 2 s`,
  ],
  [
    "build",
    "events without a phase",
    { [BUILD]: [200, EVENTS, "data: {}\n\n"] },
    `FAIL ${BUILD}: expected: events with a phase`,
  ],
  [
    "badge",
    "no badge",
    { "/badge_logo.svg": [404, {}, ""] },
    "FAIL /badge_logo.svg: status 404, content type none; expected: an SVG image, or where it is",
  ],
  [
    "metrics",
    "no series",
    { "/metrics": [200, {}, "up 1\n"] },
    "FAIL /metrics: status 200, no series that begins with binderhub_",
  ],
])("%s: %s", async (check, _, answers, expected) => {
  expect(await found(check, answers)).toBe(expected);
});

test("where nobody listens every check says so", async () => {
  const checks = await results(CONFORMING, "http://127.0.0.1:1");
  expect(checks.map(({ ok }) => ok)).toEqual([false, false, false, false, false, false]);
  expect(checks[0]?.found).toMatch(/ECONNREFUSED/);
});
