// Proves: what the federation agent, as it is deployed, does when its rounds stop, when it can write no first table, and when
// members send as much as they can. Does not prove: anything of HAProxy (test/live/federation), or that a kubelet asks /livez.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { AgentProcess } from "../support/agentProcess";
import { until } from "../support/federation";
import { FakeMember, type MemberBehaviour } from "../support/member";

const members: FakeMember[] = [];
const agents: AgentProcess[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
  for (const member of members.splice(0)) await member.close();
});

/** An agent whose members answer so. `more`: of its configuration. */
async function agentOf(
  answers: readonly MemberBehaviour["answers"][],
  more: Readonly<Record<string, unknown>> = {},
): Promise<AgentProcess> {
  for (const [index, each] of answers.entries()) {
    const member = await FakeMember.start(`member-${String(index)}`);
    member.behaviour.answers = each;
    members.push(member);
  }
  const agent = new AgentProcess(members, more);
  agents.push(agent);
  return agent;
}

async function running(...of: Parameters<typeof agentOf>): Promise<AgentProcess> {
  const agent = await agentOf(...of);
  await agent.start();
  await untilRounds(agent, 1);
  return agent;
}

const untilRounds = (agent: AgentProcess, rounds: number): Promise<number> =>
  until(
    () => agent.metric("federation_round_seconds_count"),
    (count) => count >= rounds,
  );
const untilStarts = (agent: AgentProcess, starts: number): Promise<number> =>
  until(
    () => agent.metric("federation_agent_starts_total"),
    (count) => count >= starts,
  );
const untilLately = (agent: AgentProcess): Promise<{ status: number; ago: number }> =>
  until(
    () => agent.livez(),
    ({ ago }) => ago < 60,
  );

describe("rounds", () => {
  test("that stop: the thread is started again after 30 s, and after 15 minutes /livez fails until there is one", async () => {
    const agent = await running(["well"]);
    agent.steer({ worker: "hangs" });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    agent.steer({ worker: "hangs", steady: 40 });
    await untilStarts(agent, 2);
    expect(agent.log).toContain("the agent said nothing for 30 s; it is ended");
    agent.steer({ worker: "hangs", steady: 800 });
    expect((await agent.livez()).status).toBe(200);
    agent.steer({ worker: "hangs", steady: 901 });
    expect((await agent.livez()).status).toBe(503);
    // the pod stays in service meanwhile, for HAProxy goes on
    expect((await agent.ask("/healthz")).status).toBe(200);
    agent.steer({ steady: 901 });
    expect((await untilLately(agent)).status).toBe(200);
  });

  test("of members that are all bad are rounds: /livez stays 200, and the thread lives", async () => {
    const agent = await running(["upgrade", "hang", "500", "reset", "brokenJson", "hugeJson"]);
    await untilRounds(agent, 3);
    expect(await agent.metric("federation_agent_starts_total")).toBe(1);
    for (const steady of [800, 1600, 2400]) {
      agent.steer({ steady });
      expect((await agent.livez()).status).toBe(200);
      expect((await untilLately(agent)).status).toBe(200);
    }
    expect(await agent.metric('federation_member_up{member="member-0"}')).toBe(0);
  });

  test("of a thread that dies after each of them are rounds too", async () => {
    const agent = await running(["well"], { periodSeconds: 60 });
    for (const steady of [800, 1600]) {
      agent.steer({ worker: "dies", steady });
      expect((await agent.livez()).status).toBe(200);
      await untilLately(agent);
    }
    expect(await agent.metric("federation_agent_starts_total")).toBeGreaterThan(1);
  });
});

describe("init", () => {
  const MISSING =
    /^init wrote no table: ENOENT: no such file or directory, open '.*(clients|table)\.map\.new'\n$/;

  test("writes a table although members do not answer, or not in HTTP", async () => {
    const agent = await agentOf(["upgrade", "hang"]);
    expect(await agent.init()).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(agent.table, "utf8")).toContain(":digest ");
  });

  test.each(["upgrade", "hang", "well"] as const)(
    "that cannot write one says so and fails, with members that answer: %s",
    async (answers) => {
      const agent = await agentOf([answers]);
      rmSync(`${agent.folder}/run`, { recursive: true });
      const { code, stderr } = await agent.init();
      expect(code).toBe(1);
      expect(stderr).toMatch(MISSING);
    },
  );

  test("whose configuration is broken says so and fails", async () => {
    const agent = await agentOf([]);
    writeFileSync(`${agent.folder}/agent.json`, "{");
    const { code, stderr } = await agent.init();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^init wrote no table: .*agent\.json is not JSON\n$/);
  });

  test("that finds nobody leaves nothing to remember: the status page says after one round that the member is down", async () => {
    const agent = await agentOf(["500"], { periodSeconds: 60 });
    expect(await agent.init()).toMatchObject({ code: 0, stderr: "" });
    await agent.start();
    const { body } = await until(
      () => agent.ask("/status.json"),
      ({ status }) => status === 200,
    );
    expect((JSON.parse(body) as { members: unknown[] }).members).toMatchObject([
      { name: "member-0", state: "down", reason: "it does not answer" },
    ]);
  });

  test("that waits for what never comes fails after a minute", async () => {
    const agent = await agentOf(["well"]);
    const { code, stderr } = await agent.init("stuck.js");
    expect([code, stderr]).toEqual([1, "init wrote no table: not decided after 60 s\n"]);
    expect(existsSync(agent.table)).toBe(false);
  });

  test.each([
    ["nothing", ""],
    ["a part", "0 a|http://a\n1"],
    ["another table's digest", "0 a|http://a\n:digest 0123456789abcdef\n"],
  ])("replaces a table that holds %s, and no whole one", async (_, text) => {
    const agent = await agentOf(["well"]);
    writeFileSync(agent.table, text);
    expect(await agent.init()).toMatchObject({ code: 0, stderr: "" });
    const table = readFileSync(agent.table, "utf8");
    expect(table).toContain(`member-0 member-0|http://${members[0]?.host ?? ""}`);
    for (const { behaviour } of members) behaviour.answers = "500";
    await agent.init();
    expect(readFileSync(agent.table, "utf8")).toBe(table);
  });
});

test.each([
  ["a little less than 1 MiB", 1_048_000],
  ["a little less than it takes", 32_700],
])("four members send %s each, slowly: its memory has a bound, and it goes on", async (_, bytes) => {
  const agent = await agentOf(["dense", "dense", "dense", "dense"], { timeoutSeconds: 5 });
  for (const { behaviour } of members) behaviour.denseBytes = bytes;
  await agent.start();
  await untilRounds(agent, 8);
  expect(await agent.metric("federation_agent_starts_total")).toBe(1);
  expect(agent.log).not.toContain("the agent failed");
  // of the 256 MiB of its container
  expect(agent.peakMemory).toBeLessThan(160);
  members.slice(1).forEach(({ behaviour }) => (behaviour.answers = "well"));
  await until(
    () => agent.metric('federation_member_up{member="member-1"}'),
    (up) => up === 1,
  );
  expect(await agent.metric('federation_member_up{member="member-0"}')).toBe(0);
});
