import { Watch } from "../../../../apps/federation-agent/observe";
import { FakeMember } from "../../../support/member";

/* What a look at a member gives, with a server on loopback for the member. */

const CONFIG = { timeoutSeconds: 0.2, healthPatienceSeconds: 0.7 };
let member: FakeMember;
let watch: Watch;
beforeEach(async () => {
  member = await FakeMember.start("a");
  watch = new Watch({ name: "a", url: `http://${member.host}`, weight: 1 }, CONFIG);
});
afterEach(() => member.close());

test("a member that is well", async () => {
  expect(await watch.look()).toEqual({
    versions: { binderhub: "1.0", builder: "repo2docker:1" },
    checks: { "Docker registry": true, "JupyterHub API": true },
    load: { used: 10, quota: 100 },
  });
});

test("a key of its versions decides nothing else", async () => {
  member.behaviour.versions = { problem: "x", kind: "unreachable", checks: "x", load: "x" };
  expect(await watch.look()).toMatchObject({
    versions: { problem: "x", kind: "unreachable" },
    checks: { "Docker registry": true },
    load: { used: 10, quota: 100 },
  });
  expect((await watch.look()).problem).toBeUndefined();
});

test("a health page that is slow is waited for across rounds; what it says in the end counts", async () => {
  member.behaviour.healthDelayMs = 300;
  expect(await watch.look()).toMatchObject({ unknown: { kind: "slow" }, checks: {} });
  const second = await watch.look();
  expect(second.unknown).toBeUndefined();
  expect(second.checks).toEqual({ "Docker registry": true, "JupyterHub API": true });
});

test("one that is silent for longer than the patience has failed, and counts again with its first answer", async () => {
  member.behaviour.healthDelayMs = 60_000;
  const kinds: (string | undefined)[] = [];
  for (let look = 0; look < 5; look++) kinds.push((await watch.look()).unknown?.kind);
  expect(kinds).toEqual(["slow", "slow", "slow", "failed", "failed"]);
  // never more than the old question, the new one, and the one for /versions
  expect(member.connections).toBeLessThanOrEqual(3);
  member.behaviour.healthDelayMs = 0;
  expect((await watch.look()).unknown).toBeUndefined();
});

test.each<[string, Partial<FakeMember["behaviour"]>, string]>([
  ["answers 500", { healthStatus: () => 500 }, "failed"],
  ["has too many checks", { answers: "manyChecks" }, "malformed"],
])("a health page that %s, while /versions answers", async (_, fault, kind) => {
  Object.assign(member.behaviour, fault);
  expect(await watch.look()).toMatchObject({ unknown: { kind }, checks: {} });
});

test.each<[FakeMember["behaviour"]["answers"], string]>([
  ["hang", "unreachable"],
  ["reset", "unreachable"],
  ["500", "malformed"],
  ["brokenJson", "malformed"],
  ["hugeJson", "malformed"],
  ["upgrade", "malformed"],
])("%s: it is %s", async (answers, kind) => {
  member.behaviour.answers = answers;
  expect(await watch.look()).toMatchObject({ problem: { kind }, versions: {}, checks: {} });
});
