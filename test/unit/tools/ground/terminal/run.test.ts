import { run, runLines } from "../../../../../tools/ground/terminal/run";

const SLEEP = ["-c", "echo half >&2; exec sleep 60"];

test("a program that is killed, or kills itself, leaves a last line that says so", async () => {
  const late = await run("/bin/sh", SLEEP, "", AbortSignal.timeout(300));
  expect([late.code, late.stderr]).toEqual([
    1,
    expect.stringMatching(/^(half\n)?\nended by SIGKILL after \d+\.\d s\n$/),
  ]);
  const own = await run("/bin/sh", ["-c", "kill -TERM $$"]);
  expect(own).toMatchObject({ code: 1, stderr: expect.stringMatching(/^\nended by SIGTERM /) as string });
  const lines = await runLines(
    "/bin/sh",
    ["-c", "kill -9 $$"],
    () => undefined,
    new AbortController().signal,
  );
  expect(lines).toMatchObject({ code: 1, stderr: expect.stringMatching(/^\nended by SIGKILL /) as string });
  expect(await run("/bin/sh", ["-c", "echo no >&2; exit 3"])).toEqual({
    code: 3,
    stdout: "",
    stderr: "no\n",
  });
});

test("a signal that was aborted before ends it at once", async () => {
  const { code, stderr } = await run("/bin/sh", SLEEP, "", AbortSignal.abort());
  expect([code, stderr]).toEqual([1, expect.stringMatching(/ended by SIGKILL after \d\.\d s\n$/)]);
}, 20_000);
