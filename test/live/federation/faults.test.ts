// Proves: what the federation proxy does when members, the agent or a replica fail, with the real HAProxy and agent. Every
// wait has a generous end and no time is asserted: `npm run bench -- proxy` measures. Does not prove: lost networks.
import { Agent } from "node:http";
import { connect } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HELM_BUILD_MS } from "../../support/helm";
import { ask } from "../../support/haproxy";
import { AssembledChart, objectOf } from "../../support/metaChart";
import type { FakeMember, MemberBehaviour } from "../../support/member";
import { requireReal } from "../../support/real";
import {
  failedOf,
  HOST,
  memberOf,
  membersAt,
  Replica,
  spread,
  startMembers,
  until,
} from "../../support/federation";

const describeWithHaproxy = requireReal("haproxy", "haproxy") ? describe : describe.skip;
const COMMITS = 'federation_table_commits_total{result="committed"}';
const LAUNCH = "/build/gh/Owner/Repo/main";

/** A connection on which `first` and then a byte each half second are sent: answered with this status, and closed. */
async function letsGo(replica: Replica, first: string, status: number): Promise<void> {
  const socket = connect(replica.haproxy.port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString())).on("error", () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    socket.on("close", () => {
      resolve(true);
    });
    setTimeout(resolve, 25_000, false).unref();
  });
  socket.write(first);
  const drip = setInterval(() => socket.write("x"), 500);
  const letGo = await ended;
  clearInterval(drip);
  socket.destroy();
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
  expect(letGo).toBe(true);
}

describeWithHaproxy("a fault", () => {
  let chart: AssembledChart;
  let members: Record<"a" | "b" | "c", FakeMember>;
  const replicas: Replica[] = [];
  beforeAll(async () => {
    chart = await AssembledChart.create();
  }, HELM_BUILD_MS);
  afterAll(() => {
    chart.remove();
  });
  beforeEach(async () => {
    members = await startMembers();
  });
  afterEach(async () => {
    for (const replica of replicas.splice(0)) await replica.stop();
    for (const member of Object.values(members)) await member.close();
  });

  async function start(
    agent: Record<string, unknown> = {},
    args: readonly string[] = [],
    of: typeof members = members,
  ): Promise<Replica> {
    const objects = await chart.renderValues("federation", { federationProxy: membersAt(of, agent) });
    const files = objectOf(objects, "ConfigMap", "federation-proxy").data ?? {};
    const replica = await Replica.start(files, { args });
    replicas.push(replica);
    await until(
      () => replica.metric("federation_last_round_timestamp_seconds"),
      (at) => at !== undefined,
    );
    return replica;
  }
  const ownersOf = async (replica: Replica, of = members): Promise<string[]> =>
    Object.keys(await spread(replica, of, 60)).sort();
  const untilOwners = (replica: Replica, owners: string[], of = members): Promise<string[]> =>
    until(
      () => ownersOf(replica, of),
      (found) => found.join() === owners.join(),
    );

  describe("of a member", () => {
    const FAULTS: readonly [string, Partial<MemberBehaviour>, string][] = [
      ["hangs", { answers: "hang" }, "reachable"],
      ["resets connections", { answers: "reset" }, "reachable"],
      ["is slower than the limit", { delayMs: 3000 }, "reachable"],
      ["answers 500", { answers: "500" }, "answers"],
      ["sends broken JSON", { answers: "brokenJson" }, "answers"],
      ["sends megabytes", { answers: "hugeJson" }, "answers"],
      ["sends thousands of checks", { answers: "manyChecks" }, "answers"],
      ["switches to another protocol", { answers: "upgrade" }, "answers"],
      ["has lost its registry", { registryOk: false }, "Docker registry"],
      ["has no room left", { used: 96 }, "Pod quota"],
      ["has a quota of 0", { quota: 0 }, "Pod quota"],
    ];

    /** A federation of its own, whose member b has a fault for a while. */
    async function faultOf(fault: Partial<MemberBehaviour>, check: string): Promise<void> {
      const own = await startMembers();
      const replica = await start({}, [], own);
      const becomes = (series: string, wanted: number): Promise<unknown> =>
        until(
          () => replica.metric(series),
          (value) => value === wanted,
        );
      const series = `federation_member_check{member="b",check="${check}"}`;
      try {
        Object.assign(own.b.behaviour, fault);
        await untilOwners(replica, ["a"], own);
        await becomes(series, 0);
        expect(memberOf(await replica.get(LAUNCH, { headers: { Cookie: "host=b" } }), own)).toBe("a");
        const well = { answers: "well", delayMs: 0, registryOk: true, used: 10, quota: 100 } as const;
        Object.assign(own.b.behaviour, well);
        await untilOwners(replica, ["a", "b"], own);
        // each by itself: on a busy machine a round may time out once more
        await becomes(series, 1);
        await becomes('federation_member_up{member="b"}', 1);
      } finally {
        for (const member of Object.values(own)) await member.close();
      }
    }

    test("that fails in any way: no launches while it lasts, and a metric that goes back", async () => {
      const cases = FAULTS.map(([what, fault, check]) => [what, () => faultOf(fault, check)] as const);
      expect(await failedOf(Object.fromEntries(cases))).toEqual({});
    }, 300_000);

    test("that refuses connections: launches, cookies and pages go to another, and return", async () => {
      const replica = await start();
      await members.b.close();
      await untilOwners(replica, ["a"]);
      expect(memberOf(await replica.get(LAUNCH, { headers: { Cookie: "host=b" } }), members)).toBe("a");
      expect((await replica.get("/about")).body).toBe("a 0");
      await members.b.open();
      await untilOwners(replica, ["a", "b"]);
      await until(
        () => replica.get("/about"),
        ({ body }) => body === "b 0",
      );
    });

    test("that is down while the agent is dead: HAProxy takes the second choice by itself", async () => {
      const replica = await start();
      await replica.killAgent();
      await members.b.close();
      await untilOwners(replica, ["a"]);
      await members.b.open();
      await untilOwners(replica, ["a", "b"]);
    });

    test("that has other versions: tolerated for the window, then left out, but not below the floor", async () => {
      const replica = await start({ skewMinutes: 0.05, capacityFloor: 200 });
      members.b.behaviour.versions = { binderhub: "1.0", builder: "repo2docker:0" };
      await until(
        () => replica.metric('federation_member_check{member="b",check="versions"}'),
        (ok) => ok === 0,
      );
      await untilOwners(replica, ["a"]);
      // 300 launches in all: without a second one 100 would be left
      members.a.behaviour.versions = { binderhub: "1.0", builder: "repo2docker:0" };
      await new Promise((resolve) => setTimeout(resolve, 5000));
      expect(await ownersOf(replica)).toEqual(["a"]);
      members.b.behaviour.versions = { binderhub: "1.0", builder: "repo2docker:1" };
      await untilOwners(replica, ["b"]);
    });

    test("that flaps does not come back before it is well for some rounds", async () => {
      const replica = await start({ rise: 3, fall: 1 });
      members.b.behaviour.registryOk = false;
      await untilOwners(replica, ["a"]);
      const commits = await replica.metric(COMMITS);
      for (let flap = 0; flap < 3; flap++) {
        const { asked } = members.b;
        members.b.behaviour.registryOk = flap % 2 === 0;
        // the agent's two requests of a round; HAProxy's own may be among them
        await until(
          () => Promise.resolve(members.b.asked),
          (count) => count >= asked + 2,
        );
      }
      members.b.behaviour.registryOk = false;
      expect(await replica.metric(COMMITS)).toBe(commits);
    });

    test("fills up: it gets fewer new repositories before it gets none", async () => {
      const replica = await start();
      const share = 'federation_member_share{member="b"}';
      const before = (await replica.metric(share)) ?? 0;
      members.b.behaviour.used = 90;
      await until(
        () => replica.metric(share),
        (value) => value !== undefined && value > 0 && value < before * 0.8,
      );
      expect(await ownersOf(replica)).toEqual(["a", "b"]);
    });
  });

  test("of a synthetic launch takes the member out until it succeeds again, or is too old to count", async () => {
    const replica = await start();
    replica.setInput("launches.json", { b: { ok: false, at: new Date().toISOString() } });
    await untilOwners(replica, ["a"]);
    expect(await replica.metric('federation_member_check{member="b",check="launch"}')).toBe(0);
    replica.setInput("launches.json", { b: { ok: false, at: "2020-01-01T00:00:00Z" } });
    await untilOwners(replica, ["a", "b"]);
    expect(await replica.metric('federation_member_check{member="b",check="launch"}')).toBeUndefined();
  });

  test("of every member at once: a page says so, also for a launch, and the agent's table stays", async () => {
    const replica = await start();
    for (const member of Object.values(members)) await member.close();
    const launch = await until(
      () => replica.get(LAUNCH),
      ({ status }) => status === 503,
    );
    expect(launch.headers).toMatchObject({ "access-control-allow-origin": "*", "retry-after": "30" });
    expect(launch.headers["set-cookie"]).toBeUndefined();
    const page = await until(
      () => replica.get("/"),
      ({ status }) => status === 503,
    );
    for (const { body } of [launch, page]) expect(body).toContain("<title>Binder is not available</title>");
    const table = readFileSync(join(replica.haproxy.folder, "table.map"), "utf8");
    expect(table).toContain(members.b.host);
    await members.b.open();
    await untilOwners(replica, ["b"]);
  });

  test("of every member's health: launches go on to those that answer, and a metric says so", async () => {
    const replica = await start();
    expect(await replica.metric("federation_last_resort")).toBe(0);
    for (const { behaviour } of Object.values(members)) behaviour.registryOk = false;
    await until(
      () => replica.metric("federation_last_resort"),
      (value) => value === 1,
    );
    expect(await ownersOf(replica)).toEqual(["a", "b", "c"]);
    expect((await replica.get(LAUNCH)).status).toBe(307);
    members.a.behaviour.registryOk = true;
    await untilOwners(replica, ["a"]);
  });

  test("of all quotas: launches go on, for the members know best when there is no room", async () => {
    const replica = await start();
    for (const { behaviour } of Object.values(members)) behaviour.used = 100;
    await until(
      () => replica.metric("federation_last_resort"),
      (value) => value === 1,
    );
    expect(await ownersOf(replica)).toEqual(["a", "b", "c"]);
  });

  test("by launches that no count of pods shows yet: a member keeps as much free as may arrive", async () => {
    const replica = await start({ quotaSeconds: 60 });
    for (const { behaviour } of Object.values(members)) behaviour.used = 60;
    const check = 'federation_member_check{member="b",check="Pod quota"}';
    expect(await replica.metric(check)).toBe(1);
    // over some seconds, so that only a window of many sees them together
    await until(
      async () => {
        for (let launch = 0; launch < 10; launch++) await replica.get(LAUNCH);
        await new Promise((resolve) => setTimeout(resolve, 500));
        return await replica.metric(check);
      },
      (value) => value === 0,
    );
  });

  /** Opens all members and asks until the agent, too, calls them well; gives what was not redirected once HAProxy saw one. */
  async function failuresAfterOutage(replica: Replica): Promise<number[]> {
    for (const member of Object.values(members)) await member.open();
    await until(
      async () => (await ask(replica.haproxy.adminPort, "/metrics")).body,
      (body) => body.includes('haproxy_server_status{proxy="a",server="a",state="UP"} 1'),
    );
    const failed: number[] = [];
    await until(
      async () => {
        const { status } = await replica.get(LAUNCH);
        if (status !== 307) failed.push(status);
        return replica.metric('federation_member_up{member="a"}');
      },
      (value) => value === 1,
    );
    return failed;
  }

  test("that has ended everywhere is no second one: launches go on as soon as HAProxy sees a member", async () => {
    const replica = await start({ rise: 8 });
    for (const member of Object.values(members)) await member.close();
    await until(
      () => replica.metric('federation_member_up{member="a"}'),
      (value) => value === 0,
    );
    await until(
      () => replica.get(LAUNCH),
      ({ status }) => status === 503,
    );
    expect(await failuresAfterOutage(replica)).toEqual([]);
  });

  test("in which the agent is started again ends with everybody in service", async () => {
    const replica = await start({ rise: 8 });
    for (const member of Object.values(members)) await member.close();
    await until(
      () => replica.metric('federation_member_up{member="a"}'),
      (value) => value === 0,
    );
    await replica.killAgent();
    replica.startAgent();
    await until(
      () => replica.metric('federation_member_check{member="a",check="reachable"}'),
      (value) => value === 0,
    );
    await until(
      () => replica.get(LAUNCH),
      ({ status }) => status === 503,
    );
    expect(await failuresAfterOutage(replica)).toEqual([]);
  });

  describe("of the BinderHub behind an ingress that goes on", () => {
    test.each([502, 503, 504])(
      "which answers %d: pages come from the next member, and nobody sees it",
      async (status) => {
        const replica = await start();
        expect((await replica.get("/about")).body).toBe("b 0");
        members.b.behaviour.ingressAnswers = status;
        const answers: string[] = [];
        for (let request = 0; request < 30; request++) {
          const answer = await replica.get("/about");
          answers.push(`${String(answer.status)} ${answer.body}`);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        expect(new Set(answers)).toEqual(new Set(["200 a 0"]));
      },
    );

    test("that hangs: a page that was under way comes from the next member after ten seconds", async () => {
      const replica = await start();
      expect((await replica.get("/about")).body).toBe("b 0");
      members.b.behaviour.pagesHang = true;
      const asked = performance.now();
      expect(await replica.get("/about")).toMatchObject({ status: 200, body: "a 0" });
      expect(performance.now() - asked).toBeLessThan(30_000);
    });

    test("everywhere: a page of our own, also before anybody knows", async () => {
      const replica = await start();
      for (const { behaviour } of Object.values(members)) behaviour.ingressAnswers = 502;
      for (let request = 0; request < 30; request++) {
        const { status, headers, body } = await replica.get("/about");
        expect([status, headers["retry-after"]]).toEqual([503, "30"]);
        expect(body).toContain("<title>Binder is not available</title>");
        expect(body).toContain("That is a problem of mybinder.org");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });

    test("a member's own word on its health is passed on as it is", async () => {
      const replica = await start();
      members.b.behaviour.registryOk = false;
      const { status, body } = await replica.get("/health");
      expect(status).toBe(503);
      expect(body).toContain('"service":"Docker registry","ok":false');
    });
  });

  describe("by a flood", () => {
    test("of connections: the probes of the admin port are still answered", async () => {
      const values = membersAt(members);
      const objects = await chart.renderValues("federation", { federationProxy: values });
      const replica = await Replica.start(objectOf(objects, "ConfigMap", "federation-proxy").data ?? {}, {
        // the same shape at a hundredth of the size
        edit: (config) => config.replace("maxconn 4000", "maxconn 40").replace("maxconn 3800", "maxconn 38"),
      });
      replicas.push(replica);
      const sockets = Array.from({ length: 60 }, () => connect(replica.haproxy.port, "127.0.0.1"));
      for (const socket of sockets) socket.on("error", () => undefined).write("GET /");
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const answer = await Promise.race([
        ask(replica.haproxy.adminPort, "/healthz"),
        new Promise((resolve) => setTimeout(resolve, 2000, "no answer")),
      ]);
      for (const socket of sockets) socket.destroy();
      expect(answer).toMatchObject({ status: 200 });
    });

    const BODIES: readonly [string, string, string, number, number][] = [
      ["a small one, from its first byte", "/api", `Content-Length: 1000`, 0, 408],
      ["one that is there but for its end", "/api", `Content-Length: 8000`, 7900, 408],
      ["one of which more than a buffer is there", "/api", `Content-Length: 1000000`, 40_000, 413],
      ["one of no size", "/api", `Transfer-Encoding: chunked`, 0, 411],
      ["one that follows long headers", "/api", `X: ${"x".repeat(9000)}\r\nContent-Length: 8000`, 7900, 413],
      ["one of a launch", LAUNCH, `Content-Length: 1000000`, 40_000, 413],
      ["one to the agent", "/metrics", `Content-Length: 1000000`, 40_000, 413],
      ["one of no size to the agent", "/metrics", `Transfer-Encoding: chunked`, 0, 413],
    ];

    test("of slow bodies: each is let go", async () => {
      const replica = await start();
      const cases = BODIES.map(([what, path, headers, first, status]) => {
        const method = path === "/api" ? "POST" : "GET";
        const head = `${method} ${path} HTTP/1.1\r\nHost: ${HOST}\r\n${headers}\r\n\r\n`;
        return [what, () => letsGo(replica, head + "x".repeat(first), status)] as const;
      });
      expect(await failedOf(Object.fromEntries(cases), BODIES.length)).toEqual({});
    });
  });

  describe("of a member's health page alone", () => {
    test("that takes 11 s, as BinderHub's does while its hub hangs: named, and the member stays", async () => {
      const replica = await start();
      members.b.behaviour.healthDelayMs = 11_000;
      await until(
        () => replica.metric('federation_member_check{member="b",check="health"}'),
        (value) => value === 0,
      );
      const since = Date.now();
      while (Date.now() - since < 6000) {
        expect(await replica.metric('federation_member_up{member="b"}')).toBe(1);
        expect(await replica.metric('federation_member_check{member="b",check="reachable"}')).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect(await ownersOf(replica)).toEqual(["a", "b"]);
      // and what it says in the end counts, under its name
      members.b.behaviour.registryOk = false;
      await untilOwners(replica, ["a"]);
      expect(await replica.metric('federation_member_check{member="b",check="Docker registry"}')).toBe(0);
    });

    test("that is silent for longer than the patience: it is left, and back when it answers", async () => {
      const replica = await start({ healthPatienceSeconds: 3, quotaSeconds: 1 });
      members.b.behaviour.healthDelayMs = 60_000;
      await untilOwners(replica, ["a"]);
      expect(await replica.metric('federation_member_check{member="b",check="reachable"}')).toBe(1);
      members.b.behaviour.healthDelayMs = 0;
      await untilOwners(replica, ["a", "b"]);
    });

    test("that repeats its last count between two failures: the member does not come back in between", async () => {
      const replica = await start({ quotaSeconds: 4 });
      // as BinderHub with an API server that does not answer
      members.b.behaviour.healthStatus = (asked) => (asked % 3 === 0 ? undefined : 500);
      await untilOwners(replica, ["a"]);
      members.b.behaviour.healthStatus = (asked) => (asked % 4 === 0 ? 500 : undefined);
      const since = Date.now();
      while (Date.now() - since < 10_000) {
        expect(await replica.metric('federation_member_up{member="b"}')).toBe(0);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      members.b.behaviour.healthStatus = () => undefined;
      await untilOwners(replica, ["a", "b"]);
    });
  });

  describe("of the agent", () => {
    test("that is killed: the last good table stays, also when HAProxy is restarted", async () => {
      const replica = await start();
      replica.setTraffic({ b: { drain: true } });
      await untilOwners(replica, ["a"]);
      await replica.killAgent();
      expect(await ownersOf(replica)).toEqual(["a"]);
      expect(readFileSync(join(replica.haproxy.folder, "table.map"), "utf8")).not.toMatch(/^b /m);
      replica.startAgent();
      replica.setTraffic({});
      await untilOwners(replica, ["a", "b"]);
    });

    test("that is stopped: launches go on, and it catches up", async () => {
      const replica = await start();
      replica.agent?.kill("SIGSTOP");
      members.b.behaviour.registryOk = false;
      expect(await ownersOf(replica)).toEqual(["a", "b"]);
      replica.agent?.kill("SIGCONT");
      await untilOwners(replica, ["a"]);
    });

    test("that dies at every start: its supervisor stays, so the pod stays in service", async () => {
      const replica = await start();
      await replica.killAgent();
      writeFileSync(join(replica.haproxy.folder, "agent.json"), "{");
      replica.startAgent();
      await until(
        () => replica.metric("federation_agent_starts_total"),
        (starts) => starts !== undefined && starts > 1,
      );
      expect(await ask(replica.agentPort, "/healthz")).toMatchObject({ status: 200 });
      expect(await ownersOf(replica)).toEqual(["a", "b"]);
    });

    test("HAProxy is given the table again when it lost it", async () => {
      const replica = await start();
      const table = join(replica.haproxy.folder, "table.map");
      expect(await tellHaproxy(replica, `clear map ${table}`)).toBe("");
      await untilOwners(replica, ["a", "b"]);
    });
  });

  describe("of traffic", () => {
    test("a drain takes effect without a restart and ends by itself", async () => {
      const replica = await start();
      const before = await tellHaproxy(replica, "show info");
      replica.setTraffic({ b: { drain: true, until: new Date(Date.now() + 6000).toISOString() } });
      await untilOwners(replica, ["a"]);
      expect(memberOf(await replica.get(LAUNCH, { headers: { Cookie: "host=b" } }), members)).toBe("a");
      expect((await replica.get("/about")).body).toBe("a 0");
      await untilOwners(replica, ["a", "b"]);
      const pidOf = (text: string): string | undefined => /^Pid: .*$/m.exec(text)?.[0];
      expect(pidOf(await tellHaproxy(replica, "show info"))).toBe(pidOf(before));
    });

    test("a weight replaces the configured one, and 0 leaves cookies alone", async () => {
      const replica = await start();
      replica.setTraffic({ a: { weight: 0 }, c: { weight: 10 } });
      await untilOwners(replica, ["b", "c"]);
      expect(memberOf(await replica.get(LAUNCH, { headers: { Cookie: "host=a" } }), members)).toBe("a");
    });

    test("a table that is broken changes nothing, and a metric tells", async () => {
      const replica = await start();
      const untilValid = (wanted: number): Promise<unknown> =>
        until(
          () => replica.metric('federation_input_valid{input="traffic"}'),
          (valid) => valid === wanted,
        );
      replica.setTraffic({ b: { drain: true } });
      await untilOwners(replica, ["a"]);
      for (const broken of [
        "{",
        '{"b": 1}',
        '{"b": {"weight": -1}}',
        '{"b": {"weight": 1e999}}',
        '{"b": {"until": "soon"}}',
      ]) {
        replica.setTraffic(broken);
        await untilValid(0);
        expect(await ownersOf(replica)).toEqual(["a"]);
        // a good one in between: it is this broken one that is told of
        replica.setTraffic({ b: { drain: true } });
        await untilValid(1);
      }
      replica.setTraffic({});
      await untilOwners(replica, ["a", "b"]);
    });
  });

  test("a process that ends takes no cookie that names a key of the table itself", async () => {
    const replica = await start({}, ["-W"]);
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const path = "/build/gh/o/r/HEAD";
    const get = (cookie: string): ReturnType<typeof ask> =>
      ask(replica.haproxy.port, path, { headers: { Host: HOST, Cookie: cookie }, agent: kept });
    expect((await get("host=a")).status).toBe(307);
    replica.haproxy.process.kill("SIGUSR2");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    // the connection is the old process's, which ends it with this answer
    const { headers, status } = await get("host=:digest");
    kept.destroy();
    expect(status).toBe(307);
    expect(headers.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/build\//);
  });

  test("HAProxy reloads under load without a failed request, and keeps the table", async () => {
    const replica = await start({}, ["-W"]);
    replica.setTraffic({ b: { drain: true } });
    await untilOwners(replica, ["a"]);
    const load = startLoad(replica);
    for (let reload = 0; reload < 3; reload++) {
      const { answered } = load;
      replica.haproxy.process.kill("SIGUSR2");
      await until(
        () => Promise.resolve(load.answered),
        (count) => count > answered + 500,
      );
    }
    const { failed } = await load.stop();
    expect(failed).toEqual([]);
    expect(await ownersOf(replica)).toEqual(["a"]);
  });

  test("tables are replaced under load without a failed request or one to a member that is drained", async () => {
    const replica = await start();
    const load = startLoad(replica);
    for (let change = 0; change < 4; change++) {
      const drained = change % 2 === 0;
      replica.setTraffic(drained ? { b: { drain: true } } : {});
      await untilOwners(replica, drained ? ["a"] : ["a", "b"]);
    }
    expect((await load.stop()).failed).toEqual([]);
  });

  test("a new replica knows who is well before its HAProxy starts", async () => {
    members.b.behaviour.registryOk = false;
    const replica = await start();
    await replica.killAgent();
    expect(await ownersOf(replica)).toEqual(["a"]);
  });

  test("two replicas come to the same table", async () => {
    const pair = [await start(), await start()];
    members.b.behaviour.registryOk = false;
    for (const replica of pair) await untilOwners(replica, ["a"]);
    members.b.behaviour.registryOk = true;
    for (const replica of pair) await untilOwners(replica, ["a", "b"]);
    const [first, second] = pair.map((replica) =>
      readFileSync(join(replica.haproxy.folder, "table.map"), "utf8"),
    );
    expect(first).toBe(second);
  });

  test("behind an entrypoint that speaks the PROXY protocol, members see the client's address", async () => {
    const values = { ...membersAt(members), proxyProtocol: true };
    const objects = await chart.renderValues("federation", { federationProxy: values });
    const replica = await Replica.start(objectOf(objects, "ConfigMap", "federation-proxy").data ?? {});
    replicas.push(replica);
    const socket = connect(replica.haproxy.port, "127.0.0.1");
    const ended = new Promise((resolve) => socket.on("close", resolve));
    socket
      .resume()
      .write(
        `PROXY TCP4 198.51.100.7 192.0.2.1 4711 80\r\nGET /about HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
      );
    await ended;
    expect(members.b.seen).toMatchObject([{ headers: { "x-forwarded-for": "198.51.100.7" } }]);
  });

  test("a client that sends its request slowly is let go", async () => {
    const replica = await start();
    const socket = connect(replica.haproxy.port, "127.0.0.1");
    const ended = new Promise<string>((resolve) => {
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      socket
        .on("error", () => undefined)
        .on("close", () => {
          resolve(text);
        });
    });
    const drip = setInterval(() => socket.write("X"), 500);
    socket.write(`GET ${LAUNCH} HTTP/1.1\r\nX-Slow: `);
    expect(await ended).toMatch(/^HTTP\/1.1 408 /);
    clearInterval(drip);
  });
});

function tellHaproxy(replica: Replica, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(replica.haproxy.folder, "admin.sock"));
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.on("error", reject).on("close", () => {
      resolve(text.trim());
    });
    socket.end(`${command}\n`);
  });
}

/** Asks for launches without a pause until it is stopped: half on connections that are kept, half on new ones. */
function startLoad(replica: Replica): { answered: number; stop: () => Promise<{ failed: string[] }> } {
  const load = { answered: 0, stop: () => Promise.resolve({ failed }) };
  const failed: string[] = [];
  let running = true;
  const kept = new Agent({ keepAlive: true });
  const workers = Array.from({ length: 4 }, async (_, worker) => {
    const agent = worker % 2 === 0 ? kept : (false as const);
    while (running) {
      const path = `/build/gh/o/r-${String(worker)}-${String(load.answered % 500)}/HEAD`;
      await ask(replica.haproxy.port, path, { headers: { Host: HOST }, agent }).then(
        ({ status, body }) => {
          if (status !== 307) failed.push(`${String(status)} ${body.slice(0, 80)}`);
        },
        (error: unknown) => failed.push(String(error)),
      );
      load.answered += 1;
    }
  });
  load.stop = async () => {
    running = false;
    await Promise.all(workers);
    kept.destroy();
    return { failed };
  };
  return load;
}
