// Proves: a launch of the live tests comes to a server, a kernel and its shutdown against what a real BinderHub was recorded to
// say, each fault gives the line that names it, and no server is left behind. test/unit/apps/synthetic-launcher has all faults of
// the stream. Does not prove: what a real kernel says; that was looked at by hand (docs/live-tests.md).
import { launchLines } from "../../../live/launches";
import { KEPT, type LaunchBehaviour, LaunchingMember } from "../../support/launchingMember";

let member: LaunchingMember;
beforeEach(async () => {
  member = await LaunchingMember.start("a");
});
afterEach(() => member.close());

const limits = { page: 1, queued: 1, building: 1, pushing: 1, launching: 1, ready: 1, stopping: 0.2 };
const forever = new AbortController().signal;

async function lines(
  behaviour: Partial<LaunchBehaviour> = {},
  { kind = "cached", signal = forever }: { kind?: "cached" | "uncached"; signal?: AbortSignal } = {},
): Promise<string[]> {
  Object.assign(member.behaviour, behaviour);
  const plan = {
    kind,
    repository: "o/repo",
    ref: "HEAD",
    limits,
    silenceSeconds: 0.6,
    signal,
    kernelSeconds: behaviour.kernel === "hangs" ? 0.5 : 5,
  };
  const found = await launchLines({ name: "a", url: member.url }, plan);
  const { host } = new URL(member.url);
  return found.map((line) =>
    `${line.outcome} ${line.check}: ${line.found}`.replaceAll(host, "HOST").replace(/\d+\.\d s/g, "N s"),
  );
}

test("a launch, its kernel, its network and its shutdown", async () => {
  expect(await lines()).toEqual([
    "ok launch: gh/O/REPO/HEAD: page N s, queued N s, launching N s, ready N s",
    "ok kernel: HOST: 6 * 7 is 42",
    "ok network: HOST: reaches the hub, not 169.254.169.254, the API server or its node",
    "ok neighbour: HOST: does not reach the server of somebody else at 10.42.0.7:8888",
    "ok shutdown: HOST: the server is gone",
  ]);
  expect([member.launches, member.running.size]).toEqual([2, 0]);
});

test("a build is one of a spelling of its own, which the synthetic launcher never uses", async () => {
  const [build] = await lines({ stream: "uncached" }, { kind: "uncached" });
  expect(build).toMatch(/^ok build: gh\/[oO]\/[rR][eE][pP]o\/HEAD: .*building N s/);
});

const KERNEL = "no kernel to look from";
test.each<[string, Partial<LaunchBehaviour>, RegExp[]]>([
  [
    "the page says 503",
    { page: 503 },
    [/^FAIL launch: .*phase page: status \(the page: status 503\); expected: a server/],
  ],
  ["the token is refused", { stream: "token" }, [/^FAIL launch: .*phase queued: token/]],
  [
    "the member is full",
    { stream: "missing", say: ["Could not resolve", "Too many users"] },
    [/^FAIL launch: .*queued: quota/],
  ],
  [
    "it falls silent",
    { stop: { after: "launching", then: "silence" } },
    [/^FAIL launch: .*phase launching: silent/],
  ],
  [
    "the server never answers",
    { server: "never answers" },
    [/^FAIL launch: .*phase ready: server/, /^FAIL kernel: HOST: status 503 /],
  ],
  [
    "no kernel starts",
    { kernel: "does not start" },
    [/^FAIL kernel: HOST: status 500 to the start of a kernel; expected: 201/],
  ],
  [
    "no web socket passes",
    { kernel: "refuses the socket" },
    [/^FAIL kernel: HOST: web socket of the kernel: .*403/],
  ],
  [
    "the web socket is cut",
    { kernel: "closes the socket" },
    [/^FAIL kernel: HOST: .*was closed, with code 1011/],
  ],
  ["the kernel hangs", { kernel: "hangs" }, [/^FAIL kernel: HOST: no answer of the kernel within N s/]],
  ["the kernel raises", { kernel: "raises" }, [/^FAIL kernel: HOST: the kernel failed: no print/]],
  [
    "the kernel calculates wrongly",
    { kernel: { prints: "41\n" } },
    [/^FAIL kernel: HOST: 6 \* 7 gave "41"; expected: 42/],
  ],
  [
    "the metadata address is open",
    { kernel: { prints: KEPT.replace('"metadata": false', '"metadata": true') } },
    [/^FAIL network: HOST: found {"hub": true, "metadata": true, .*; expected of what a user's code reaches/],
  ],
  [
    "a private address is open",
    { kernel: { prints: KEPT.replace('"node": false', '"node": true') } },
    [/^FAIL network: HOST: found {.*"node": true}; expected of what/],
  ],
  [
    "another user's server is open",
    { kernel: { prints: KEPT.replace("neighbour False", "neighbour True") } },
    [
      /^FAIL neighbour: HOST: reaches the server of somebody else at 10\.42\.0\.7:8888; expected: the network/,
    ],
  ],
  [
    "the second kernel does not say",
    { kernel: { prints: KEPT.replace("neighbour False\n", "") } },
    [/^FAIL neighbour: the kernel printed "42/],
  ],
  [
    "the network reaches nothing, which proves nothing",
    { kernel: { prints: KEPT.replace('"hub": true', '"hub": false') } },
    [/^FAIL network: HOST: found {"hub": false/],
  ],
  [
    "the server does not stop",
    { server: "does not stop" },
    [
      /^FAIL neighbour: HOST: \/user\/s2\/ still answers after its shutdown/,
      /^FAIL shutdown: HOST: \/user\/s1\/ still answers N s after/,
    ],
  ],
])("%s", async (_, behaviour, expected) => {
  const found = (await lines(behaviour)).filter((line) => line.startsWith("FAIL"));
  expect(found).toEqual(expected.map((line): unknown => expect.stringMatching(line)));
  if (behaviour.server === undefined && behaviour.stop === undefined) expect(member.running.size).toBe(0);
});

test("without a server the rest is left out, and says why", async () => {
  const [, ...rest] = await lines({ page: 503 });
  expect(rest.map((line) => line.slice(0, 40))).toEqual([
    "skip kernel: no server came; if one star",
    "skip network: no server came; if one sta",
    "skip neighbour: no server came; if one s",
    "skip shutdown: no server came; if one st",
  ]);
  expect((await lines({ page: "well", kernel: "does not start" })).slice(2, 4)).toEqual([
    `skip network: ${KERNEL}`,
    "skip neighbour: the first server does not know where others would find it",
  ]);
});

test("without a second server, nobody looks for the first, and the line says so", async () => {
  expect((await lines({ room: 1 }))[3]).toBe("skip neighbour: no second server to look from: status");
  expect(member.running.size).toBe(0);
});

test("a build that builds nothing fails", async () => {
  const [build] = await lines({ stream: "cached" }, { kind: "uncached" });
  expect(build).toMatch(/^FAIL build: .*nothing was built; expected: phase building/);
});

test("told to end, it leaves a build", async () => {
  const signal = AbortSignal.timeout(200);
  const behaviour = { stream: "uncached", stop: { after: "building", then: "comments" } } as const;
  const [build] = await lines(behaviour, { kind: "uncached", signal });
  expect(build).toMatch(/^FAIL build: .*phase \w+: ended/);
});
