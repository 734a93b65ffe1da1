import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join, relative } from "node:path";
import { ROOT } from "../../../../../tools/ground/root";
import { CannotTell } from "../../../../../tools/operate/doctor/diagnosis";
import { versionFindings } from "../../../../../tools/operate/doctor/state/checks";
import { lockFindings, type StateLock, stateLocks } from "../../../../../tools/operate/doctor/state/locks";

const base = mkdtempSync(join(tmpdir(), "mybinder-locks-"));
afterAll(() => {
  rmSync(base, { recursive: true });
});

const NOW = new Date("2026-11-27T12:00:00Z");
const lock = (minutes: number, machine: string): StateLock => ({
  pid: 4711,
  username: "ann",
  hostname: machine,
  timestamp: new Date(NOW.getTime() - minutes * 60_000).toISOString(),
});

test.each([
  [
    "another machine's, young",
    lock(19, "ci"),
    false,
    "warning",
    /by ann on ci, process 4711: a deploy is running, or/,
  ],
  [
    "another machine's, old",
    lock(21, "ci"),
    false,
    "problem",
    /^locked for 21 min .* longer than the 20 min/,
  ],
  [
    "ours, running, old",
    lock(300, hostname()),
    true,
    "warning",
    /^locked for 5 h \(since 2026-11-27 07:00 UTC\) by ann/,
  ],
  [
    "ours, gone",
    lock(1, hostname()),
    false,
    "problem",
    /process 4711, which no longer runs: the run was killed/,
  ],
])("a lock: %s", (_, one, runs, level, found) => {
  const [finding] = lockFindings("prod", [one], NOW, () => runs);
  expect(finding).toMatchObject({
    level,
    about: "state of prod",
    found: expect.stringMatching(found) as string,
  });
  expect(finding?.fix.split("   #")[0]).toBe("pulumi cancel --stack prod");
});

test("locks in a folder: those of the stack alone", async () => {
  const folder = join(base, "back end", ".pulumi", "locks", "organization", "mybinder");
  for (const stack of ["prod", "staging"]) {
    mkdirSync(join(folder, stack), { recursive: true });
    writeFileSync(join(folder, stack, "a.json"), JSON.stringify({ ...lock(1, "ci"), username: stack }));
    writeFileSync(join(folder, stack, "a.json.attrs"), "{}");
  }
  const url = `file://${join(base, "back%20end")}`;
  expect(await stateLocks(url, "prod")).toMatchObject([{ username: "prod" }]);
  expect(await stateLocks(url, "local")).toEqual([]);
  const fromHome = `file://~/${relative(userInfo().homedir, join(base, "back end"))}`;
  expect(await stateLocks(fromHome, "staging")).toMatchObject([{ username: "staging" }]);
  const fromHere = `file://./${relative(ROOT, join(base, "back end"))}`;
  expect(await stateLocks(fromHere, "staging")).toMatchObject([{ username: "staging" }]);
});

test("locks in a bucket, which gcloud reads; without it, without access and elsewhere that is said", async () => {
  const gcloud = join(base, "gcloud");
  const says = (script: string): void => {
    writeFileSync(gcloud, `#!/bin/sh\necho "$@" > ${base}/asked\n${script}\n`, { mode: 0o755 });
  };
  const one = JSON.stringify(lock(1, "ci"), undefined, 2);
  says(`/bin/cat <<'END'\n${one}${one}\nEND`);
  expect(await stateLocks("gs://state/below?x=y", "prod", gcloud)).toEqual([lock(1, "ci"), lock(1, "ci")]);
  says("echo 'ERROR: The following URLs matched no objects or files:' >&2; exit 1");
  expect(await stateLocks("gs://state", "prod", gcloud)).toEqual([]);
  says("echo 'ERROR: you are not logged in' >&2; exit 1");
  await expect(stateLocks("gs://state", "prod", gcloud)).rejects.toThrow("you are not logged in");
  rmSync(gcloud);
  await expect(stateLocks("gs://state", "prod", gcloud)).rejects.toThrow("gcloud is not on PATH");
  const refused = stateLocks("s3://state", "prod");
  await expect(refused).rejects.toThrow(CannotTell);
  await expect(refused).rejects.toThrow("the locks of a backend at s3:// are not read");
});

test.each([
  ["v3.248.0", "3.248.0", 0],
  ["v3.249.1", "v3.248.0", 0],
  ["v3.219.0", "v3.248.0", 1],
])("Pulumi %s and a state that %s wrote", (version, wrote, many) => {
  const state = JSON.stringify({ version: 3, deployment: { manifest: { version: wrote } } });
  expect(versionFindings("prod", version, state)).toHaveLength(many);
});

test("a state that nobody wrote yet needs no version", () => {
  expect(versionFindings("prod", "v3.219.0", '{"version":3,"deployment":{"manifest":{}}}')).toEqual([]);
});
