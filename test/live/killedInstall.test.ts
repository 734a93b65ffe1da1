import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { down, up } from "../../tools/lab/controlPlane";
import type { Diagnosis } from "../../tools/operate/doctor/diagnosis";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { run } from "../../tools/ground/terminal/run";
import { POOLS } from "../support/pools";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand, runProgram } from "../support/runTool";

/* The first install of a stack, killed in the middle with the real engine, and the way out that docs/deploy.md names. */

const STACK = "killed";
const FILE = `config:
  pulumi:disable-default-providers: [kubernetes, gcp]
  mybinder:role: proxy
  mybinder:domain: killed.mybinder.org
  mybinder:cluster:
    kind: existing
    pools:
      core: {purpose: core, count: 2, cpus: 8, memoryGiB: 32, diskGiB: 100}
  mybinder:monitoring: {enabled: false}
  mybinder:federation:
    members: [{name: other, weight: 1, external: {url: "https://binder.example.org"}}]
`;
const WAITS =
  "  mybinder:overrides: [{reason: there is no such node, values: {federationProxy: {nodeSelector: {disk: none}}}}]\n";

(havePulumi() ? describe : describe.skip)("a first install that is killed", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-killed-"));
  const here = { ...environment(), state: join(base, "state") };
  const copy = projectCopy({ [`Pulumi.${STACK}.yaml`]: FILE });
  const charts = standInCache();
  const file = join(copy.root, `Pulumi.${STACK}.yaml`);
  let env: Record<string, string>;
  let helm = "";
  let kubeconfig = "";

  const all = (args: readonly string[]): string[] => [
    ...args,
    "--stack",
    STACK,
    "--non-interactive",
    "--color",
    "never",
  ];
  const pulumi = (...args: string[]): Promise<Ended> => runProgram("pulumi", all(args), env, copy.root).ended;
  const status = async (): Promise<string> =>
    (await run(helm, ["status", STACK, "--namespace", STACK, "--kubeconfig", kubeconfig])).stdout;

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: here, report: toStderr });
    ({ helm } = toolchain);
    mkdirSync(join(base, "backend"));
    const plane = await up({ name: STACK, pools: POOLS, environment: here, toolchain, report: silent });
    kubeconfig = plane.kubeconfig;
    env = {
      PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      MYBINDER_KUBECONFIG: kubeconfig,
      MYBINDER_CHART_CACHE: charts.folder,
      MYBINDER_HELM: toolchain.helm,
    };
    const made = await pulumi("stack", "init", "--secrets-provider", "passphrase");
    if (made.code !== 0) throw new Error(made.stderr);
  }, 900_000);
  afterAll(async () => {
    await down(STACK, here, silent);
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  }, 60_000);

  test("doctor prints how to take it away, and nothing of somebody else's release; then the next deploy passes", async () => {
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, whole.replace("config:\n", `config:\n${WAITS}`));
    const child = spawn("pulumi", all(["up", "--yes", "--skip-preview"]), {
      cwd: copy.root,
      env: { ...process.env, ...env },
      detached: true,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    for (let left = 300; !(await status()).includes("STATUS: pending-install"); left--) {
      if (left === 0) throw new Error("the install did not begin");
      await sleep(200);
    }
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    writeFileSync(file, whole);

    expect((await pulumi("cancel", "--yes")).code).toBe(0);
    const refused = await pulumi("up", "--yes", "--skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain("cannot re-use a name that is still in use");

    const args = ["doctor", STACK, "--kubeconfig", kubeconfig, "--json"];
    const { findings } = JSON.parse((await runCommand(copy.root, args, env).ended).stdout) as Diagnosis;
    const fixes = findings.filter(({ about }) => about === `release ${STACK}`).map(({ fix }) => fix);
    expect(fixes).toEqual([expect.stringMatching(/helm uninstall killed --namespace killed /)]);
    const uninstall = (fixes[0] ?? "").replace(/ {3}#.*$/, "");
    expect(await run("/bin/sh", ["-c", uninstall])).toMatchObject({ code: 0 });

    expect(await pulumi("refresh", "--clear-pending-creates", "--yes", "--skip-preview")).toMatchObject({
      code: 0,
    });
    const passed = await pulumi("up", "--yes", "--skip-preview");
    expect({ code: passed.code, stdout: passed.code === 0 ? "" : passed.stdout }).toEqual({
      code: 0,
      stdout: "",
    });
    expect(passed.stdout).not.toContain("pending operations");
    expect(await status()).toContain("STATUS: deployed");
  }, 300_000);
});
