// Proves: /status and /status.json through the rendered configuration on a real HAProxy, with the real agent: what they say of
// members, and that HAProxy serves the last good ones while the agent is gone or hangs. Does not prove: how the page looks; that was looked at.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HELM_BUILD_MS } from "../../support/helm";
import { ask } from "../../support/haproxy";
import { AssembledChart, objectOf } from "../../support/metaChart";
import { requireReal } from "../../support/real";
import { membersAt, Replica, startMembers, until } from "../../support/federation";

const describeWithHaproxy = requireReal("haproxy", "haproxy") ? describe : describe.skip;

describeWithHaproxy("the status", () => {
  let members: Awaited<ReturnType<typeof startMembers>>;
  let files: Readonly<Record<string, string>>;
  const replicas: Replica[] = [];
  beforeAll(async () => {
    const chart = await AssembledChart.create();
    members = await startMembers();
    const objects = await chart.renderValues("federation", { federationProxy: membersAt(members) });
    chart.remove();
    files = objectOf(objects, "ConfigMap", "federation-proxy").data ?? {};
  }, HELM_BUILD_MS);
  afterEach(async () => {
    for (const replica of replicas.splice(0)) await replica.stop();
  });
  afterAll(async () => {
    for (const member of Object.values(members)) await member.close();
  });
  const start = async (agent: Record<string, unknown>): Promise<Replica> => {
    const config = { ...(JSON.parse(files["agent.json"] ?? "") as object), ...agent };
    const replica = await Replica.start({ ...files, "agent.json": JSON.stringify(config) });
    replicas.push(replica);
    return replica;
  };
  const at = (replica: Replica): Promise<string> =>
    replica.get("/status").then(({ body }) => /datetime="([^"]+)"/.exec(body)?.[1] ?? "");

  test("says how members are, and HAProxy serves the last good page while the agent is gone, and a new one after", async () => {
    const replica = await start({ apiServer: undefined, statusUrl: undefined });
    replica.setTraffic({ a: { drain: true, reason: "kernel <upgrade>" } });
    await until(
      () => replica.get("/status.json").then(({ body }) => body),
      (body) => body.includes('"state":"drained"'),
    );
    const { body, headers, status } = await replica.get("/status");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "public, max-age=30",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    });
    expect(body).toContain("kernel &#60;upgrade&#62;");
    await replica.killAgent();
    await sleep(6000);
    for (let times = 0; times < 3; times++) {
      const old = await replica.get("/status");
      expect([old.status, old.body.includes("kernel &#60;upgrade&#62;")]).toEqual([200, true]);
      expect((await replica.get("/status.json?anything=else")).status).toBe(200);
    }
    const before = await at(replica);
    replica.startAgent();
    await until(
      () => at(replica),
      (now) => now > before,
    );
  });

  test("is kept although nobody asks for it, for when the agent hangs", async () => {
    const replica = await start({ apiServer: undefined, statusUrl: undefined });
    const { folder, adminPort } = replica.haproxy;
    const config = JSON.parse(readFileSync(join(folder, "agent.json"), "utf8")) as object;
    const statusUrl = `http://127.0.0.1:${String(adminPort)}`;
    writeFileSync(join(folder, "agent.json"), JSON.stringify({ ...config, statusUrl }));
    await replica.killAgent();
    replica.startAgent();
    // it asks two seconds after its start
    await until(
      () =>
        ask(replica.agentPort, "/status").then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
    );
    await sleep(13_000);
    replica.agent?.kill("SIGSTOP");
    await sleep(8000);
    expect((await replica.get("/status")).body).toContain("<h1>Status of example.org</h1>");
    expect((await ask(adminPort, "/status.json")).status).toBe(200);
    expect((await ask(adminPort, "/other")).status).toBe(404);
  });

  test("of a HAProxy that never had one is not known: 503, and launches go on", async () => {
    const replica = await start({ apiServer: undefined, statusUrl: undefined });
    await replica.killAgent();
    await until(
      () => replica.get("/status").then(({ body }) => body),
      (body) => body === "not known at the moment",
    );
    expect((await replica.get("/status")).status).toBe(503);
    expect((await replica.get("/build/gh/o/r/HEAD")).status).toBe(307);
  });
});
