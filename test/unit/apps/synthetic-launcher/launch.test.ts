// Proves: against what a real BinderHub was recorded to say, a launch ends as it should in every fault, in the phase and with the
// reason that its metric gets. The recordings, and how they were made: test/support/launches/README.md.
import { PHASES } from "../../../../apps/synthetic-launcher/config";
import { launch, type Launched } from "../../../../apps/synthetic-launcher/launch";
import { type LaunchBehaviour, LaunchingMember } from "../../../support/launchingMember";

let member: LaunchingMember;
beforeEach(async () => {
  member = await LaunchingMember.start("a");
});
afterEach(() => member.close());

const limits = { page: 1, queued: 1, building: 1, pushing: 1, launching: 1, ready: 1, stopping: 1 };
const forever = new AbortController().signal;

function launchAt(
  behaviour: Partial<LaunchBehaviour>,
  { signal = forever, short }: { signal?: AbortSignal; short?: keyof typeof limits } = {},
): Promise<Launched> {
  Object.assign(member.behaviour, behaviour);
  const config = { limits: { ...limits, ...(short && { [short]: 0.2 }) }, silenceSeconds: 0.6 };
  return launch({ name: "a", url: member.url }, "gh/o/r/HEAD", config, { signal, got: () => undefined });
}

test.each([
  ["cached" as const, ["page", "queued", "launching", "ready"]],
  ["uncached" as const, ["page", "queued", "building", "launching", "ready"]],
])("a launch that is %s comes to its server, through %j", async (stream, phases) => {
  const { failure, server, phases: taken } = await launchAt({ stream });
  expect([failure, [...taken.keys()]]).toEqual([undefined, phases]);
  expect(server).toEqual({ url: `${member.url}/user/s1/`, token: "s1" });
  expect(member.asked.slice(0, 2)).toEqual(["GET /v2/gh/o/r/HEAD", "GET /build/gh/o/r/HEAD"]);
});

const stop = (after: string, then: "comments" | "silence" | "end"): LaunchBehaviour["stop"] => ({
  after,
  then,
});
const FAULTS: [string, Partial<LaunchBehaviour>, string, (keyof typeof limits)?][] = [
  ["the page hangs", { page: "hangs" }, "page: timeout", "page"],
  ["the page says 503", { page: 503 }, "page: status"],
  ["the page says 429", { page: 429 }, "page: limited"],
  ["the page has no token", { page: "has no token" }, "page: malformed"],
  ["the stream says 503", { stream: 503 }, "queued: status"],
  ["the stream says 429", { stream: 429 }, "queued: limited"],
  ["BinderHub says 429", { stream: "token", say: ["403", "429"] }, "queued: limited"],
  ["the token is refused", { stream: "token" }, "queued: token"],
  ["the repository is not there", { stream: "missing" }, "queued: spec"],
  [
    "the member is full",
    { stream: "missing", say: ["Could not resolve", "Too many users"] },
    "queued: quota",
  ],
  ["no event, but a page", { stream: "html" }, "queued: malformed"],
  ["it hangs queued", { stream: "uncached", stop: stop("waiting", "comments") }, "queued: timeout", "queued"],
  [
    "it hangs building",
    { stream: "uncached", stop: stop("building", "comments") },
    "building: timeout",
    "building",
  ],
  [
    "it hangs pushing",
    { stream: "refused", stop: stop("pushing", "comments") },
    "pushing: timeout",
    "pushing",
  ],
  ["it hangs launching", { stop: stop("launching", "comments") }, "launching: timeout", "launching"],
  ["it falls silent", { stop: stop("launching", "silence") }, "launching: silent"],
  ["the stream ends", { stop: stop("launching", "end") }, "launching: closed"],
  ["the build fails", { stream: "broken" }, "building: failed"],
  ["the registry refuses", { stream: "refused" }, "pushing: failed"],
  ["the spawn fails", { say: ['"phase": "ready"', '"phase": "failed"'] }, "launching: failed"],
  ["the server never answers", { server: "never answers" }, "ready: server"],
  ["an event is no JSON", { say: ['{"phase": "launching"', "nonsense"] }, "launching: malformed"],
  [
    "the server is elsewhere",
    { say: ['"url": "http://127.0.0.1', '"url": "http://169.254.169.254'] },
    "launching: malformed",
  ],
];
// four to a row: jest takes one parameter more than a row has for its callback
test.each(FAULTS.map(([name, behaviour, outcome, short]) => [name, behaviour, outcome, short] as const))(
  "%s",
  async (_, behaviour, outcome, short) => {
    const { failure, phases } = await launchAt(behaviour, { ...(short && { short }) });
    expect(failure && `${failure.phase}: ${failure.reason}`).toBe(outcome);
    expect([...phases.keys()].at(-1)).toBe(failure?.phase);
  },
);

test("a member that is not there is unreachable, which says nothing of its launches", async () => {
  await member.close();
  expect((await launchAt({})).failure).toMatchObject({ phase: "page", reason: "unreachable" });
});

test("told to end, it leaves a build at once, and waits for a server that is on its way", async () => {
  const end = new AbortController();
  const building = launchAt(
    { stream: "uncached", stop: stop("building", "comments") },
    { signal: end.signal },
  );
  setTimeout(() => {
    end.abort();
  }, 200);
  expect((await building).failure).toMatchObject({ phase: "building", reason: "ended" });
  const launchingEnd = new AbortController();
  const launching = launchAt(
    { stream: "cached", stop: undefined, pauseMs: 100 },
    { signal: launchingEnd.signal },
  );
  setTimeout(() => {
    launchingEnd.abort();
  }, 250);
  expect(await launching).toMatchObject({ failure: undefined, server: { token: "s2" } });
});

test("no phase is without a limit", () => {
  expect(Object.keys(limits)).toEqual([...PHASES]);
});
