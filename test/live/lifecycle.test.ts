import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand, runProgram } from "../support/runTool";

/*
 * Paused and gone on the real Pulumi engine, with a state of the shape that the program leaves. No Kubernetes provider
 * plugin is needed and no API server is there: whatever asked for one would fail. Does not prove: what `destroy` does in a
 * cloud.
 */

const URN = "urn:pulumi:bids-ovh::mybinder::";
const STACK = `${URN}pulumi:pulumi:Stack::mybinder-bids-ovh`;
const COMPONENT = `${URN}mybinder:index:MetaChart::mybinder`;
const PROVIDER = `${URN}pulumi:providers:kubernetes::bids-ovh`;
const inCluster = (type: string, name: string): Record<string, unknown> => ({
  urn: `${URN}mybinder:index:MetaChart$${type}::${name}`,
  custom: true,
  type,
  id: name,
  protect: true,
  parent: COMPONENT,
  provider: `${PROVIDER}::k1`,
  inputs: {},
  outputs: {},
});
const STATE = {
  version: 3,
  deployment: {
    manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" },
    resources: [
      { urn: STACK, custom: false, type: "pulumi:pulumi:Stack" },
      { urn: PROVIDER, custom: true, id: "k1", type: "pulumi:providers:kubernetes", parent: STACK },
      { urn: COMPONENT, custom: false, type: "mybinder:index:MetaChart", parent: STACK },
      inCluster("kubernetes:core/v1:Namespace", "mybinder-namespace"),
      inCluster("kubernetes:helm.sh/v3:Release", "mybinder"),
    ],
  },
};

(havePulumi() ? describe : describe.skip)("a member's stack on the real Pulumi engine", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-lifecycle-"));
  const copy = projectCopy();
  const env = {
    PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // an API server that nobody reaches
    MYBINDER_KUBECONFIG: "/nonexistent/kubeconfig",
  };
  const pulumi = (...args: string[]): Promise<Ended> =>
    runProgram("pulumi", [...args, "--stack", "bids-ovh", "--non-interactive"], env, copy.root).ended;
  const mybinder = (...args: string[]): Promise<Ended> => runCommand(copy.root, args, env).ended;
  const urns = async (): Promise<string[]> => {
    const { stdout } = await pulumi("stack", "export");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { urn: string }[] } };
    return (deployment.resources ?? []).map(({ urn }) => urn);
  };

  beforeAll(async () => {
    mkdirSync(join(base, "backend"));
    writeFileSync(join(base, "state.json"), JSON.stringify(STATE));
    await runProgram(
      "pulumi",
      ["stack", "init", "bids-ovh", "--secrets-provider", "passphrase", "--non-interactive"],
      env,
      copy.root,
    ).ended;
    const { code, stderr } = await pulumi("stack", "import", "--file", join(base, "state.json"));
    if (code !== 0) throw new Error(stderr);
  }, 60_000);
  afterAll(() => {
    copy.remove();
    rmSync(base, { recursive: true, force: true });
  });

  test("paused: preview and up say so, without a stack trace, and the state is as it was", async () => {
    const before = await urns();
    expect(before).toHaveLength(5);
    expect(await mybinder("members", "lifecycle", "bids-ovh", "paused")).toMatchObject({ code: 0 });
    for (const operation of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, stdout } = await pulumi(...operation);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/error: stack bids-ovh is paused .* nothing was changed\.\n/);
      expect(stdout).not.toMatch(/delet|at .*\.ts:\d+/);
    }
    expect(await urns()).toEqual(before);
  }, 120_000);

  test("a member that is not gone is not retired", async () => {
    const { code, stderr } = await mybinder("members", "retire", "bids-ovh", "--yes");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^bids-ovh is paused, .*lifecycle bids-ovh gone/),
    ]);
    expect(await urns()).toHaveLength(5);
  }, 60_000);

  test("gone: retire prints first, then takes it out of the state with the API server unreachable", async () => {
    expect(await mybinder("members", "lifecycle", "bids-ovh", "gone")).toMatchObject({ code: 0 });
    const printed = await mybinder("members", "retire", "bids-ovh");
    expect(printed.stdout).toContain("Nothing was run");
    expect(printed.stdout).toContain(
      "bucket mybinder-registry-bids-ovh at https://s3.us-east-va.io.cloud.ovh.us",
    );
    expect(await urns()).toHaveLength(5);

    const backup = join(base, "bids-ovh.state.json");
    const { code, stdout } = await mybinder("members", "retire", "bids-ovh", "--yes", "--backup", backup);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`Removed bids-ovh from Pulumi's state. Copies of the state: ${backup}\n`),
    ]);
    expect(JSON.parse(readFileSync(backup, "utf8"))).toMatchObject({ version: 3 });
    expect((await pulumi("stack", "export")).stderr).toMatch(/no stack named 'bids-ovh' found/);
    expect(readFileSync(join(copy.root, "Pulumi.bids-ovh.yaml"), "utf8")).toContain(
      "mybinder:lifecycle: gone",
    );
  }, 120_000);
});
