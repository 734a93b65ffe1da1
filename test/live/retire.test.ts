import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { POOLS } from "../support/pools";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand, runProgram } from "../support/runTool";

/*
 * A member is deployed by the real engine on the real API server, which is then killed; at its port something takes
 * connections and never answers, the worst that a lost machine can do. Does not prove: what `destroy` does in a cloud.
 */

const STACK = "small";
/** Protected, as every member is; nothing that takes long to roll out. */
const FILE = `config:
  pulumi:disable-default-providers: [kubernetes, gcp]
  mybinder:role: member
  mybinder:domain: small.mybinder.org
  mybinder:cluster:
    kind: existing
    pools:
      core: {purpose: core, count: 2, cpus: 8, memoryGiB: 32, diskGiB: 100}
      user: {purpose: user, count: 2, cpus: 8, memoryGiB: 32, diskGiB: 100}
  mybinder:registry: {kind: none}
  mybinder:binder: {events: false}
  mybinder:monitoring: {enabled: false}
`;
/** A pulumi that ends whoever called it, as kill -9 does, when it has run the command that KILL_AFTER names. */
const WRAPPER = `#!/bin/sh
"$REAL_PULUMI" "$@"
code=$?
case "$*" in *"\${KILL_AFTER:-nothing}"*) kill -9 "$PPID" ;; esac
exit $code
`;

/** A server at a port of somebody who is about to leave it. */
async function listening(port: number, onConnection: () => void): Promise<Server> {
  for (let left = 100; ; left--) {
    const server = createServer(onConnection);
    const error = await new Promise<Error | undefined>((resolve) => {
      server.once("error", resolve).listen(port, "127.0.0.1", () => {
        resolve(undefined);
      });
    });
    if (!error) return server;
    if (left === 0) throw error;
    await sleep(100);
  }
}

(havePulumi() ? describe : describe.skip)("a member whose API server was killed", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-retire-"));
  const here = { ...environment(), state: join(base, "state") };
  const copy = projectCopy({ [`Pulumi.${STACK}.yaml`]: FILE });
  const charts = standInCache();
  const backup = join(base, "small.state.json");
  let plane: ControlPlane;
  let env: Record<string, string>;
  let silentServer: Server | undefined;
  let connections = 0;

  const pulumi = (...args: string[]): Promise<Ended> =>
    runProgram("pulumi", [...args, "--stack", STACK, "--non-interactive"], env, copy.root).ended;
  const mybinder = (args: readonly string[], more: Record<string, string> = {}): Promise<Ended> =>
    runCommand(copy.root, args, { ...env, ...more }).ended;
  const retire = (killAfter?: string): Promise<Ended> =>
    mybinder(["members", "retire", STACK, "--yes", "--backup", backup], {
      PATH: `${base}:${process.env["PATH"] ?? ""}`,
      ...(killAfter !== undefined && { KILL_AFTER: killAfter }),
    });
  const typesIn = (text: string): string[] => {
    const { deployment } = JSON.parse(text) as { deployment: { resources?: { type: string }[] } };
    return (deployment.resources ?? []).map(({ type }) => type);
  };
  const inCluster = (types: readonly string[]): number =>
    types.filter((type) => /^kubernetes:|^pulumi:providers:kubernetes$/.test(type)).length;

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: here, report: toStderr });
    mkdirSync(join(base, "backend"));
    writeFileSync(join(base, "pulumi"), WRAPPER);
    chmodSync(join(base, "pulumi"), 0o755);
    plane = await up({ name: STACK, pools: POOLS, environment: here, toolchain, report: silent });
    env = {
      PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      MYBINDER_KUBECONFIG: plane.kubeconfig,
      MYBINDER_CHART_CACHE: charts.folder,
      MYBINDER_HELM: toolchain.helm,
      REAL_PULUMI: execFileSync("which", ["pulumi"], { encoding: "utf8" }).trim(),
    };
    const made = await pulumi("stack", "init", "--secrets-provider", "passphrase");
    if (made.code !== 0) throw new Error(made.stderr);
    await pulumi("config", "set", "--secret", "buildTokenSecret", "ab".repeat(32));
    const { code, stdout } = await pulumi("up", "--yes", "--skip-preview");
    if (code !== 0) throw new Error(stdout);
    expect(await mybinder(["members", "lifecycle", STACK, "gone"])).toMatchObject({ code: 0 });

    const port = Number(new URL(plane.server).port);
    for (const pid of Object.values(plane.pids)) process.kill(pid, "SIGKILL");
    silentServer = await listening(port, () => (connections += 1));
    const asked = ["--kubeconfig", plane.kubeconfig, "--request-timeout=1s", "get", "nodes"];
    expect((await runProgram(toolchain.kubectl, asked, {}).ended).code).not.toBe(0);
  }, 900_000);
  afterAll(async () => {
    silentServer?.close();
    await down(STACK, here, silent);
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  }, 60_000);

  test("it is retired without a word to it, killed after each step and run again", async () => {
    // the kubeconfig leads there: kubectl was noticed
    expect(connections).toBeGreaterThan(0);
    connections = 0;
    const before = typesIn((await pulumi("stack", "export")).stdout);
    expect(inCluster(before)).toBeGreaterThan(6);

    expect(await retire("stack export")).toMatchObject({ stdout: "" });
    expect(typesIn((await pulumi("stack", "export")).stdout)).toEqual(before);

    expect(await retire("state delete")).toMatchObject({ stdout: "" });
    expect(inCluster(typesIn((await pulumi("stack", "export")).stdout))).toBe(0);

    expect(await retire("stack rm")).toMatchObject({ stdout: "" });
    expect((await pulumi("stack", "export")).stderr).toMatch(/no stack named 'small' found/);

    const { code, stdout } = await retire();
    expect([code, stdout]).toEqual([0, expect.stringContaining("Removed small from Pulumi's state.")]);
    expect(connections).toBe(0);
  }, 240_000);

  test("what it held is kept, whole and with its secrets encrypted; the runs after it overwrote nothing", () => {
    const files = readdirSync(base).filter((file) => file.startsWith("small.state"));
    expect(files.sort()).toEqual(["small.state.2.json", "small.state.3.json", "small.state.json"]);
    const kept = readFileSync(backup, "utf8");
    expect(inCluster(typesIn(kept))).toBeGreaterThan(6);
    expect(kept).toContain('"ciphertext"');
    expect(kept).not.toMatch(/"plaintext"|BEGIN [A-Z ]*PRIVATE KEY|client-key-data/);
  });

  test("where no run has kept a state, a stack that is not there is a failure: it may be another backend", async () => {
    const other = ["members", "retire", STACK, "--yes", "--backup", join(base, "other.json")];
    const { code, stdout, stderr } = await mybinder(other);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /no stack named 'small' found\nCheck that this backend has the stack: pulumi whoami/,
    );
  }, 60_000);
});
