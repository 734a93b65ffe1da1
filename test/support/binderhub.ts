import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../tools/lab/controlPlane/ports";

/**
 * A Python that has BinderHub: MYBINDER_BINDERHUB_PYTHON, else python3. `undefined`, said in one line, when there is none:
 * BinderHub is in no package registry, so nothing can demand it.
 */
export function binderhubPython(): string | undefined {
  const python = process.env["MYBINDER_BINDERHUB_PYTHON"] ?? "python3";
  try {
    execFileSync(python, ["-c", "import binderhub.app"], { stdio: "ignore" });
    return python;
  } catch {
    process.stderr.write(
      "skipped: no Python with BinderHub (git clone https://github.com/jupyterhub/binderhub, pip install it, and name its " +
        "Python in MYBINDER_BINDERHUB_PYTHON)\n",
    );
    return undefined;
  }
}

/** Sections of a chart's `binderhub.config` and its `extraConfig`. */
export interface BinderHubValues {
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly extraConfig: Readonly<Record<string, string>>;
}

/** As the chart's own file reads them; what needs a cluster is replaced by BinderHub's fakes. */
const CONFIG = `
import json, os
from binderhub.build import FakeBuild
from binderhub.quota import LaunchQuota
from binderhub.registry import FakeRegistry
values = json.load(open(os.environ["VALUES"]))
for section, settings in values["config"].items():
    c[section].update(settings)
for _, snippet in sorted(values["extraConfig"].items()):
    exec(snippet)
c.BinderHub.registry_class = FakeRegistry
c.BinderHub.builder_required = False
c.BinderHub.build_class = FakeBuild
c.BinderHub.launch_quota_class = LaunchQuota
c.BinderHub.port = int(os.environ["PORT"])
c.BinderHub.hub_api_token = "none"
c.BinderHub.hub_url = "http://127.0.0.1:9/"
c.GitHubRepoProvider.api_base_path = "http://127.0.0.1:9"
`;

/** A BinderHub that runs on loopback. */
export class BinderHub {
  private output = "";
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (text: Buffer) => (this.output += text.toString()));
    }
  }

  /** Starts one and waits until it answers. Throws with what it printed when it does not within 60 s. */
  static async start(python: string, values: BinderHubValues): Promise<BinderHub> {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-binderhub-"));
    writeFileSync(join(folder, "values.json"), JSON.stringify(values), { mode: 0o600 });
    writeFileSync(join(folder, "binderhub_config.py"), CONFIG);
    const port = await freePort();
    const child = spawn(python, ["-m", "binderhub", "--config", join(folder, "binderhub_config.py")], {
      cwd: folder,
      env: { PATH: process.env["PATH"], PORT: String(port), VALUES: join(folder, "values.json") },
    });
    const hub = new BinderHub(`http://127.0.0.1:${String(port)}`, child, folder);
    const end = Date.now() + 60_000;
    while (!(await hub.answers())) {
      if (child.exitCode !== null || Date.now() > end) {
        hub.stop();
        throw new Error(`BinderHub does not answer:\n${hub.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return hub;
  }

  /** The token in the page for a launch of `spec`, as a browser at `origin` gets it. */
  async pageToken(spec: string, host: string): Promise<string> {
    const page = await (
      await fetch(`${this.url}/v2/${spec}`, { headers: { Origin: `https://${host}` } })
    ).text();
    const [, token = ""] = /"buildToken": "([^"]+)"/.exec(page) ?? [];
    return token;
  }

  /** What the first event of a launch says. */
  async launch(spec: string, token: string, host: string): Promise<string> {
    const headers = { Accept: "text/event-stream", Origin: `https://${host}` };
    const abort = new AbortController();
    const answer = await fetch(`${this.url}/build/${spec}?build_token=${token}`, {
      headers,
      signal: abort.signal,
    });
    const reader = answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    const { value } = (await reader?.read()) ?? {};
    abort.abort();
    const { message = "" } = JSON.parse(
      Buffer.from(value ?? [])
        .toString()
        .replace(/^data: /, ""),
    ) as { message?: string };
    return message.trim();
  }

  stop(): void {
    this.child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/versions`)).ok;
    } catch {
      return false;
    }
  }
}
