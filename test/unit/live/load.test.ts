// Proves: many launches at once carry all their servers until the last one has ended, each failure names its part, no server is
// left behind, and production needs its flag. Does not prove: what real members do under load; that was looked at by hand
// (docs/live-tests.md).
import { loadTest, type LoadPlan, type LoadResult } from "../../../live/load";
import { loadText } from "../../../live/loadText";
import { loadCommand } from "../../../tools/commands/load";
import { type LaunchBehaviour, LaunchingMember } from "../../support/launchingMember";

const CALCULATES = { kernel: { prints: "42\n" } };
let members: LaunchingMember[];
beforeEach(async () => {
  members = await Promise.all(["a", "b"].map((name) => LaunchingMember.start(name)));
});
afterEach(() => Promise.all(members.map((member) => member.close())));

async function load(
  behaviours: readonly Partial<LaunchBehaviour>[],
  changes: Partial<LoadPlan> = {},
  random = (): number => 0,
): Promise<LoadResult[]> {
  behaviours.forEach((one, index) => Object.assign(members[index]?.behaviour ?? {}, CALCULATES, one));
  const limits = { page: 9, queued: 9, building: 9, pushing: 9, launching: 9, ready: 1, stopping: 0.2 };
  const plan = { repository: "o/repo", ref: "HEAD", limits, silenceSeconds: 1, kernelSeconds: 5 };
  const signal = new AbortController().signal;
  const tried = members.slice(0, behaviours.length).map(({ name, url }) => ({ name, url }));
  return loadTest(tried, { ...plan, launches: 3, spreadSeconds: 0, signal, ...changes }, random);
}

test("all servers run at the same time, at each member, and none is left", async () => {
  const results = await load([{}, {}], { launches: 12 });
  expect(results.map(({ failure }) => failure)).toEqual(Array(24).fill(undefined));
  expect(results.map(({ member, launch }) => `${member}${String(launch)}`)).toEqual(
    ["a", "b"].flatMap((name) => Array.from({ length: 12 }, (_, index) => `${name}${String(index + 1)}`)),
  );
  expect(members.map(({ launches, peak, running }) => [launches, peak, running.size])).toEqual([
    [12, 12, 0],
    [12, 12, 0],
  ]);
  expect(Object.keys(results[0]?.seconds ?? {})).toEqual([
    ...["page", "queued", "launching", "ready", "notebook", "kernel", "stopping"],
  ]);
});

test("each launch begins at a random moment of the spread", async () => {
  const moments = [0, 0.5, 1];
  const results = await load([{}], { spreadSeconds: 0.8 }, () => moments.shift() ?? 0);
  const [first = 9, second = 0, third = 0] = results.map(({ startedAt }) => startedAt);
  expect(first).toBeLessThan(second);
  expect(second).toBeGreaterThanOrEqual(0.39);
  expect(third).toBeGreaterThanOrEqual(0.79);
});

test.each<[string, Partial<LaunchBehaviour>, string, RegExp]>([
  ["the member is down", { page: 503 }, "page", /^status: the page: status 503$/],
  ["the server never answers", { server: "never answers" }, "ready", /^server: /],
  [
    "its page is missing",
    { home: "api/none" },
    "notebook",
    /api\/none: status 200, none; expected: 200, text\/html$/,
  ],
  [
    "its page leads elsewhere",
    { home: "http://127.0.0.1:1/" },
    "notebook",
    /leads to http:\/\/127\.0\.0\.1:1$/,
  ],
  ["its page leads to itself", { home: "." }, "notebook", /^more than 5 redirects/],
  ["no kernel starts", { kernel: "does not start" }, "kernel", /^status 500 to the start of a kernel/],
  ["the kernel calculates wrongly", { kernel: { prints: "41\n" } }, "kernel", /^6 \* 7 gave "41"$/],
  ["the server does not stop", { server: "does not stop" }, "stopping", /^it still answers 0.2 s after/],
])("a failure names its part: %s", async (_, behaviour, part, reason) => {
  const [result] = await load([behaviour], { launches: 1 });
  expect(result?.failure).toEqual({ part, reason: expect.stringMatching(reason) as string });
  if (behaviour.server === undefined) expect(members[0]?.running.size).toBe(0);
});

test("a member that is full takes some, and refuses the rest", async () => {
  const results = await load([{ room: 2 }], { launches: 5 });
  expect(results.filter(({ failure }) => failure === undefined)).toHaveLength(2);
  expect(members[0]?.running.size).toBe(0);
});

test("told to end, it begins no more launches and leaves no server", async () => {
  const controller = new AbortController();
  const moments = [0, 1, 1];
  const tried = load([{}], { spreadSeconds: 30, signal: controller.signal }, () => moments.shift() ?? 0);
  while (members[0]?.peak !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
  controller.abort();
  const results = await tried;
  // the first one is done or not, as it happens
  expect(results.slice(1).map(({ failure }) => failure?.part)).toEqual(["page", "page"]);
  expect([members[0].launches, members[0].running.size]).toEqual([1, 0]);
});

test("the table has how long each part took, and each failure once with its number", () => {
  const well = (launch: number): LoadResult => ({
    ...{ member: "a", launch, startedAt: 0 },
    seconds: { page: 0.1, launching: launch, kernel: 1, stopping: 2 },
  });
  const failure = { part: "queued", reason: "quota: full" };
  const full = [11, 12].map((launch) => ({
    ...{ member: "a", launch, startedAt: 0, seconds: { page: 0.1, queued: 5 }, failure },
  }));
  const results = [...Array.from({ length: 10 }, (_, index) => well(index + 1)), ...full];
  expect(loadText(results).split("\n")).toEqual([
    "a: 10 of 12 launches went well",
    "part       launches  half  9 in 10  slowest, s",
    "page             12   0.1      0.1         0.1",
    "queued            2   5.0      5.0         5.0",
    "launching        10   5.0      9.0        10.0",
    "kernel           10   1.0      1.0         1.0",
    "total            10   6.1     10.1        11.1",
    "stopping         10   2.0      2.0         2.0",
    "FAIL  2 × queued: quota: full",
    "",
  ]);
});

test.each([
  [["--stack", "hetzner-2i2c"], /found hetzner-2i2c, where people launch; allowed: .* --on-production/],
  [["--stack", "prod"], /found prod, where people launch/],
  [["--stack", "staging", "--launches", "101"], /from 1 to 100/],
  [["--stack", "staging", "--repository", "x"], /--repository: found "x"; allowed: a repository/],
])("%j is refused", async (args, message) => {
  jest.spyOn(process.stderr, "write").mockImplementation(() => true);
  await expect(
    loadCommand()
      .exitOverride()
      .parseAsync(["node", "load", ...args]),
  ).rejects.toThrow(message);
  jest.restoreAllMocks();
});
