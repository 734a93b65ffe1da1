// The workflows and their scripts, read by the programs that know their languages.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { consumerPath } from "../../tools/lab/kube/consumers";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";
import { requireConsumers, requireReal } from "../support/real";

const shellcheck = requireReal("shellcheck", "shellcheck");
const FOLDER = join(ROOT, ".github", "workflows");
const FILES = readdirSync(FOLDER).map((file) => join(FOLDER, file));

(requireConsumers("actionlint") && shellcheck ? describe : describe.skip)("actionlint", () => {
  const actionlint = (...files: string[]): ReturnType<typeof run> =>
    run(consumerPath("actionlint", environment()), ["-color=false", "-shellcheck", "shellcheck", ...files]);

  test("finds nothing in the workflows", async () => {
    expect(await actionlint(...FILES)).toMatchObject({ code: 0, stdout: "" });
  });

  test("would find an output that no job has, and a variable that a shell splits", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-workflows-"));
    try {
      const deploy = readFileSync(join(FOLDER, "deploy.yml"), "utf8");
      const file = join(folder, "deploy.yml");
      const broken = deploy.replace(
        "fromJSON(needs.plan.outputs.members)",
        "fromJSON(needs.plan.outputs.member)",
      );
      writeFileSync(file, broken.replace('tools/ci/soak "$STACK"', "tools/ci/soak $STACK"));
      const { code, stdout } = await actionlint(file);
      expect(code).toBe(1);
      expect(stdout).toMatch(/property "member" is not defined/);
      expect(stdout).toMatch(/SC2086/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

(shellcheck ? test : test.skip)("shellcheck finds nothing in the scripts of CI", async () => {
  const scripts = readdirSync(join(ROOT, "tools", "ci")).map((script) => join(ROOT, "tools", "ci", script));
  expect(await run("shellcheck", [...scripts, join(ROOT, ".ci", "run")])).toMatchObject({
    code: 0,
    stdout: "",
  });
});
