// Proves: what we mount into each session is read by the programs there. The configuration runs with traitlets' own loader; the
// pages come from a real Jupyter server with the classic notebook, where a Python has them. Seen in a browser as well, in
// JupyterLab 4.6, Notebook 7.6, nbclassic 1.3 and Notebook 6.4 (2026-11-28). Does not prove: that the kubelet mounts it
// (test/chart/etcJupyter.test.ts has the folders).
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../../tools/ground/root";
import { pythonWith } from "../support/binderhubPython";
import { pythonForSettings } from "../support/effective";
import { type Answer, ask } from "../support/haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";

const MOUNTED = join(ROOT, "charts", "mybinder", "files", "etc-jupyter");
/** What BinderHub gives to a session: binderspawner_mixin.py, get_env. */
const LAUNCHED = {
  BINDER_LAUNCH_HOST: "https://mybinder.org/",
  BINDER_REQUEST: "v2/gh/o/r/main",
  BINDER_PERSISTENT_REQUEST: "v2/gh/o/r/0123",
  BINDER_REPO_URL: "https://github.com/o/r",
  BINDER_REF_URL: "https://github.com/o/r/tree/0123",
};

const settings = pythonForSettings();
const LOAD =
  "import json, sys; from traitlets.config.loader import PyFileConfigLoader;" +
  "print(json.dumps(PyFileConfigLoader(sys.argv[1]).load_config()))";

(settings === undefined ? describe.skip : describe)("the configuration, loaded as Jupyter does", () => {
  test.each(["jupyter_server_config.py", "jupyter_notebook_config.py"])("%s", (file) => {
    const load = (env: Record<string, string>): unknown =>
      JSON.parse(
        execFileSync(settings ?? "", ["-c", LOAD, join(MOUNTED, file)], {
          encoding: "utf8",
          env: { PATH: process.env["PATH"], ...env },
        }),
      );
    const app = (vars: Record<string, string>): unknown => {
      const both = { extra_template_paths: ["/etc/jupyter/templates"], jinja_template_vars: vars };
      return { ServerApp: both, NotebookApp: both };
    };
    expect(load(LAUNCHED)).toEqual(
      app({
        binder_url: "https://mybinder.org/v2/gh/o/r/main",
        persistent_binder_url: "https://mybinder.org/v2/gh/o/r/0123",
        repo_url: "https://github.com/o/r",
        ref_url: "https://github.com/o/r/tree/0123",
      }),
    );
    // whoever runs the image without BinderHub, and with one that does not say what was launched
    const nothing = app({ binder_url: "", persistent_binder_url: "", repo_url: "", ref_url: "" });
    expect(load({})).toEqual(nothing);
    expect(load({ BINDER_LAUNCH_HOST: "https://mybinder.org/" })).toEqual(nothing);
  });
});

const python = pythonWith(["jupyter_server", "nbclassic"]);

(python === undefined ? describe.skip : describe)("the pages, from a real server", () => {
  let folder: string;
  let server: ChildProcess;
  let port: number;
  let log = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mybinder-notebook-"));
    const config = readFileSync(join(MOUNTED, "jupyter_server_config.py"), "utf8");
    const templates = JSON.stringify(join(MOUNTED, "templates"));
    writeFileSync(
      join(folder, "jupyter_server_config.py"),
      config.replace('"/etc/jupyter/templates"', templates),
    );
    port = await freePort();
    const options = { base_url: "/user/x/", token: "sesame", open_browser: "False", port: String(port) };
    const args = Object.entries({ ...options, ip: "127.0.0.1", allow_root: "True", root_dir: folder });
    server = spawn(
      python ?? "",
      ["-m", "jupyter_server", ...args.map(([key, value]) => `--ServerApp.${key}=${value}`)],
      {
        cwd: folder,
        env: { PATH: process.env["PATH"], HOME: folder, JUPYTER_CONFIG_PATH: folder, ...LAUNCHED },
      },
    );
    server.stderr?.on("data", (data: Buffer) => (log += data.toString("utf8")));
    for (let left = 300; !log.includes("/user/x/") && server.exitCode === null && left > 0; left--) {
      await sleep(100);
    }
  }, 60_000);
  afterAll(() => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  test("/etc/jupyter is where it looks for configuration", () => {
    const code = "from jupyter_core.paths import SYSTEM_CONFIG_PATH as p; print(p)";
    expect(execFileSync(python ?? "", ["-c", code], { encoding: "utf8" })).toContain("'/etc/jupyter'");
  });

  test("without the token, Binder is inaccessible, and the page leads to a new launch and asks for no password", async () => {
    const { status, body } = await page("login?next=%2Fuser%2Fx%2F");
    expect([status, body]).toEqual([200, expect.stringContaining("<h1>Binder inaccessible</h1>")]);
    expect(body).toContain('<a href="https://mybinder.org/v2/gh/o/r/main">Launch a new Binder');
    expect(body).not.toContain('type="password"');
  });

  test("the classic pages lead to the repository and have the link to share", async () => {
    const { status, body } = await page("nbclassic/tree?token=sesame");
    expect(status).toBe(200);
    expect(body).toMatch(/href="https:\/\/github\.com\/o\/r\/tree\/0123">Visit repo</);
    expect(body).toMatch(/data-url="https:\/\/mybinder\.org\/v2\/gh\/o\/r\/0123" [^>]*>Copy Binder link</);
  });

  async function page(path: string): Promise<Answer> {
    return ask(port, `/user/x/${path}`).catch((error: unknown) => {
      throw new Error(`${String(error)}; the server's log: ${log.slice(-2000)}`);
    });
  }
});
