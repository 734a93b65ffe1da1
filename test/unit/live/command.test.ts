// Proves: how the live tests end, what they print, and which launches an option asks for. The tests themselves are replaced.
import { liveTests } from "../../../live/liveTests";
import { liveCommand } from "../../../tools/commands/live";

jest.mock("../../../live/liveTests", () => ({ liveTests: jest.fn() }));
jest.mock("../../../tools/ground/terminal/signals", () => ({
  interruptSignal: () => new AbortController().signal,
}));

const tests = liveTests as jest.MockedFunction<typeof liveTests>;
const good = { check: "page", at: "x.example.org", outcome: "ok", found: "200 at /" } as const;
const bad = { check: "launch", at: "staging", outcome: "FAIL", found: "status 503; expected: 200" } as const;
const skipped = { check: "kernel", at: "staging", outcome: "skip", found: "no server came" } as const;

let printed = "";
beforeEach(() => {
  printed = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => (printed += String(text)) !== "");
  jest.spyOn(process.stderr, "write").mockImplementation(() => true);
});
afterEach(() => jest.restoreAllMocks());

const live = (...args: string[]): Promise<unknown> =>
  liveCommand()
    .exitOverride()
    .parseAsync(["node", "live", ...args]);

test("one line for each check; exit code 1 when one fails, and not for one that is left out", async () => {
  tests.mockResolvedValueOnce([good, skipped]);
  await live("--stack", "staging");
  tests.mockResolvedValueOnce([good, bad, skipped]);
  await expect(live("--stack", "staging")).rejects.toMatchObject({
    message: "staging: 1 of 3 checks failed",
    exitCode: 1,
  });
  expect(printed.split("\n").slice(-4)).toEqual([
    "ok    page    x.example.org  200 at /",
    "FAIL  launch  staging        status 503; expected: 200",
    "skip  kernel  staging        no server came",
    "",
  ]);
});

test("--json prints the same lines", async () => {
  tests.mockResolvedValueOnce([good, bad]);
  await expect(live("--stack", "staging", "--json")).rejects.toMatchObject({ exitCode: 1 });
  expect(JSON.parse(printed)).toEqual([good, bad]);
});

const repository = "binder-examples/minimal-dockerfile";
test.each([
  ["nothing", [], [["cached", repository, "HEAD"]]],
  [
    "--build",
    ["--build"],
    [
      ["cached", repository, "HEAD"],
      ["uncached", repository, "HEAD"],
    ],
  ],
  ["--no-launch", ["--no-launch", "--build"], []],
  ["a repository", ["--repository", "o/r", "--ref", "v1"], [["cached", "o/r", "v1"]]],
])("with %s it launches %j", async (_, args, expected) => {
  tests.mockResolvedValueOnce([good]);
  await live("--stack", "staging", ...args);
  const [, { launches } = { launches: [] }] = tests.mock.lastCall ?? [];
  expect(launches.map(({ kind, repository, ref }) => [kind, repository, ref])).toEqual(expected);
});

test.each([
  ["no stack", [], /required option '--stack <name>'/],
  ["a stack that is not there", ["--stack", "nowhere"], /there is no stack nowhere/],
  [
    "a repository that is none",
    ["--stack", "staging", "--repository", "x"],
    /--repository: found "x"; allowed: a repository at GitHub/,
  ],
  ["no time", ["--stack", "staging", "--timeout", "0"], /from 0.1 to 600/],
])("%s is refused", async (_, args, message) => {
  await expect(live(...args)).rejects.toThrow(message);
});
