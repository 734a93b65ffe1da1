import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import type { Diagnosis } from "../../tools/operate/doctor/diagnosis";
import { toStderr } from "../../tools/ground/terminal/report";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand } from "../support/runTool";

/* `npm start` where it deploys with the real engine; test/cluster has it as a rehearsal. */

(havePulumi() ? describe : describe.skip)("npm start with Pulumi", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-live-start-"));
  const copy = projectCopy();
  const charts = standInCache();
  const state = join(base, "state");
  const env = {
    MYBINDER_STATE: state,
    MYBINDER_CACHE: environment().cache,
    MYBINDER_CHART_CACHE: charts.folder,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const mybinder = (...args: string[]): Promise<Ended> => runCommand(copy.root, args, env).ended;

  /** Starts, and presses Ctrl-C when `text` is printed: the whole group gets it, as from a terminal. */
  const interrupted = (text: string): Promise<{ code: number | null; printed: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [join(copy.root, "tools", "mybinder.mjs"), "start"], {
        cwd: copy.root,
        env: { ...process.env, ...env },
        detached: true,
      });
      let printed = "";
      let pressed = false;
      const read = (chunk: string): void => {
        printed += chunk;
        if (pressed || !printed.includes(text) || child.pid === undefined) return;
        pressed = true;
        process.kill(-child.pid, "SIGINT");
      };
      child.stdout.setEncoding("utf8").on("data", read);
      child.stderr.setEncoding("utf8").on("data", read);
      child.once("close", (code) => {
        resolve({ code, printed });
      });
    });

  beforeAll(async () => {
    await ensureToolchain({ environment: environment(), report: toStderr });
  }, 900_000);
  afterAll(async () => {
    await mybinder("stop");
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  }, 60_000);

  test("Ctrl-C in the middle of the release ends it tidily: the next start goes on, and stop leaves nothing", async () => {
    const { code, printed } = await interrupted("kubernetes:helm.sh/v3:Release mybinder creating");
    expect({ code, printed: code === 130 ? "" : printed }).toEqual({ code: 130, printed: "" });
    // told once, Pulumi ends what it does; told twice, it drops it and the release's name is taken for ever
    expect(printed).not.toContain("received; terminating");
    expect(printed).toMatch(
      /To continue, run the same command again; npm stop removes what was created\.\n$/,
    );

    const again = await mybinder("start");
    expect({ code: again.code, printed: again.code === 0 ? "" : again.stdout }).toEqual({
      code: 0,
      printed: "",
    });
    expect(again.stdout).toContain("Stack local is deployed.");
    expect(again.stdout).not.toContain("pending operations");
    // what optional secrets switch on is neither deployed nor missed
    const doctor = await mybinder("doctor", "local", "--local", "--json");
    const { checked, findings } = JSON.parse(doctor.stdout) as Diagnosis;
    expect(checked).toEqual(expect.arrayContaining(["live objects", "state lock", "state's version"]));
    expect(findings).toEqual([]);
    expect(await mybinder("stop")).toMatchObject({ code: 0 });
    expect(existsSync(state)).toBe(false);
  }, 300_000);
});
