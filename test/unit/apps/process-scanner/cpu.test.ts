import { CpuHistory } from "../../../../apps/process-scanner/cpu";
import { process } from "./process";

test("the average is that of the window, not of the whole life", () => {
  const history = new CpuHistory(600);
  for (let minute = 0; minute <= 20; minute++) {
    // idle for ten minutes, then two CPUs
    const ownCpuSeconds = 1000 + Math.max(0, minute - 10) * 120;
    history.add([process({ ownCpuSeconds, ageSeconds: 9000 + minute * 60 })], minute * 60);
  }
  const now = process({ ownCpuSeconds: 2200, ageSeconds: 10_200 });
  expect(history.cores(now, 600)).toBe(2);
  expect(history.cores(now, 300)).toBe(2);
});

test("what an older process did before the scanner came is not known, and counts as nothing", () => {
  const history = new CpuHistory(600);
  const old = process({ ownCpuSeconds: 100_000, ageSeconds: 5000 });
  history.add([old], 0);
  expect(history.cores(old, 600)).toBe(0);
});

test("a process that is younger than the window did nothing before it started", () => {
  const history = new CpuHistory(600);
  const young = process({ ownCpuSeconds: 300, ageSeconds: 60 });
  history.add([young], 0);
  expect(history.cores(young, 600)).toBe(0.5);
});

test("another process with the same number has no history", () => {
  const history = new CpuHistory(60);
  history.add([process({ ownCpuSeconds: 0 })], 0);
  const other = process({ ownCpuSeconds: 500, started: "2", ageSeconds: 5000 });
  history.add([other], 100);
  expect(history.cores(other, 60)).toBe(0);
});
