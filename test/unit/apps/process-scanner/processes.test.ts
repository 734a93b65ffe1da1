// Proves: what is read of processes is what real ones are, by a folder that leads to the real /proc of children of this test;
// only their cgroups are written here. test/cluster/processScanner.test.ts has real cgroups.
import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ProcessTable } from "../../../../apps/process-scanner/processes";
import { UID } from "./process";

const DOCKER = UID.replaceAll("4", "5");
const POD = `0::/kubepods/burstable/pod${UID}/0`;
const DIND = `0::/kubepods/burstable/pod${DOCKER}/0`;

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mybinder-proc-"));
  symlinkSync("/proc/uptime", join(folder, "uptime"));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const start = (script: string, ...args: string[]): number => {
  const child = spawn(process.execPath, ["-e", script, "--", ...args], { stdio: "ignore" });
  children.push(child);
  // the kernel lets go of what started it a little before there are arguments
  const end = performance.now() + 5000;
  while (readFileSync(`/proc/${String(child.pid)}/cmdline`, "utf8") === "" && performance.now() < end);
  return child.pid ?? 0;
};
const place = (pid: number, cgroup: string): number => {
  mkdirSync(join(folder, String(pid)));
  for (const file of ["stat", "status", "cmdline"]) {
    symlinkSync(`/proc/${String(pid)}/${file}`, join(folder, String(pid), file));
  }
  writeFileSync(join(folder, String(pid), "cgroup"), `${cgroup}\n`);
  return pid;
};
const IDLE = "setInterval(() => 0, 1000)";

test("names, parents, CPU time and memory are those of the process", async () => {
  const busy = place(
    start("const kept = Buffer.alloc(150e6, 1); process.title = 'a ) b'; for (;;) kept[0] += 1;"),
    POD,
  );
  place(process.pid, "0::/");
  await sleep(1500);
  const [found] = new ProcessTable(folder).of(new Set([UID]));
  expect(found).toMatchObject({ pid: busy, parent: process.pid, name: "a ) b", podUid: UID, docker: false });
  expect(found?.parentCommandLine).toContain("jest");
  // on a busy machine it gets less than one CPU
  expect(found?.ownCpuSeconds).toBeGreaterThan(0.2);
  expect(found?.ownCpuSeconds).toBeLessThan(3);
  expect(found?.ageSeconds).toBeGreaterThan(1);
  expect(found?.ageSeconds).toBeLessThan(30);
  expect(found?.memoryBytes).toBeGreaterThan(150e6);
  expect(found?.memoryBytes).toBeLessThan(400e6);
}, 30_000);

test("a command line is its arguments, cut where somebody made it endless", () => {
  place(start(IDLE, "--with a space", "x".repeat(50_000)), POD);
  const [found] = new ProcessTable(folder).of(new Set([UID]));
  expect(found?.commandLine).toContain(" --with a space xxx");
  expect(found?.commandLine).toHaveLength(4096);
});

test("megabytes of arguments cost no more than the first of them, and empty ones no time", () => {
  const pid = place(start(IDLE), POD);
  const file = join(folder, String(pid), "cmdline");
  const table = new ProcessTable(folder);
  unlinkSync(file);
  // longer than a string of V8
  writeFileSync(file, "./work");
  truncateSync(file, 600e6);
  expect(table.of(new Set([UID]))[0]?.commandLine).toBe("./work");
  // a pattern that looks for the last zeros takes minutes for these
  writeFileSync(file, `sh${"\0".repeat(180_000)}x`);
  expect(table.of(new Set([UID]))[0]?.commandLine).toBe("sh");
});

test("a process that blanks its arguments is looked at all the same; one that has ended is not", async () => {
  const blank = place(start("process.title = ''; setInterval(() => 0, 1000)", "--pool"), POD);
  const end = performance.now() + 5000;
  const cmdline = (): string => readFileSync(`/proc/${String(blank)}/cmdline`, "utf8").replaceAll("\0", "");
  while (cmdline() !== "" && performance.now() < end) await sleep(20);
  expect(cmdline()).toBe("");
  const table = new ProcessTable(folder);
  expect(table.of(new Set([UID]))).toMatchObject([{ pid: blank, commandLine: "" }]);
  // as the kernel has a process whose parent does not ask for its end
  const stat = readFileSync(`/proc/${String(blank)}/stat`, "utf8").replace(/\) [A-Z] /, ") Z ");
  unlinkSync(join(folder, String(blank), "stat"));
  writeFileSync(join(folder, String(blank), "stat"), stat);
  expect(table.of(new Set([UID]))).toEqual([]);
});

test("a container of Docker beside all pods is in the pod of its ancestor, or in none", () => {
  const container = place(start(IDLE), "0::/docker/0123");
  const table = new ProcessTable(folder);
  // this test is the parent: first as the machine's Docker, then as one in a pod
  place(process.pid, "0::/system.slice/docker.service");
  expect(table.of(new Set([DOCKER]))).toEqual([]);
  writeFileSync(join(folder, String(process.pid), "cgroup"), DIND);
  const found = table.of(new Set([DOCKER]));
  expect(found.map(({ pid, docker }) => [pid, docker]).sort()).toEqual(
    [
      [container, true],
      [process.pid, false],
    ].sort(),
  );
});

test("only processes of the pods that are asked for are looked at", () => {
  place(start(IDLE), POD);
  place(start(IDLE), "0::/system.slice/ssh.service");
  expect(new ProcessTable(folder).of(new Set([DOCKER]))).toEqual([]);
  expect(new ProcessTable(folder).of(new Set([UID]))).toHaveLength(1);
});

test("knows a process again by its start: not another one with the number, in another pod, or none", async () => {
  const pid = place(start(IDLE), POD);
  const table = new ProcessTable(folder);
  const [found] = table.of(new Set([UID]));
  if (!found) throw new Error("not found");
  expect(table.is(found)).toBe(true);
  expect(table.is({ ...found, started: String(Number(found.started) - 1) })).toBe(false);
  writeFileSync(join(folder, String(pid), "cgroup"), `${DIND}\n`);
  expect(table.is(found)).toBe(false);
  writeFileSync(join(folder, String(pid), "cgroup"), `${POD}\n`);
  // the number is given to another process
  await sleep(50);
  const other = start(IDLE);
  for (const file of ["stat", "status", "cmdline"]) {
    unlinkSync(join(folder, String(pid), file));
    symlinkSync(`/proc/${String(other)}/${file}`, join(folder, String(pid), file));
  }
  expect(table.is(found)).toBe(false);
  rmSync(join(folder, String(pid)), { recursive: true });
  expect(table.is(found)).toBe(false);
  expect(table.of(new Set([UID]))).toEqual([]);
});

test("a file that may not be read is an error, not a process that is gone", () => {
  const pid = place(start(IDLE), POD);
  unlinkSync(join(folder, String(pid), "stat"));
  mkdirSync(join(folder, String(pid), "stat"));
  expect(() => new ProcessTable(folder).of(new Set([UID]))).toThrow("EISDIR");
});
