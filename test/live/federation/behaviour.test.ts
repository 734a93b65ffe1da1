// Proves: what the federation's host answers, with the rendered configuration on a real HAProxy, the real agent, and
// members on loopback that imitate BinderHub. Does not prove: TLS to members, name resolution, the kubelet's probes.
import { type AddressInfo, connect } from "node:net";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { runChecks } from "../../../live/check";
import { proxyChecks } from "../../../live/proxy";
import { HELM_BUILD_MS } from "../../support/helm";
import { ask } from "../../support/haproxy";
import { AssembledChart, objectOf } from "../../support/metaChart";
import { requireReal } from "../../support/real";
import { HOST, memberOf, membersAt, Replica, spread, startMembers, until } from "../../support/federation";

const describeWithHaproxy = requireReal("haproxy", "haproxy") ? describe : describe.skip;
const LAUNCH = "/build/gh/Owner/Repo/main?urlpath=lab%2Ftree&a=b";

describeWithHaproxy("the federation's host", () => {
  let members: Awaited<ReturnType<typeof startMembers>>;
  let replica: Replica;
  beforeAll(async () => {
    const chart = await AssembledChart.create();
    members = await startMembers();
    const objects = await chart.renderValues("federation", { federationProxy: membersAt(members) });
    chart.remove();
    replica = await Replica.start(objectOf(objects, "ConfigMap", "federation-proxy").data ?? {});
    await until(
      () => replica.metric("federation_last_round_timestamp_seconds"),
      (at) => at !== undefined,
    );
  }, HELM_BUILD_MS);
  afterAll(async () => {
    await replica.stop();
    for (const member of Object.values(members)) await member.close();
  });
  const to = async (path: string, cookie?: string): Promise<string | undefined> =>
    memberOf(await replica.get(path, cookie === undefined ? {} : { headers: { Cookie: cookie } }), members);

  describe("a launch", () => {
    test("is redirected with path and query untouched, for pages of any site, and sticks", async () => {
      const { status, headers } = await replica.get(LAUNCH);
      const owner = memberOf({ headers }, members) as "a" | "b";
      expect(status).toBe(307);
      expect(headers.location).toBe(`http://${members[owner].host}${LAUNCH}`);
      expect(headers).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-headers": "cache-control",
        "set-cookie": [
          `host=${owner}; Path=/build/gh/Owner/Repo/main; Max-Age=14400; Secure; HttpOnly; SameSite=Lax`,
        ],
      });
    });

    test("has one member for every ref of a GitHub repository, in any case; repositories are spread", async () => {
      const counts = await spread(replica, members);
      // weights 50 and 100 of 200 repositories: 67 expected, standard deviation 7
      expect(Object.keys(counts).sort()).toEqual(["a", "b"]);
      expect(counts["a"]).toBeGreaterThan(35);
      expect(counts["a"]).toBeLessThan(100);
      const owner = await to("/build/gh/Owner/Repo/main");
      for (const ref of ["HEAD", "feature/x", "50533eb", "v1.0?x=/build/gh/other/repo"]) {
        expect(await to(`/build/gh/owner/REPO/${ref}`)).toBe(owner);
      }
    });

    test("of another provider is hashed with its ref", async () => {
      const owners = new Set<string | undefined>();
      for (let ref = 0; ref < 20; ref++) {
        owners.add(await to(`/build/git/https%3A%2F%2Fexample.org%2Fr/${String(ref)}`));
      }
      expect([...owners].sort()).toEqual(["a", "b"]);
    });

    test("goes where its cookie says, to a member of weight 0 too, if that is one of ours", async () => {
      const owner = await to(LAUNCH);
      for (const name of ["a", "b", "c"]) expect(await to(LAUNCH, `host=${name}`)).toBe(name);
      for (const forged of [
        "d",
        "https://evil.example",
        ":digest",
        ":pages",
        "route:pages",
        "a|x",
        "",
        "99999",
      ]) {
        expect(await to(LAUNCH, `host=${forged}`)).toBe(owner);
      }
    });

    test("follows no cookie that is a slot's number: a cookie names a member", async () => {
      const table = readFileSync(join(replica.haproxy.folder, "table.map"), "utf8");
      const owner = await to(LAUNCH);
      const [, slot] = (owner === "a" ? /^(\d+) b\|/m : /^(\d+) a\|/m).exec(table) ?? [];
      expect(slot).toBeDefined();
      expect(await to(LAUNCH, `host=${String(slot)}`)).toBe(owner);
    });

    test("is counted by member and by what chose it", async () => {
      const before = (await replica.metric('federation_redirects_total{member="c",reason="cookie"}')) ?? 0;
      await to(LAUNCH, "host=c");
      await until(
        () => replica.metric('federation_redirects_total{member="c",reason="cookie"}'),
        (count) => (count ?? 0) > before,
      );
      expect(await replica.metric('federation_redirects_total{member="c",reason="table"}')).toBe(0);
    });

    test.each([
      ["HEAD", 307],
      ["OPTIONS", 204],
      ["POST", 405],
      ["PUT", 405],
      ["DELETE", 405],
    ])("by %s is %d, readable from any site", async (method, status) => {
      const answer = await replica.get(LAUNCH, { method });
      expect(answer).toMatchObject({ status, headers: { "access-control-allow-origin": "*" } });
    });

    test("with a body is refused", async () => {
      expect(await replica.get(LAUNCH, { headers: { "Content-Length": "0" } })).toMatchObject({
        status: 307,
      });
      const answer = await raw(`GET ${LAUNCH} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 5\r\n\r\nhello`);
      expect(answer).toMatch(/^HTTP\/1.1 413 .*access-control-allow-origin: \*/is);
    });
  });

  describe("a hostile launch", () => {
    test.each([
      "/build/gh/o/r/x;Domain=example.org",
      "/build/gh/o/r/x%0d%0aSet-Cookie:%20a=b",
      "/build//evil.example/x",
      "/build/../../evil.example",
      "/build/https:%2F%2Fevil.example/%2e%2e",
      "/build/gh/%2F%2Fevil.example/r/x",
      "/build/gh/@evil.example/r/x",
      "/build/\\evil.example",
      "/build/gh/\"'<>`{}|^/r/x",
      "/build/gh",
      "/build/gh/",
      "/build/",
      `/build/gh/o/r/${"x".repeat(2000)}`,
    ])("%s stays below /build/ of a member and adds nothing", async (path) => {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
      const location = /^location: (.*)$/im.exec(answer)?.[1];
      const ours = ["a", "b"].map((name) => `http://${members[name as "a" | "b"].host}${path}`);
      expect(ours).toContain(location);
      const cookies = answer.match(/^set-cookie: .*$/gim) ?? [];
      expect(cookies.length).toBe(path.includes(";") || path.length > 1024 ? 0 : 1);
      expect(cookies.every((cookie) => cookie.endsWith("SameSite=Lax"))).toBe(true);
    });

    test.each([
      ["bytes that are not UTF-8", "/build/gh/o/r/\xff\xfe"],
      ["a line break", "/build/gh/o/r/x\r\nX-Evil: 1"],
      ["a tab", "/build/gh/o/r/\tx"],
      ["16 kB", `/build/gh/o/r/${"y".repeat(16_384)}`],
      ["15 kB", `/build/gh/o/r/${"y".repeat(15_000)}`],
    ])("with %s leads nowhere else, and the proxy goes on", async (_, path) => {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
      const [head = ""] = answer.split("\r\n\r\n");
      expect(head).toMatch(/^HTTP\/1.[01] (307|4\d\d|500) /);
      for (const [, location = ""] of head.matchAll(/^location: (.*)$/gim)) {
        expect(location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/build\/gh\/o\/r\//);
      }
      expect(head).not.toMatch(/^x-evil/im);
      expect(await to(LAUNCH)).toBeDefined();
    });

    test.each(["//evil.example/build/x", "/%2F/evil.example", "/\\evil.example", "/.//evil.example/%2f.."])(
      "a page %s is a page",
      async (path) => {
        const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1.1 200 /);
        expect(answer).not.toMatch(/^location:/im);
      },
    );

    test.each(["@evil.example/", "evil.example", "*", "http:evil.example"])(
      "a target %s that is no path is refused",
      async (target) => {
        const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1.[01] 4\d\d /);
        expect(answer).not.toMatch(/^location:/im);
      },
    );

    test("headers without end are cut off", async () => {
      const many = Array.from({ length: 300 }, (_, index) => `X-${String(index)}: y\r\n`).join("");
      expect(await raw(`GET ${LAUNCH} HTTP/1.1\r\nHost: ${HOST}\r\n${many}\r\n`)).toMatch(
        /^HTTP\/1.[01] 4\d\d /,
      );
      const long = `X: ${"y".repeat(40_000)}\r\n`;
      expect(await raw(`GET ${LAUNCH} HTTP/1.1\r\nHost: ${HOST}\r\n${long}\r\n`)).toMatch(
        /^HTTP\/1.[01] 4\d\d /,
      );
    });
  });

  describe("pages", () => {
    beforeEach(() => {
      for (const { seen } of Object.values(members)) seen.splice(0);
    });

    test("come from the first member in order, which sees who asked for what, and from where", async () => {
      const headers = { Origin: "https://x", "X-Forwarded-For": "198.51.100.7" };
      const { status, body } = await replica.get("/v2/gh/o/r/main?labpath=x%20y", { headers });
      expect([status, body]).toEqual([200, "b 0"]);
      expect(members.b.seen).toMatchObject([
        {
          method: "GET",
          url: "/v2/gh/o/r/main?labpath=x%20y",
          headers: {
            host: members.b.host,
            "x-forwarded-host": HOST,
            "x-forwarded-for": "198.51.100.7",
            origin: `https://${HOST}`,
          },
        },
      ]);
    });

    test("a client without X-Forwarded-For gets one", async () => {
      await replica.get("/about");
      expect(members.b.seen).toMatchObject([{ headers: { "x-forwarded-for": "127.0.0.1" } }]);
    });

    test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s gets through", async (method) => {
      expect(await replica.get("/api/x", { method })).toMatchObject({ status: 200 });
      expect(members.b.seen).toMatchObject([{ method }]);
    });

    test("a body gets through up to 8 KiB, and not at all without a size", async () => {
      expect(await post(8192)).toEqual([200, "b 8192"]);
      expect(await raw(`POST /api HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 8193\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 413 /,
      );
      const chunked = `POST /api HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`;
      expect(await raw(chunked)).toMatch(/^HTTP\/1.1 411 /);
    });

    test("a body that does not fit a buffer beside long headers is refused, and no member sees it", async () => {
      const long = "x".repeat(9000);
      expect(await post(6000, { "X-Long": long })).toEqual([200, "b 6000"]);
      members.b.seen.splice(0);
      expect((await post(8192, { "X-Long": long }))[0]).toBe(413);
      expect(members.b.seen).toEqual([]);
    });

    test("a stream of events arrives as it is made", async () => {
      const headers = { Host: HOST, Accept: "text/event-stream" };
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port: replica.haproxy.port, path: "/events/1", headers });
        sent.on("response", resolve).on("error", reject).end();
      });
      const parts: string[] = [];
      for await (const chunk of response) {
        parts.push(String(chunk));
        // the member ends the stream only now: the first part did not wait for the last
        members.b.finish();
      }
      expect(parts).toEqual(['data: {"phase": "building"}\n\n', 'data: {"phase": "ready"}\n\n']);
    });

    test.each(["a:@b", "a@b", "x y", "a/b", "a\\b", "[::1]", "a:99999999"])(
      "a host %s, below ours or not, reaches no member",
      async (host) => {
        for (const asked of [host, `${HOST}:${host}`, `${HOST}${host.slice(1)}`]) {
          const answer = await raw(`GET /about HTTP/1.1\r\nHost: ${asked}\r\nConnection: close\r\n\r\n`);
          expect(answer).toMatch(/^HTTP\/1.[01] 4\d\d /);
        }
        expect(members.b.seen).toEqual([]);
      },
    );

    test("a host with a port is ours", async () => {
      const answer = await raw(`GET /about HTTP/1.1\r\nHost: ${HOST}:443\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 200 /);
    });

    test("another protocol than websockets is not asked for on behalf of anybody", async () => {
      await raw(
        `GET /about HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
          "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
      );
      expect(members.b.seen).toMatchObject([{ method: "GET", url: "/about" }]);
      expect(members.b.seen[0]?.headers).not.toHaveProperty("upgrade");
      expect(members.b.seen[0]?.headers).not.toHaveProperty("http2-settings");
    });

    test("HTTP/2, whose bodies need no length, is not spoken", async () => {
      expect(await raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0")).toMatch(
        /^HTTP\/1.[01] 4\d\d /,
      );
    });

    test("a websocket is passed on", async () => {
      const upgrade =
        `GET /ws HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
      const socket = connect(replica.haproxy.port, "127.0.0.1");
      let received = "";
      const echoed = new Promise<void>((resolve) => {
        socket.on("data", (chunk: Buffer) => {
          received += chunk.toString();
          if (received.endsWith("\r\n\r\n")) socket.write("ping");
          if (received.endsWith("ping")) resolve();
        });
      });
      socket.write(upgrade);
      await echoed;
      socket.destroy();
      expect(received).toMatch(/^HTTP\/1.1 101 /);
    });
  });

  test.each([
    ["/badge.svg", "https://static.example.org/badge.svg"],
    ["/assets/images/badge.svg", "https://static.example.org/badge.svg"],
    ["/badge_logo.svg", "https://static.example.org/badge_logo.svg"],
  ])("%s moved to %s", async (path, location) => {
    expect(await replica.get(path)).toMatchObject({ status: 301, headers: { location } });
  });

  test("federation.json lists the members for pages of any site", async () => {
    const { status, headers, body } = await replica.get("/federation.json");
    expect([status, headers["content-type"], headers["access-control-allow-origin"]]).toEqual([
      200,
      "application/json",
      "*",
    ]);
    expect(JSON.parse(body)).toEqual({
      members: [{ name: "a", url: "https://a.example.org", lifecycle: "active", sponsor: "Example" }],
    });
  });

  test("active_hosts has the members that take launches", async () => {
    const { headers, body } = await replica.get("/active_hosts");
    expect(headers["content-type"]).toBe("application/json");
    const described = (name: "a" | "b", weight: number): object => {
      const url = `http://${members[name].host}`;
      return { prime: name === "b", url, weight, health: `${url}/health`, versions: `${url}/versions` };
    };
    expect(JSON.parse(body)).toEqual({ active_hosts: { a: described("a", 50), b: described("b", 100) } });
  });

  test("is what the live tests expect of a proxy", async () => {
    for (const path of ["/active_hosts", "/status.json"]) {
      await until(
        () => replica.get(path),
        ({ status }) => status === 200,
      );
    }
    const [url, stop] = await withoutName(replica.haproxy.port);
    try {
      const listed = Object.values(members).map(({ name, host }) => ({ name, url: `http://${host}` }));
      const lines = await runChecks(proxyChecks({ url, members: listed }, 5000));
      expect(
        lines.map(({ check, outcome, found }) => `${outcome} ${check}: ${found.replace(url, "")}`),
      ).toEqual([
        // what the fixture lists is another federation's
        "FAIL federation.json: /federation.json: members: a; expected: a, b, c",
        "ok active_hosts: b, a",
        expect.stringMatching(/^ok status.json: b \w+, a \w+, c \w+$/),
        expect.stringMatching(/^ok build redirect: 307 to [ab], with its cookie$/),
        "ok affinity: 4 repositories, each twice to the same member",
        "ok cookie: leads to the member that it names: b, a",
        "ok fail-over: cookies that name nobody lead to a member that takes launches",
        "ok body limit: 413 above 999999 bytes",
      ]);
    } finally {
      stop();
    }
  });

  test("metrics in public are the federation's, not HAProxy's", async () => {
    const { body } = await replica.get("/metrics");
    expect(body).toContain('federation_member_up{member="a"} 1');
    expect(body).not.toContain("haproxy_");
    expect((await ask(replica.haproxy.adminPort, "/metrics")).body).toContain(
      'haproxy_server_check_status{proxy="a",server="a"',
    );
  });

  function post(size: number, more: Record<string, string> = {}): Promise<[number, string]> {
    return new Promise((resolve, reject) => {
      const headers = { ...more, Host: HOST, "Content-Length": String(size) };
      const options = {
        host: "127.0.0.1",
        port: replica.haproxy.port,
        path: "/api",
        method: "POST",
        headers,
      };
      const sent = request(options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () => {
          resolve([response.statusCode ?? 0, body]);
        });
      });
      sent.on("error", reject).end(Buffer.alloc(size));
    });
  }

  /** Sends bytes as they are and resolves with all that comes until the other side, or a second of silence, ends it. */
  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(replica.haproxy.port, "127.0.0.1");
      let received = "";
      socket.setTimeout(1000, () => socket.destroy());
      socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
      socket.on("close", () => {
        resolve(received);
      });
      socket.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
      });
      socket.write(Buffer.from(text, "latin1"));
    });
  }
});

/** A server that asks HAProxy for the federation's host, whatever it is asked for: nothing resolves that name here. */
async function withoutName(port: number): Promise<[url: string, stop: () => void]> {
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const passed = request(
      { host: "127.0.0.1", port, method, path: url, headers: { ...headers, host: HOST } },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 0, reply.headers);
        reply.pipe(answer);
      },
    );
    passed.on("error", () => answer.destroy());
    passed.flushHeaders();
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return [
    `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    () => {
      server.closeAllConnections();
      server.close();
    },
  ];
}
