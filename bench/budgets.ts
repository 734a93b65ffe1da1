import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../environment";
import { down, up } from "../tools/lab/controlPlane";
import { ensureToolchain } from "../tools/lab/kube/toolchain";
import { silent } from "../tools/ground/terminal/report";
import { ROOT } from "../tools/ground/root";
import { loadStackFile } from "../tools/ground/stackFile/stacks";
import { secondsOf, secondsOfProgram } from "./measure";
import { pulumiRows } from "./pulumiBudgets";
import type { Bench } from "./table";

const CLI = join(ROOT, "tools", "mybinder.mjs");

/** The budgets of the design, measured on this machine in one run. */
export const budgets: Bench = {
  name: "budgets",
  description: "times of what an operator waits for, beside their budgets",
  run: async (report, signal) => {
    const env = environment();
    const toolchain = await ensureToolchain({ environment: env, report, signal });
    const base = mkdtempSync(join(tmpdir(), "mybinder-bench-"));
    const state = join(base, "state");
    const cli = (...args: string[]): Promise<number> =>
      secondsOfProgram(process.execPath, [CLI, ...args], {
        cwd: ROOT,
        env: { MYBINDER_STATE: state },
        signal,
      });
    const rows: string[][] = [];
    const row = (what: string, seconds: number, budget: string): void => {
      report(`${what}: ${seconds.toFixed(1)} s`);
      rows.push([what, `${seconds.toFixed(1)} s`, budget]);
    };
    try {
      const { pools } = loadStackFile("local").stack;
      const options = {
        name: "local",
        pools,
        environment: { ...env, state },
        toolchain,
        report: silent,
        signal,
      };
      row("control plane ready, tools built", await secondsOf(() => up(options)), "5 s");
      await down("local", options.environment, silent);
      row("npm start to a deployed local, tools built", await cli("start", "--rehearse"), "30 s");
      row("npm start again, nothing changed", await cli("start", "--rehearse"), "-");
      await cli("stop");
      row(
        "rehearsal of all stacks together",
        await cli("rehearse", "--all", "--charts", "stand-ins"),
        "60 s",
      );
      row(
        "diff of six stacks and two commits",
        await cli("diff", "--base", "HEAD", "--head", "HEAD"),
        "30 s",
      );
      // One core more than jest takes by itself: the budget is for two, and nothing here needs the other.
      const jest = [
        join(ROOT, "node_modules", "jest", "bin", "jest.js"),
        "test/unit",
        "test/golden",
        "--maxWorkers=2",
      ];
      row(
        "unit and golden tests",
        await secondsOfProgram(process.execPath, jest, { cwd: ROOT, signal }),
        "30 s",
      );
      rows.push(...(await pulumiRows({ base, toolchain, environment: { ...env, state }, report, signal })));
    } finally {
      await down("local", { ...env, state }, silent);
      rmSync(base, { recursive: true, force: true });
    }
    return { title: "Budgets", columns: ["what", "measured", "budget"], rows };
  },
};
