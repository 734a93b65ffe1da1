// Proves: what the rendered configuration answers on hosts that need no member, with a real HAProxy on loopback. The
// federation itself is in test/live/federation. Does not prove: anything of Kubernetes.
import { HELM_BUILD_MS } from "../support/helm";
import { type Answer, ask, type RunningHaproxy, startHaproxy } from "../support/haproxy";
import { AssembledChart, objectOf } from "../support/metaChart";
import { requireReal } from "../support/real";

const haproxy = requireReal("haproxy", "haproxy");
const describeWithHaproxy = haproxy ? describe : describe.skip;
let chart: AssembledChart;

beforeAll(async () => {
  if (haproxy) chart = await AssembledChart.create();
}, HELM_BUILD_MS);
afterAll(() => {
  if (haproxy) chart.remove();
});

async function start(fixture: string): Promise<RunningHaproxy> {
  const { data = {} } = objectOf(await chart.render(fixture), "ConfigMap", "federation-proxy");
  return startHaproxy("haproxy", data);
}

/** Asks a proxy under a host name. */
type Ask = (host: string, path: string, options?: Parameters<typeof ask>[2]) => Promise<Answer>;
const asking =
  (proxy: () => RunningHaproxy): Ask =>
  (host, path, { method = "GET", headers = {} } = {}) =>
    ask(proxy().port, path, { method, headers: { ...headers, Host: host } });

describeWithHaproxy("redirected hosts", () => {
  let proxy: RunningHaproxy;
  const get = asking(() => proxy);
  beforeAll(async () => {
    proxy = await start("redirects");
  });
  afterAll(() => proxy.stop());

  test("type host keeps path and query", async () => {
    const { status, headers } = await get("old.example.org", "/a/b%20c?d=e&f=%2F");
    expect([status, headers.location]).toEqual([302, "https://new.example.org/a/b%20c?d=e&f=%2F"]);
  });

  // what nginx 1.22 answers with the former configuration (rewrite (.*) https://… redirect) for the same requests
  test.each([
    ["/", ""],
    ["/x", ""],
    ["/x?", ""],
    ["/x?a=1", "?a=1"],
    ["/x?a=1&b=%20c?d", "?a=1&b=%20c?d"],
    ["/a%20b/c?x", "?x"],
    ["/a%3Fb", ""],
  ])("type url drops the path and keeps the query: %s", async (path, query) => {
    const { status, headers } = await get("status.example.org", path);
    expect([status, headers.location]).toEqual([
      302,
      `https://docs.example.org/en/latest/status.html${query}`,
    ]);
  });

  test.each(["@evil.example/", ".evil.example", "*"])(
    "%s is no path to continue the new host with",
    async (path) => {
      const answer = await get("old.example.org", path);
      expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
    },
  );

  test("case and port of the host do not matter", async () => {
    expect(await get("OLD.Example.org:443", "/")).toMatchObject({ status: 302 });
  });
});

describeWithHaproxy("badges", () => {
  let proxy: RunningHaproxy;
  const get = asking(() => proxy);
  beforeAll(async () => {
    proxy = await start("badges");
  });
  afterAll(() => proxy.stop());

  // sizes and colours of the badges that pages embed today; compared with them pixel by pixel when they were drawn
  test.each([
    ["/badge.svg", 92, "#e66581"],
    ["/badge_logo.svg", 109, "#579aca"],
  ])("%s is the badge that pages know", async (path, width, colour) => {
    for (const host of ["static.example.org", "static.other.example.org"]) {
      const { status, headers, body } = await get(host, path);
      expect([status, headers["content-type"], headers["cache-control"]]).toEqual([
        200,
        "image/svg+xml",
        "public, max-age=86400",
      ]);
      expect(body).toMatch(/^<svg .*aria-label="launch binder"/);
      expect(body).toContain(`width="${String(width)}" height="20"`);
      expect(body).toContain(`width="45" height="20" fill="${colour}"`);
    }
  });

  test("nothing else is served", async () => {
    expect(await get("static.example.org", "/")).toMatchObject({ status: 404 });
    expect(await get("static.example.org", "/badge.svg", { method: "POST" })).toMatchObject({ status: 405 });
  });
});

describeWithHaproxy("Binder not found", () => {
  let proxy: RunningHaproxy;
  const get = asking(() => proxy);
  beforeAll(async () => {
    proxy = await start("default-member");
  });
  afterAll(() => proxy.stop());

  test.each([
    ["/user/jovyan-123/lab?token=x", 424],
    ["/", 404],
    ["/hub/error/503?url=%2Fuser%2Fx", 404],
    ["/users", 404],
  ])("%s at any host is %d, with a way on", async (path, status) => {
    const answer = await get("hub.a.example.org", path);
    expect(answer).toMatchObject({ status, headers: { "content-type": "text/html; charset=utf-8" } });
    expect(answer.body).toContain("<title>Binder not found</title>");
    expect(answer.body).toContain('<a href="https://a.example.org">');
  });

  test("health and metrics are on a port of their own", async () => {
    expect(await ask(proxy.adminPort, "/healthz")).toMatchObject({ status: 200 });
    expect((await ask(proxy.adminPort, "/metrics")).body).toContain("haproxy_frontend_http_requests_total");
    expect(await get("hub.a.example.org", "/metrics")).toMatchObject({ status: 404 });
  });
});
