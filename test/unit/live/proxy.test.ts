// Proves: the live tests of the proxy find each fault of one that answers as ours does. test/live/federation has what a real
// HAProxy answers.
import { runChecks } from "../../../live/check";
import { proxyChecks } from "../../../live/proxy";
import { LiveFace, type Said } from "../../support/liveFace";

let face: LiveFace;
beforeAll(async () => {
  face = await LiveFace.start();
});
afterAll(() => face.stop());

const members = ["a", "b"].map((name) => ({ name, url: `https://${name}.example.org` }));
const JSON_TYPE = { "Content-Type": "application/json" };

/** A redirect as the proxy's, to the member that the cookie names, if it is one of `cookie`, else to the one that `owner` names. */
function redirect(
  owner: (path: string) => string = () => "a",
  {
    cookie = ["a", "b"],
    headers = {},
  }: { cookie?: readonly string[]; headers?: Record<string, string> } = {},
): Said {
  return ({ url: path = "", headers: { cookie: sent = "" } }) => {
    const named = /host=(\w+)/.exec(sent)?.[1] ?? "";
    const name = cookie.includes(named) ? named : owner(path);
    return [
      307,
      {
        Location: `https://${name}.example.org${path}`,
        "Access-Control-Allow-Origin": "*",
        "Set-Cookie": `host=${name}; Path=${path}; Max-Age=14400; Secure; HttpOnly; SameSite=Lax`,
        ...headers,
      },
    ];
  };
}

const named = (...names: string[]): string =>
  JSON.stringify({ members: names.map((name) => ({ name, state: "up" })) });
/** The status when b is in that state. */
const withB = (state: string): string =>
  JSON.stringify({
    members: [
      { name: "a", state: "up" },
      { name: "b", state },
    ],
  });
const active = (...names: string[]): string =>
  JSON.stringify({ active_hosts: Object.fromEntries(names.map((name) => [name, {}])) });
const GOOD: Readonly<Record<string, Said>> = {
  "/federation.json": [200, JSON_TYPE, named("a", "b")],
  "/active_hosts": [200, JSON_TYPE, active("a", "b")],
  "/status.json": [200, JSON_TYPE, named("a", "b")],
  "/build/": redirect((path) => (path.includes("/two/") ? "b" : "a")),
  "/": ({ headers: { "content-length": length = "0" } }) => (Number(length) > 8192 ? [413, {}] : [200, {}]),
};

async function lines(answers: Readonly<Record<string, Said>> = {}): Promise<string[]> {
  face.answers = { ...GOOD, ...answers };
  const found = await runChecks(proxyChecks({ url: face.url, members }, 3000));
  return found.map((line) => `${line.outcome} ${line.check}: ${line.found}`.replaceAll(face.host, "HOST"));
}

test("a proxy as ours", async () => {
  expect(await lines()).toEqual([
    "ok federation.json: a, b",
    "ok active_hosts: a, b",
    "ok status.json: a up, b up",
    "ok build redirect: 307 to a, with its cookie",
    "ok affinity: 4 repositories, each twice to the same member",
    "ok cookie: leads to the member that it names: a, b",
    "ok fail-over: cookies that name nobody lead to a member that takes launches",
    "ok body limit: 413 above 999999 bytes",
  ]);
});

const AWAY = { "/active_hosts": [200, JSON_TYPE, active("a")] as const };

test.each(["down", "drained"])(
  "a proxy one of whose members is %s: its cookies lead to another",
  async (state) => {
    const told = { "/status.json": [200, JSON_TYPE, withB(state)] as const };
    const redirects = { "/build/": redirect(undefined, { cookie: ["a"] }) };
    expect(await lines({ ...AWAY, ...told, ...redirects })).toContain(
      "ok fail-over: cookies that name b, nobody lead to a member that takes launches",
    );
  },
);

test("a proxy one of whose members gets no new users: its cookies may lead to it", async () => {
  expect(await lines(AWAY)).toContain(
    "ok fail-over: cookies that name nobody lead to a member that takes launches",
  );
});

let turn = 0;
const ALL = ["build redirect", "affinity", "cookie", "fail-over"];
const expected = "expected: https://a.example.org or https://b.example.org, with the same path";
test.each<[string, Readonly<Record<string, Said>>, string[], string]>([
  [
    "federation.json lacks a member",
    { "/federation.json": [200, {}, named("a")] },
    ["federation.json"],
    "members: a; expected: a, b",
  ],
  [
    "federation.json is a page",
    { "/federation.json": [200, {}, "<html>"] },
    ["federation.json"],
    'found "<html>"; expected: a JSON object',
  ],
  [
    "no member takes launches",
    { "/active_hosts": [200, {}, active()] },
    ["active_hosts", "cookie", "fail-over"],
    "members that take launches: none; expected: at least one of a, b",
  ],
  [
    "a stranger takes launches",
    { "/active_hosts": [200, {}, active("a", "x")] },
    ["active_hosts", "cookie", "fail-over"],
    "launches: a, x; expected: at least one of a, b",
  ],
  [
    "the status is not known",
    { "/status.json": [503, {}, "not known"] },
    ["status.json", "fail-over"],
    "status 503; expected: 200",
  ],
  [
    "the status lacks a member",
    { "/status.json": [200, {}, named("b")] },
    ["status.json"],
    "members: b; expected: a, b",
  ],
  ["no redirect", { "/build/": [503, {}] }, ALL, "status 503; expected: 307"],
  [
    "a redirect to a stranger",
    { "/build/": redirect(() => "x") },
    ["build redirect", "affinity", "fail-over"],
    expected,
  ],
  [
    "a redirect without the path",
    { "/build/": redirect(undefined, { headers: { Location: "https://a.example.org/" } }) },
    ALL,
    expected,
  ],
  [
    "a redirect without a cookie",
    { "/build/": redirect(undefined, { headers: { "Set-Cookie": "x=y" } }) },
    ALL,
    "cookie x=y; expected: host=a, for this path",
  ],
  [
    "a redirect for its own pages",
    { "/build/": redirect(undefined, { headers: { "Access-Control-Allow-Origin": "self" } }) },
    ALL,
    "Access-Control-Allow-Origin self; expected: *",
  ],
  [
    "no affinity",
    { "/build/": redirect(() => (turn++ % 2 === 0 ? "a" : "b")) },
    ["affinity"],
    "expected: the same member twice",
  ],
  [
    "a cookie that counts for nothing",
    { "/build/": redirect(() => "a", { cookie: [] }) },
    ["cookie"],
    "cookie host=b leads to a; expected: b",
  ],
  [
    "a cookie that leads to a member that is away",
    { ...AWAY, "/status.json": [200, {}, withB("down")] },
    ["fail-over"],
    "cookie host=b leads to b; expected: one of a",
  ],
  ["bodies of any length", { "/": [200, {}] }, ["body limit"], "status 200; expected: 413"],
])("%s", async (_, answers, failing, why) => {
  const failed = (await lines(answers)).filter((line) => line.startsWith("FAIL"));
  expect(failed.map((line) => line.slice(5).split(": ")[0])).toEqual(failing);
  for (const line of failed) {
    expect(line).toContain(why);
    expect(line).toContain("http://HOST/");
  }
});
