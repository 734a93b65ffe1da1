import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a program of a pod finds on its disk, and what it may do. */
export interface Container {
  readonly program: string;
  readonly args: readonly string[];
  /** Folders or files of this machine by the path at which it finds them; all else of /run and /var/log is empty. */
  readonly mounts: Readonly<Record<string, string>>;
  /** User and group; it has no capability either way. */
  readonly user: number;
  readonly group: number;
  readonly hostname: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A program that runs as in its container: with these mounts, this name, and no capability. Needs root, unshare and setpriv. */
export class Contained {
  private output = "";
  readonly ended: Promise<number | null>;
  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.ended = new Promise((resolve) => child.once("close", resolve));
  }

  /** Starts it. `folder` gets its script. */
  static start(folder: string, { program, args, mounts, user, group, hostname, env }: Container): Contained {
    const lines = Object.entries(mounts).flatMap(([path, from]) => [
      `mkdir -p '${path}'`,
      `mount --bind '${from}' '${path}'`,
    ]);
    const rights = `--reuid=${String(user)} --regid=${String(group)} --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs`;
    const script = [
      "set -e",
      `hostname ${hostname}`,
      "for path in /run /var/log /mnt; do mount -t tmpfs -o mode=755 none $path; done",
      ...lines,
      `exec setpriv ${rights} "$@"`,
    ];
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${hostname}.sh`);
    writeFileSync(file, script.join("\n"));
    chmodSync(file, 0o755);
    const inside = ["--mount", "--uts", "--propagation", "private", "sh", file, program, ...args];
    return new Contained(
      spawn("unshare", inside, {
        stdio: ["ignore", "pipe", "pipe"],
        env: { PATH: process.env["PATH"], ...env },
      }),
    );
  }

  /** What it has printed so far. */
  get log(): string {
    return this.output;
  }

  /** Ends it, by its pid: with SIGKILL as if its machine lost power. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}
