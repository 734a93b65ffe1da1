import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runProgram } from "../support/runTool";

/*
 * The bootstrap on the real engine: it starts, reads its settings and the stack files, and asks for Google's plugin, which no
 * registry has. What it would ask Google for: test/unit/bootstrap/program.test.ts.
 */

(havePulumi() ? describe : describe.skip)("bootstrap with Pulumi's real CLI", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-bootstrap-"));
  const copy = projectCopy();
  const env = {
    PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "bootstrap",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  const pulumi = (...args: string[]): Promise<Ended> =>
    runProgram(
      "pulumi",
      ["-C", "bootstrap", ...args, "--stack", "mybinder", "--non-interactive", "--color", "never"],
      env,
      copy.root,
    ).ended;

  beforeAll(async () => {
    mkdirSync(join(base, "backend"));
    const { code, stderr } = await runProgram(
      "pulumi",
      [
        "-C",
        "bootstrap",
        "stack",
        "init",
        "mybinder",
        "--secrets-provider",
        "passphrase",
        "--non-interactive",
      ],
      env,
      copy.root,
    ).ended;
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => {
    copy.remove();
    rmSync(base, { recursive: true, force: true });
  });

  test("it is a project of its own that finds its packages, and gets as far as Google's plugin", async () => {
    const { stdout, stderr } = await pulumi("preview");
    expect(stdout + stderr).toMatch(
      /no resource plugin 'pulumi-resource-gcp' found|Resources:\n +\+ \d{2,} to create/,
    );
  });

  test("a wrong setting is refused with its key, without a stack trace", async () => {
    expect((await pulumi("config", "set", "prefix", "Much_too_long")).code).toBe(0);
    const { code, stdout } = await pulumi("preview");
    expect(code).not.toBe(0);
    expect(stdout).toContain(
      'mybinder-bootstrap:prefix: found "Much_too_long" (string); allowed: at most 12 characters',
    );
    expect(stdout).not.toMatch(/^ +at /m);
  });
});
