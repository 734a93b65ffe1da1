import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { withLock } from "../../../../../tools/ground/terminal/lock";
import {
  findProcesses,
  identify,
  isAlive,
  signalProcess,
} from "../../../../../tools/ground/terminal/processes";

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "mybinder-lock-"))));
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function lock(lines: string[] = [], signal?: AbortSignal): Parameters<typeof withLock>[0] {
  return { path: join(dir, "x.lock"), busyWith: "builds", report: (line) => lines.push(line), signal };
}

test("two pieces of work never overlap, the second says once that it waits, and nothing is left", async () => {
  const lines: string[] = [];
  let inside = 0;
  const work = async (): Promise<void> => {
    expect(++inside).toBe(1);
    await sleep(250);
    inside--;
  };
  await Promise.all([withLock(lock(lines), work), withLock(lock(lines), work)]);
  expect(lines).toEqual([`waiting: process ${String(process.pid)} builds`]);
  expect(readdirSync(dir)).toEqual([]);
});

test.each([
  ["of a process that has died", { pid: 2 ** 22 - 1, started: "1" }],
  ["whose process id has gone to another process", { pid: process.pid, started: "1" }],
])("a lock %s is taken over", async (_, holder) => {
  writeFileSync(join(dir, "x.lock"), JSON.stringify(holder));
  const lines: string[] = [];
  await expect(withLock(lock(lines), () => Promise.resolve("done"))).resolves.toBe("done");
  expect(lines).toEqual([]);
  expect(readdirSync(dir)).toEqual([]);
});

test("who does not want to wait is told the holder and for how long it has held the lock", async () => {
  writeFileSync(join(dir, "x.lock"), JSON.stringify(identify(process.pid)));
  const refuse = ({ pid, seconds }: { pid: number; seconds: number }): Error =>
    new Error(`held by ${String(pid)}, ${String(seconds)} s`);
  await expect(withLock({ ...lock(), refuse }, () => Promise.resolve())).rejects.toThrow(
    new RegExp(`^held by ${String(process.pid)}, [0-2] s$`),
  );
  expect(readdirSync(dir)).toEqual(["x.lock"]);
});

test("a damaged lock is taken over", async () => {
  writeFileSync(join(dir, "x.lock"), "{");
  await expect(withLock(lock(), () => Promise.resolve("done"))).resolves.toBe("done");
});

test("the lock is released when the work fails", async () => {
  await expect(withLock(lock(), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(join(dir, "x.lock"))).toBe(false);
});

test("waiting ends when it is interrupted, and the lock stays its holder's", async () => {
  const holder = identify(process.pid);
  writeFileSync(join(dir, "x.lock"), JSON.stringify(holder));
  const controller = new AbortController();
  const waiting = withLock(lock([], controller.signal), () => Promise.resolve());
  controller.abort();
  await expect(waiting).rejects.toThrow("aborted");
  expect(existsSync(join(dir, "x.lock"))).toBe(true);
});

test("a process is told apart from another that has its id", () => {
  const me = identify(process.pid);
  if (!me) throw new Error("this process does not find itself");
  expect(isAlive(me)).toBe(true);
  const earlier = { pid: me.pid, started: "earlier" };
  expect(isAlive(earlier)).toBe(false);
  signalProcess(earlier, "SIGKILL"); // must not hit this one
  expect(identify(2 ** 22 - 1)).toBeUndefined();
});

test("a process is found by its command line", () => {
  const found = findProcesses(
    (argv) => argv[0] === process.argv0 || argv.some((arg) => arg.includes("jest")),
  );
  expect(found.map(({ pid }) => pid)).toContain(process.pid);
});
