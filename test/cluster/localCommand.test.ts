import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { environment } from "../../environment";
import type { ControlPlane, ControlPlaneStatus } from "../../tools/lab/controlPlane";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { toStderr } from "../../tools/ground/terminal/report";
import { requireReal } from "../support/real";

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;

real("mybinder local", () => {
  const state = mkdtempSync(join(tmpdir(), "mybinder-local-"));
  const local = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
    const program = join(__dirname, "..", "..", "tools", "mybinder.mjs");
    const env = { ...process.env, MYBINDER_STATE: state, MYBINDER_CACHE: environment().cache };
    return spawnSync(process.execPath, [program, "local", ...args], { env, encoding: "utf8" });
  };

  beforeAll(async () => {
    await ensureToolchain({ environment: environment(), report: toStderr });
  }, 900_000);
  afterAll(() => {
    local("down", "--all");
    rmSync(state, { recursive: true });
  });

  test("up, status, kubeconfig and down", () => {
    expect(local("status").stdout).toBe("No control plane runs. Start one with: npx mybinder local up\n");

    const up = local("up", "--json");
    expect(up).toMatchObject({ status: 0 });
    const plane = JSON.parse(up.stdout) as ControlPlane;
    expect(plane).toMatchObject({ name: "local", started: true });
    expect(local("up").stdout).toContain(`Control plane "local" was up already at ${plane.server}`);

    const [status] = JSON.parse(local("status", "--json").stdout) as ControlPlaneStatus[];
    expect(status).toMatchObject({ name: "local", state: "running", server: plane.server, logs: plane.logs });
    expect(status?.programs.map(({ pid }) => pid).sort()).toEqual(Object.values(plane.pids).sort());
    expect(local("status").stdout).toContain(plane.kubeconfig);
    expect(local("kubeconfig").stdout).toBe(`${plane.kubeconfig}\n`);
    expect(readFileSync(plane.kubeconfig, "utf8")).toContain(plane.server);

    expect(local("down", "--all").stdout).toBe('Control plane "local" is stopped and removed.\n');
    expect(readdirSync(state)).toEqual([]);
    expect(local("down").stdout).toBe('Control plane "local" is not running.\n');
  });

  test.each([
    [
      ["kubeconfig"],
      1,
      'Control plane "local" is stopped. Start it with: npx mybinder local up --name local\n',
    ],
    [["down", "--name", "../x"], 2, '"../x" cannot name a control plane: use lower-case letters'],
  ])("%j fails with one message", (args, code, message) => {
    const { status, stderr } = local(...args);
    expect(status).toBe(code);
    expect(stderr).toContain(message);
  });

  test.each([[[]], [["up"]], [["down"]], [["status"]], [["kubeconfig"]]])("%j has help", (args) => {
    expect(local(...args, "--help").stdout).toMatch(/^Usage: mybinder local/);
  });
});
