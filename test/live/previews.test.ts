import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackNames } from "../../model/stack/stackFiles";
import { givenSecrets } from "../../secret/given";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { canariesIn, type Canary, canaryOf } from "../support/canaries";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runProgram } from "../support/runTool";

/*
 * The whole federation on the real engine as it is in production: every stack file holds the ciphertext of every secret that
 * its stack uses, and is previewed beside all the others. No cluster answers. Plugins that none of the stacks needs are not
 * there, and none may be looked for.
 */

(havePulumi() ? describe : describe.skip)("previews with every secret set", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-previews-"));
  const copy = projectCopy();
  const charts = standInCache();
  const env = {
    PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "previews",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    MYBINDER_CHART_CACHE: charts.folder,
  };
  const canaries: Canary[] = [];
  const pulumi = (...args: string[]): Promise<Ended> =>
    runProgram("pulumi", [...args, "--non-interactive", "--color", "never"], env, copy.root).ended;

  beforeAll(async () => {
    mkdirSync(join(base, "backend"));
    for (const stack of stackNames(ROOT)) {
      const made = await pulumi("stack", "init", stack, "--secrets-provider", "passphrase");
      if (made.code !== 0) throw new Error(made.stderr);
      const { config } = loadStackFile(stack).stack;
      const own = givenSecrets
        .filter(({ neededBy }) => neededBy(config))
        .map(({ key }) => canaryOf(key, stack));
      canaries.push(...own);
      const pairs = own.flatMap(({ key, value }) => ["--secret", `${key}=${value}`]);
      const set = await pulumi("config", "set-all", "--stack", stack, ...pairs);
      if (set.code !== 0) throw new Error(set.stderr);
    }
  }, 300_000);
  afterAll(() => {
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  });

  test.each(stackNames(ROOT))(
    "%s",
    async (stack) => {
      const { code, stdout, stderr } = await pulumi("preview", "--stack", stack, "--logtostderr", "-v", "7");
      const said = stdout.replace(/\n@.*/g, "");
      expect({ code, said: code === 0 ? "" : said }).toEqual({ code: 0, said: "" });
      expect(stdout).toContain("kubernetes:helm.sh/v3:Release mybinder create");
      expect(stdout).not.toMatch(/Undefined value|error:/);
      expect(stderr).not.toMatch(/plugin gcp|resource-gcp/);
      expect(canariesIn(stdout, canaries)).toEqual([]);
      const [, hosts = ""] = /^ {4}hosts +: \[\n([^]*?)^ {4}\]$/m.exec(stdout) ?? [];
      const { config } = loadStackFile(stack).stack;
      expect(/^ +service +: "registry"$/m.test(hosts)).toBe(
        config.role !== "proxy" && config.registry.kind === "harbor",
      );
    },
    120_000,
  );
});
