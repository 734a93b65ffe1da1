import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { META_CHART } from "./metaChart";

/** The ban keeper as it is deployed, on loopback. */
export class BanKeeper {
  readonly folder = mkdtempSync(join(tmpdir(), "mybinder-keeper-"));
  log = "";
  private child: ChildProcess | undefined;
  private lists = 0;
  private state = 0;

  /** `config`: text of keeper.json. `account`: files of the service account by name. */
  constructor(
    private readonly server: string,
    config: string,
    account: Readonly<Record<string, string>>,
  ) {
    mkdirSync(join(this.folder, "account"));
    writeFileSync(join(this.folder, "keeper.json"), config);
    for (const [name, text] of Object.entries(account)) {
      writeFileSync(join(this.folder, "account", name), text);
    }
  }

  async start(): Promise<void> {
    [this.lists, this.state] = [await freePort(), await freePort()];
    const args = [join(this.folder, "keeper.json"), this.server, join(this.folder, "account")];
    const addresses = [this.lists, this.state].map((port) => `127.0.0.1:${String(port)}`);
    const program = join(META_CHART, "files", "ban-keeper.js");
    this.child = spawn(process.execPath, [program, ...args, ...addresses], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    }
  }

  /** URL of a list. */
  url(list: "traefik" | "repositories"): string {
    return `http://127.0.0.1:${String(this.lists)}/${list}`;
  }

  async metrics(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${String(this.state)}/metrics`).catch(() => undefined);
    return (await answer?.text()) ?? "";
  }

  /** Stops it for a while, and lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.child?.kill(signal);
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
