// Proves: with Pulumi's CLI and a backend of files, `doctor` finds the lock that a killed run left, the command that it prints
// takes it away, and a CLI older than the state is found.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Diagnosis, Finding } from "../../tools/operate/doctor/diagnosis";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand, runProgram } from "../support/runTool";

(havePulumi() ? describe : describe.skip)("the state of a stack", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-locks-"));
  const copy = projectCopy();
  const locks = join(base, ".pulumi", "locks", "organization", "mybinder", "local");
  const env = {
    PULUMI_BACKEND_URL: `file://${base}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const pulumi = (...args: string[]): Promise<Ended> =>
    runProgram("pulumi", [...args, "--stack", "local", "--non-interactive"], env, copy.root).ended;
  const doctor = async (path = process.env["PATH"] ?? ""): Promise<Diagnosis> => {
    const { stdout } = await runCommand(copy.root, ["doctor", "local", "--json"], { ...env, PATH: path })
      .ended;
    return JSON.parse(stdout) as Diagnosis;
  };
  const about = ({ findings }: Diagnosis, what: string): Finding[] =>
    findings.filter((one) => one.about === what);

  beforeAll(async () => {
    expect(await pulumi("stack", "init", "--secrets-provider", "passphrase")).toMatchObject({ code: 0 });
  });
  afterAll(() => {
    copy.remove();
    rmSync(base, { recursive: true });
  });

  test("a run that is killed leaves a lock: who holds it and the command that removes it", async () => {
    const well = await doctor();
    expect(well.checked).toEqual(expect.arrayContaining(["state lock", "state's version"]));
    expect(well.findings).toEqual([]);

    const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "local"];
    const child = spawn("pulumi", args, {
      cwd: copy.root,
      env: { ...process.env, ...env },
      detached: true,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    for (let left = 300; !readdirSync(locks).some((name) => name.endsWith(".json")); left--) {
      if (left === 0) throw new Error("the run took no lock");
      await sleep(50);
    }
    process.kill(-(child.pid ?? 0), "SIGSTOP");
    const during = about(await doctor(), "state of local");
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    const held = `^locked for \\d+ s \\(since [-\\d]{10} [:\\d]{5} UTC\\) by \\S+ on ${hostname()}, process ${String(child.pid)}`;
    expect(during).toEqual([
      {
        level: "warning",
        about: "state of local",
        found: expect.stringMatching(new RegExp(`${held}: a deploy is running, or was killed$`)) as string,
        fix: "pulumi cancel --stack local   # only if no deploy is running",
      },
    ]);
    expect(about(await doctor(), "state of local")).toEqual([
      {
        level: "problem",
        about: "state of local",
        found: expect.stringMatching(
          new RegExp(`${held}, which no longer runs: the run was killed, `),
        ) as string,
        fix: "pulumi cancel --stack local",
      },
    ]);
    expect((await pulumi("up", "--yes", "--skip-preview")).stderr).toContain("currently locked");
    expect(await pulumi("cancel", "--yes")).toMatchObject({ code: 0 });
    expect(about(await doctor(), "state of local")).toEqual([]);
  }, 120_000);

  test("a CLI that is older than the state, and a backend without the stack", async () => {
    const bin = join(base, "bin");
    mkdirSync(bin);
    const real = (await runProgram("/bin/sh", ["-c", "command -v pulumi"], {}).ended).stdout.trim();
    const old = `#!/bin/sh\nif [ "$1" = version ]; then echo v3.240.1; else exec ${real} "$@"; fi\n`;
    writeFileSync(join(bin, "pulumi"), old, { mode: 0o755 });
    const [finding] = about(await doctor(`${bin}:${process.env["PATH"] ?? ""}`), "pulumi");
    expect(finding).toMatchObject({
      level: "problem",
      found: expect.stringMatching(
        /^v3\.240\.1 is older than the 3\.\d+\.\d+ that wrote the state of local; required: >=3\.\d+\.\d+$/,
      ) as string,
    });
    expect(await pulumi("stack", "rm", "--yes", "--preserve-config")).toMatchObject({ code: 0 });
    expect((await doctor()).notChecked).toContainEqual({
      level: "problem",
      check: "state's version",
      why: "pulumi stack export: error: no stack named 'local' found",
      fix: "pulumi stack ls   # is it the backend that has the stack?",
    });
  }, 60_000);
});
