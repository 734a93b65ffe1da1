// Proves: on a real API server with helm itself, `revert` brings back what ran before a deploy that works badly, one that does
// not start, and one that was killed; it interrupts no deploy unasked, and undoes itself by number only.
// Does not prove: what containers do; the release is a small chart in place of ours.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { ROOT } from "../../tools/ground/root";
import { toStderr } from "../../tools/ground/terminal/report";
import { type Outcome, run } from "../../tools/ground/terminal/run";
import { requireReal } from "../support/real";
import { type Ended, runCommand, runProgram } from "../support/runTool";

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;
const MINUTE = 60_000;

/** A workload that says which deploy it is of, and that no node takes if it is `stuck`. */
const TEMPLATE = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: works, annotations: {says: {{ .Values.says | quote }}}}
spec:
  selector: {matchLabels: {app: works}}
  template:
    metadata: {labels: {app: works}, annotations: {says: {{ .Values.says | quote }}}}
    spec:
      {{- if .Values.stuck }}
      nodeSelector: {no: such-node}
      {{- end }}
      containers: [{name: main, image: "x.example/n:1"}]
`;

real("mybinder revert", () => {
  const state = mkdtempSync(join(tmpdir(), "mybinder-revert-"));
  const chart = join(state, "chart");
  const kubeconfig = join(state, "control-planes", "local", "kubeconfig");
  const env = { MYBINDER_STATE: state, MYBINDER_CACHE: environment().cache };
  let toolchain: Toolchain;

  const command = (...args: string[]): Promise<Ended> => runCommand(ROOT, args, env).ended;
  const revert = (...args: string[]): Promise<Ended> => command("revert", "local", "--local", ...args);
  const deployArgs = (says: string, ...more: string[]): string[] => [
    ...["upgrade", "local", chart, "--install", "--namespace", "local", "--create-namespace"],
    ...["--kubeconfig", kubeconfig, "--set", `says=${says}`, ...more],
  ];
  const deploy = (says: string, ...more: string[]): Promise<Outcome> =>
    run(toolchain.helm, deployArgs(says, ...more));
  const deployed = async (says: string): Promise<void> => {
    const { code, stderr } = await deploy(says);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  };
  const get = async (jsonpath: string): Promise<string> => {
    const args = ["get", "deployment", "works", "--namespace", "local", `--output=jsonpath=${jsonpath}`];
    return (await run(toolchain.kubectl, ["--kubeconfig", kubeconfig, ...args])).stdout;
  };
  const says = (): Promise<string> => get("{.metadata.annotations.says}");

  beforeAll(async () => {
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
    mkdirSync(join(chart, "templates"), { recursive: true });
    writeFileSync(join(chart, "Chart.yaml"), "apiVersion: v2\nname: mybinder\nversion: 1.0.0\n");
    writeFileSync(join(chart, "values.yaml"), "says: nothing\nstuck: false\n");
    writeFileSync(join(chart, "templates", "works.yaml"), TEMPLATE);
    expect(await command("local", "up")).toMatchObject({ code: 0 });
  }, 15 * MINUTE);
  afterAll(async () => {
    await command("local", "down", "--all");
    rmSync(state, { recursive: true });
  }, MINUTE);

  test(
    "a deploy that works badly is taken back; a second revert does not bring it back, its number does",
    async () => {
      expect(await revert()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("is not installed") as string,
      });
      await deployed("good");
      await deployed("bad");
      const asked = await revert("--dry-run", "--json");
      expect(JSON.parse(asked.stdout)).toEqual({ stack: "local", from: 2, to: 1 });
      expect(await says()).toBe("bad");
      const reverted = await revert();
      expect(reverted).toMatchObject({ code: 0 });
      expect(reverted.stdout).toMatch(
        /^local is back at revision 1, as revision 3\n[^]*\nundo: {2}npx mybinder revert local --local --to 2\n$/,
      );
      expect(await says()).toBe("good");
      const again = await revert();
      expect(again).toMatchObject({ code: 1 });
      expect(again.stderr).toMatch(/^release local: revision 3 is a rollback to revision 1 already/);
      expect(await revert("--to", "2")).toMatchObject({ code: 0 });
      expect(await says()).toBe("bad");
      expect(await revert("--to", "1")).toMatchObject({ code: 0 });
    },
    2 * MINUTE,
  );

  test(
    "a deploy that renders and does not start is taken back, and every pod runs",
    async () => {
      const failed = await deploy("never", "--set", "stuck=true", "--wait", "--timeout", "3s");
      expect(failed).toMatchObject({ code: 1 });
      expect(await says()).toBe("never");
      const reverted = await revert();
      expect(reverted).toMatchObject({ code: 0 });
      // what never ran is nothing to go back to
      expect(reverted.stdout).not.toContain("undo:");
      expect(await says()).toBe("good");
      expect(await get("{.status.availableReplicas} {.status.replicas}")).toBe("1 1");
    },
    MINUTE,
  );

  test(
    "a deploy that was killed is taken back, once somebody says that it no longer runs",
    async () => {
      const killed = runProgram(toolchain.helm, deployArgs("half", "--set", "stuck=true", "--wait"), env);
      for (let left = 200; (await says()) !== "half" && left > 0; left--) await sleep(100);
      killed.child.kill("SIGKILL");
      await killed.ended;
      expect(await says()).toBe("half");
      const refused = await revert();
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.stderr).toMatch(
        /may still be running \(revision \d+, pending-upgrade\)\. .* npx mybinder revert local --local --stopped\n$/,
      );
      expect(await says()).toBe("half");
      expect(await revert("--stopped")).toMatchObject({ code: 0 });
      expect(await says()).toBe("good");
      await deployed("next");
    },
    MINUTE,
  );
});
