import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { givenSecrets } from "../../secret/given";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { canariesIn, type Canary, canaryOf } from "../support/canaries";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { type Ended, runCommand, runProgram } from "../support/runTool";

/*
 * A member with a canary in every secret on the real engine, whose cluster does not answer: the preview, a deploy that
 * fails after it has drawn the generated secrets, and the state that is left. It needs no cluster; test/live/pulumi.test.ts
 * has one. The CLI and its plugins are in no package registry: a machine without them skips this file.
 */

const STACK = "hetzner-2i2c";

function haveEngine(): boolean {
  const { status, stdout } = spawnSync("pulumi", ["plugin", "ls", "--json"], { encoding: "utf8" });
  if (status === 0 && ["kubernetes", "random"].every((name) => stdout.includes(`"name": "${name}"`))) {
    return true;
  }
  process.stderr.write("skipped: no pulumi on PATH with the plugins kubernetes and random\n");
  return false;
}

(haveEngine() ? describe : describe.skip)("canaries on the real Pulumi engine", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-engine-"));
  const copy = projectCopy();
  const charts = standInCache();
  const env = {
    PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "canaries",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    MYBINDER_CHART_CACHE: charts.folder,
    NODE_OPTIONS: `--require=${join(__dirname, "..", "support", "recordSpawns.js")}`,
    RECORD_SPAWNS: join(base, "spawns.jsonl"),
  };
  const canaries: Canary[] = givenSecrets
    .filter(({ neededBy }) => neededBy(loadStackFile(STACK).stack.config))
    .map(({ key }) => canaryOf(key, STACK));
  const pulumi = (args: readonly string[], input = ""): Promise<Ended> => {
    const all = [...args, "--stack", STACK, "--non-interactive", "--color", "never"];
    const { child, ended } = runProgram("pulumi", all, env, copy.root);
    child.stdin?.end(input);
    return ended;
  };
  const changes = async (): Promise<string[]> => {
    const { stdout } = await pulumi(["preview", "--json"]);
    const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    return steps
      .filter(({ op, urn }) => op !== "same" && urn.includes("::random:"))
      .map(({ op, urn }) => `${op} ${urn.replace(/^.*::/, "")}`)
      .sort();
  };

  beforeAll(async () => {
    mkdirSync(join(base, "backend"));
    spawnSync("pulumi", ["stack", "init", STACK, "--secrets-provider", "passphrase", "--non-interactive"], {
      cwd: copy.root,
      env: { ...process.env, ...env },
    });
    for (const { key } of canaries) {
      const { value } = canaryOf(key, STACK);
      await pulumi(["config", "set", "--secret", key], key === "kubeconfig" ? unreachable(value) : value);
    }
  }, 120_000);
  afterAll(() => {
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  });

  test("preview, a deploy that fails, and the exported state show no canary and no drawn secret", async () => {
    expect(canaries.length).toBeGreaterThanOrEqual(9);
    const preview = await pulumi(["preview", "--diff"]);
    expect(preview.code).toBe(0);
    expect(preview.stdout).toContain("kubernetes:helm.sh/v3:Release");
    // the cluster is found unreachable while secrets are still drawn, and none is to be left out
    const up = await pulumi(["up", "--yes", "--skip-preview", "--continue-on-error"]);
    expect(up.code).not.toBe(0);
    expect(`${up.stdout}${up.stderr}`).toContain("configured Kubernetes cluster is unreachable");
    const exported = await pulumi(["stack", "export"]);
    const open = await pulumi(["stack", "export", "--show-secrets"]);
    expect(canariesIn(open.stdout, canaries)).toContain("kubeconfig");
    const drawn = [...open.stdout.matchAll(/"plaintext": "\\"(\w{16,})\\""/g)].map(([, text = ""]) => ({
      key: text,
      text,
    }));
    expect(drawn.length).toBeGreaterThan(10);
    const printed = [preview, up, exported].map(({ stdout, stderr }) => `${stdout}${stderr}`).join("");
    expect(canariesIn(printed, [...canaries, ...drawn])).toEqual([]);
  }, 240_000);

  test("what was drawn stays, until its key is rotated: then that one is replaced, and no other", async () => {
    expect(await changes()).toEqual([]);
    await runCommand(copy.root, ["secrets", "rotate", "proxy-token", "--stack", STACK], env).ended;
    expect(await changes()).toEqual(["replace proxy-token"]);
  }, 240_000);

  test("Harbor, none, Harbor again: what its database remembers is not replaced", async () => {
    const file = join(copy.root, `Pulumi.${STACK}.yaml`);
    const harbor = readFileSync(file, "utf8");
    const none = harbor.replace(/mybinder:registry:\n( {4}.*\n)+/, "mybinder:registry: {kind: none}\n");
    expect(none).not.toBe(harbor);
    writeFileSync(file, none);
    // nothing is deleted by an update that fails, as it would without a cluster
    const off = await pulumi(["up", "--yes", "--skip-preview", "--target", "**random:index**"]);
    expect({ code: off.code, stdout: off.code === 0 ? "" : off.stdout }).toEqual({ code: 0, stdout: "" });
    writeFileSync(file, harbor);
    const again = await changes();
    expect(again).toContain("create registry-builder");
    expect(again.filter((change) => /harbor-(admin|key|database)$/.test(change))).toEqual([]);
  }, 240_000);

  /** A kubeconfig of a cluster that is not there, with the canary as its token. */
  function unreachable(value: string): string {
    const [, token = ""] = /token: (\S+?)\}/.exec(value) ?? [];
    const file = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "none", cluster: { server: "https://none.invalid:1" } }],
      users: [{ name: "none", user: { token } }],
      contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
      "current-context": "none",
    };
    return JSON.stringify(file);
  }
});
