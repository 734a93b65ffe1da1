import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { run } from "../../tools/ground/terminal/run";
import { POOLS } from "../support/pools";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand, runProgram } from "../support/runTool";

/*
 * What the real engine does to a protected proxy, on a real API server: its destroy is refused before anything is deleted, the
 * first upgrade can be taken back, and a release of another name is refused at preview.
 */

const STACK = "guarded";
const FILE = `config:
  pulumi:disable-default-providers: [kubernetes, gcp]
  mybinder:role: proxy
  mybinder:domain: guarded.mybinder.org
  mybinder:cluster:
    kind: existing
    pools:
      core: {purpose: core, count: 2, cpus: 8, memoryGiB: 32, diskGiB: 100}
  mybinder:federation:
    members: [{name: other, weight: 1, external: {url: "https://binder.example.org"}}]
`;

(havePulumi() ? describe : describe.skip)("a protected stack on the real Pulumi engine", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-protect-"));
  const here = { ...environment(), state: join(base, "state") };
  const copy = projectCopy({ [`Pulumi.${STACK}.yaml`]: FILE });
  const charts = standInCache();
  let env: Record<string, string>;
  let tools: { kubectl: string; helm: string };
  let kubeconfig = "";

  const pulumi = (...args: string[]): Promise<Ended> =>
    runProgram("pulumi", [...args, "--stack", STACK, "--non-interactive", "--color", "never"], env, copy.root)
      .ended;
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  };
  const urns = async (): Promise<string[]> => {
    const { deployment } = JSON.parse(await done("stack", "export")) as {
      deployment: { resources?: { urn: string }[] };
    };
    return (deployment.resources ?? []).map(({ urn }) => urn).sort();
  };
  const uids = async (): Promise<string> =>
    (
      await run(tools.kubectl, [
        ...["get", "namespaces,configmaps,secrets,deployments,customresourcedefinitions", "--all-namespaces"],
        ...[
          "--kubeconfig",
          kubeconfig,
          "--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{'\\n'}{end}",
        ],
      ])
    ).stdout;
  const helm = async (...args: string[]): Promise<string> =>
    (await run(tools.helm, [...args, "--namespace", STACK, "--kubeconfig", kubeconfig])).stdout;

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: here, report: toStderr });
    tools = toolchain;
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
    await done("stack", "init", "--secrets-provider", "passphrase");
    await done("up", "--yes", "--skip-preview");
  }, 900_000);
  afterAll(async () => {
    await down(STACK, here, silent);
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  }, 60_000);

  test.each([
    ["destroy", ["destroy", "--yes"]],
    ["destroy without a preview", ["destroy", "--yes", "--skip-preview"]],
    ["destroy that goes on after errors", ["destroy", "--yes", "--skip-preview", "--continue-on-error"]],
  ])(
    "%s is refused, and nothing is deleted",
    async (_, args) => {
      const before = { urns: await urns(), uids: await uids() };
      const { code, stdout } = await pulumi(...args);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/cannot be deleted\s+because it is protected/);
      expect({ urns: await urns(), uids: await uids() }).toEqual(before);
    },
    120_000,
  );

  test("the first upgrade does not get ready: it is rolled back, and the next deploy passes", async () => {
    const file = join(copy.root, `Pulumi.${STACK}.yaml`);
    const before = readFileSync(file, "utf8");
    const values = "{federationProxy: {nodeSelector: {disk: none}}}";
    const override = `  mybinder:overrides: [{reason: there is no such node, values: ${values}}]\n`;
    writeFileSync(file, before.replace("config:\n", `config:\n${override}`));
    // Helm would wait for 15 minutes
    const program = join(copy.root, "model", "stack", "releases.ts");
    const text = readFileSync(program, "utf8");
    writeFileSync(program, text.replace("timeout: 900", "timeout: 20"));
    const { code, stdout } = await pulumi("up", "--yes", "--skip-preview");
    writeFileSync(file, before);
    writeFileSync(program, text);
    expect(code).not.toBe(0);
    expect(stdout).toContain("has been rolled back due to atomic being set");
    expect(stdout).not.toContain("immutable");
    expect(await helm("status", STACK)).toMatch(/STATUS: deployed\nREVISION: 3\n/);
    await done("up", "--yes", "--skip-preview");
    expect(await helm("status", STACK)).toMatch(/STATUS: deployed\nREVISION: \d/);
    await done("preview", "--expect-no-changes");
  }, 240_000);

  test("a rollback by hand shows in no refresh and no preview; another rollback or a deploy takes it back", async () => {
    const revisions = async (): Promise<{ revision: number; description: string }[]> =>
      JSON.parse(await helm("history", STACK, "--output", "json")) as never;
    const template = join(copy.root, "charts/mybinder/templates/priority-classes/priorityclass.yaml");
    const text = readFileSync(template, "utf8");
    writeFileSync(template, `${text}\n# edited\n`);
    await done("up", "--yes", "--skip-preview");
    const edited = (await revisions()).at(-1);
    await helm("rollback", STACK, "1");
    await done("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    await done("preview", "--expect-no-changes");
    expect((await revisions()).at(-1)?.description).toBe("Rollback to 1");
    const doctor = await runCommand(copy.root, ["doctor", STACK, "--kubeconfig", kubeconfig, "--json"], env)
      .ended;
    expect(doctor.stdout).toContain("differs from this folder's");
    // forward again by hand, or back in the repository too and then a deploy
    await helm("rollback", STACK, String(edited?.revision));
    writeFileSync(template, text);
    await done("up", "--yes", "--skip-preview");
    expect((await revisions()).at(-1)?.description).toMatch(/^chart sha256:/);
  }, 240_000);

  test("a release of another name is refused at preview, with the command that lifts the protection", async () => {
    const before = await urns();
    const file = join(copy.root, "index.ts");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("release: name,", 'release: "renamed",'));
    for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, stdout } = await pulumi(...args);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/unable to replace resource .*Namespace::mybinder-namespace/);
      expect(stdout).toMatch(/currently marked for protection/);
    }
    writeFileSync(file, text);
    expect(await urns()).toEqual(before);
  }, 120_000);

  test("without protection it takes the place of the old one, and a destroy leaves no resource", async () => {
    const stackFile = join(copy.root, `Pulumi.${STACK}.yaml`);
    writeFileSync(
      stackFile,
      readFileSync(stackFile, "utf8").replace("config:\n", 'config:\n  mybinder:protect: "false"\n'),
    );
    await done("up", "--yes", "--skip-preview");
    const file = join(copy.root, "index.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace("release: name,", 'release: "renamed",'));
    await done("up", "--yes", "--skip-preview");
    const list = ["list", "--all-namespaces", "--kubeconfig", kubeconfig, "--short"];
    expect((await run(tools.helm, list)).stdout.trim().split("\n").sort()).toEqual([
      "cert-manager",
      "renamed",
    ]);
    await done("destroy", "--yes", "--skip-preview");
    expect(await urns()).toEqual([]);
  }, 240_000);
});
