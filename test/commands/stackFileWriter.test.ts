import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { projectCopy } from "../support/projectCopy";

/*
 * What an operator's commands do to the stack files when they are killed, run at once, or have no room: the files are the
 * whole description of what is deployed.
 */

const copy = projectCopy();
afterAll(copy.remove);
const prod = join(copy.root, "Pulumi.prod.yaml");
const before = readFileSync(prod, "utf8");
beforeEach(() => {
  writeFileSync(prod, before);
});
const cli = join(copy.root, "tools", "mybinder.mjs");
const drain = (member: string): string[] => [
  ...["traffic", "drain", member, "--until", "6h", "--peak", "1", "--no-apply", "--force"],
  ...["--reason", "a test"],
];
const drained = (text: string): string[] =>
  Object.keys((parse(text) as { config: Record<string, object> }).config["mybinder:traffic"] ?? {}).sort();
const git = (): string => execFileSync("git", ["status", "--short"], { cwd: copy.root, encoding: "utf8" });

beforeAll(() => {
  execFileSync("git", ["init", "-q"], { cwd: copy.root });
  execFileSync("git", ["add", "-A"], { cwd: copy.root });
});

test("three commands at once: each change is there", async () => {
  const members = ["hetzner-2i2c", "hetzner-gesis", "bids-ovh"];
  const codes = await Promise.all(
    members.map(
      (member) =>
        new Promise((resolve) => {
          spawn(process.execPath, [cli, ...drain(member)], { stdio: "ignore" }).on("close", resolve);
        }),
    ),
  );
  expect(codes).toEqual([0, 0, 0]);
  expect(drained(readFileSync(prod, "utf8"))).toEqual([...members].sort());
});

test("killed at any moment, a command leaves the old text or the new one, and the next goes on", async () => {
  for (const delay of [250, 400, 500, 600, 700, 800]) {
    writeFileSync(prod, before);
    const child = spawn(process.execPath, [cli, ...drain("bids-ovh")], { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, delay));
    const closed = child.exitCode !== null || new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await closed;
    const text = readFileSync(prod, "utf8");
    expect(text === before || drained(text).includes("bids-ovh")).toBe(true);
  }
  expect(spawnSync(process.execPath, [cli, ...drain("hetzner-2i2c")]).status).toBe(0);
  expect(
    git()
      .split("\n")
      .filter((line) => line.startsWith("??")),
  ).toEqual([]);
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write("skipped: a full disk and a read-only one need root to be mounted\n");

(isRoot ? test : test.skip)("on a full disk the file keeps its text, and one line says what to do", () => {
  // the folder of the copy on a file system of its own, which is full
  const disk = mkdtempSync(join(tmpdir(), "mybinder-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m,nr_inodes=20000", "tmpfs", disk]);
  try {
    execFileSync("cp", ["-a", `${copy.root}/.`, disk]);
    spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "filler")}`, "bs=64k"]);
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(disk, "tools", "mybinder.mjs"), ...drain("bids-ovh")],
      {
        encoding: "utf8",
      },
    );
    expect(status).toBe(3);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/the disk is full/);
    expect(readFileSync(join(disk, "Pulumi.prod.yaml"), "utf8")).toBe(before);
  } finally {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});

(isRoot ? test : test.skip)("in a read-only checkout one line says so", () => {
  execFileSync("mount", ["--bind", copy.root, copy.root]);
  execFileSync("mount", ["-o", "remount,ro,bind", copy.root]);
  try {
    const { status, stderr } = spawnSync(process.execPath, [cli, ...drain("bids-ovh")], { encoding: "utf8" });
    expect(status).toBe(3);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/its file system is read-only/);
  } finally {
    execFileSync("umount", [copy.root]);
  }
});

test("a stack file that is a folder, and a state folder that is a file, are each one line", () => {
  const folder = join(copy.root, "Pulumi.folder.yaml");
  mkdirSync(folder);
  const listed = spawnSync(process.execPath, [cli, "stacks"], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(listed.status).toBe(2);
  expect(listed.stderr).toMatch(/Pulumi\.folder\.yaml: found a folder; allowed: a YAML file/);

  const state = join(mkdtempSync(join(tmpdir(), "mybinder-state-")), "state");
  writeFileSync(state, "");
  chmodSync(state, 0o600);
  const status = spawnSync(process.execPath, [cli, "rehearse", "local"], {
    encoding: "utf8",
    env: { ...process.env, MYBINDER_STATE: state },
  });
  expect(status.status).toBe(3);
  expect(status.stderr).not.toMatch(/\n\s+at /);
  expect(existsSync(state)).toBe(true);
});
