// Proves: the live tests of public hosts find each fault. Does not prove: a good certificate; test/live/members has one.
import { runChecks } from "../../../live/check";
import { hostChecks } from "../../../live/hosts";
import type { PublicHost } from "../../../tools/operate/hosts/publicHosts";
import { LiveFace, type Said } from "../../support/liveFace";
import { PublicFace } from "../../support/publicFace";

let face: LiveFace;
beforeAll(async () => {
  face = await LiveFace.start();
});
afterAll(() => face.stop());

const svg: Said = [200, { "Content-Type": "image/svg+xml" }, "<svg/>"];
type Part = Partial<PublicHost> & Pick<PublicHost, "service">;

async function lines(part: Part, answers: Readonly<Record<string, Said>>): Promise<string[]> {
  face.answers = answers;
  const host = { host: face.host, url: face.url, plainUrl: undefined, maxBodyBytes: undefined, ...part };
  const found = await runChecks(hostChecks([host], 3000, new Date()));
  return found.map((line) => `${line.outcome} ${line.check}: ${line.found}`.replaceAll(face.host, "HOST"));
}

const toPage = { to: "docs.example.org", type: "host" } as const;
const toUrl = { to: "docs.example.org/status.html", type: "url" } as const;
test.each<[string, Part, Readonly<Record<string, Said>>, string[]]>([
  ["a page", { service: "grafana" }, { "/api/health": [200, {}] }, ["ok page: 200 at /api/health"]],
  ["no page", { service: "grafana" }, {}, ["FAIL page: http://HOST/api/health: status 404; expected: 200"]],
  ["an archive", { service: "archive" }, { "/index.html": [200, {}] }, ["ok page: 200 at /index.html"]],
  [
    "no archive",
    { service: "archive" },
    { "/": [502, {}] },
    ["FAIL page: http://HOST/index.html: status 502; expected: 200"],
  ],
  [
    "a registry",
    { service: "registry" },
    { "/": [200, {}, '{"status": "healthy"}'] },
    ["ok page: 200 at /api/v2.0/health"],
  ],
  [
    "an ill registry",
    { service: "registry" },
    { "/": [200, {}, '{"status":"unhealthy"}'] },
    ["FAIL page: http://HOST/api/v2.0/health: a component is unhealthy; expected: none"],
  ],
  [
    "badges",
    { service: "static" },
    { "/badge": svg },
    ["ok badge: image/svg+xml", "ok badge: image/svg+xml"],
  ],
  [
    "one badge",
    { service: "static" },
    { "/badge.svg": svg },
    ["ok badge: image/svg+xml", "FAIL badge: http://HOST/badge_logo.svg: status 404; expected: 200"],
  ],
  [
    "a badge as a page",
    { service: "static" },
    { "/badge_logo": svg, "/": [200, { "Content-Type": "text/html" }] },
    [
      "FAIL badge: http://HOST/badge.svg: content type text/html; expected: image/svg+xml",
      "ok badge: image/svg+xml",
    ],
  ],
  [
    "a redirect of a host",
    { service: "redirects", target: toPage },
    { "/": ({ url = "" }) => [302, { Location: `https://docs.example.org${url}` }] },
    ["ok redirect: 302 to https://docs.example.org/live-check?a=b"],
  ],
  [
    "a redirect that loses the path",
    { service: "redirects", target: toPage },
    { "/": [302, { Location: "https://docs.example.org/" }] },
    [
      "FAIL redirect: http://HOST/live-check?a=b: status 302, to https://docs.example.org/; expected: 302, to https://docs.example.org/live-check?a=b",
    ],
  ],
  [
    "a redirect to a page",
    { service: "redirects", target: toUrl },
    { "/": [302, { Location: "https://docs.example.org/status.html" }] },
    ["ok redirect: 302 to https://docs.example.org/status.html"],
  ],
  [
    "a redirect that is none",
    { service: "redirects", target: toUrl },
    { "/": [200, {}] },
    [
      "FAIL redirect: http://HOST/: status 200, to nowhere; expected: 302, to https://docs.example.org/status.html",
    ],
  ],
  [
    "a limit of bodies",
    { service: "hub", maxBodyBytes: 64 },
    { "/hub/live-check": [413, {}], "/": [200, {}] },
    ["ok page: 200 at /hub/api/health", "ok body limit: 413 above 64 bytes"],
  ],
  [
    "no limit of bodies",
    { service: "hub", maxBodyBytes: 64 },
    { "/": [200, {}] },
    [
      "ok page: 200 at /hub/api/health",
      "FAIL body limit: http://HOST/hub/live-check: status 200; expected: 413",
    ],
  ],
])("%s", async (_, part, answers, expected) => {
  expect(await lines(part, answers)).toEqual(expected);
});

test.each<[string, Said, string]>([
  ["HTTPS", ({ headers: { host = "" } }) => [301, { Location: `https://${host}/` }], "ok http: 301 to https"],
  [
    "no HTTPS",
    [200, {}],
    "FAIL http: http://HOST/: status 200, to nowhere; expected: a redirect to https://HOST/",
  ],
  [
    "another host",
    [301, { Location: "https://x.example.org/" }],
    "FAIL http: http://HOST/: status 301, to https://x.example.org/; expected: a redirect to https://HOST/",
  ],
])("plain HTTP leads to %s", async (_, answer, expected) => {
  const [line] = await lines({ service: "binder", plainUrl: `${face.url}/` }, { "/": answer });
  expect(line).toBe(expected);
});

test("a certificate that nobody vouches for", async () => {
  const secure = await PublicFace.start(90);
  try {
    const { url } = secure;
    const host = { host: "x", service: "binder", url, plainUrl: undefined, maxBodyBytes: undefined } as const;
    const [line] = await runChecks(hostChecks([host], 2000, new Date()));
    expect(line).toMatchObject({ check: "certificate", outcome: "FAIL" });
    expect(line?.found).toMatch(/^https:.*: the certificate is not valid: .*SELF_SIGNED/);
  } finally {
    await secure.stop();
  }
});

test("where nobody listens, each line names the URL", async () => {
  const [page] = await lines({ service: "grafana", url: "http://127.0.0.1:1" }, {});
  expect(page).toMatch(/^FAIL page: http:\/\/127.0.0.1:1\/api\/health: .*ECONNREFUSED/);
});
