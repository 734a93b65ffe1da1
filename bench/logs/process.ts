import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnvironment } from "../../environment";
import { Failure } from "../../tools/ground/terminal/failure";

/** A program that runs as long as it is measured, on one CPU, as in its pod. */
export class Measured {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly program: string,
    private output: string,
  ) {}

  /** Starts it and waits until `ready` answers. Throws a Failure with the end of its output when it does not in 60 s. */
  static async start(
    program: string,
    args: readonly string[],
    url: string,
    ready: string,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Measured> {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: childEnvironment({ GOMAXPROCS: "1", ...env }),
    });
    const one = new Measured(url, child, program, "");
    for (const stream of [child.stdout, child.stderr]) {
      stream
        .setEncoding("utf8")
        .on("data", (text: string) => (one.output = (one.output + text).slice(-2000)));
    }
    child.on("error", (error) => (one.output += error.message));
    const end = performance.now() + 60_000;
    while (performance.now() < end && child.exitCode === null) {
      if (
        await fetch(url + ready).then(
          ({ ok }) => ok,
          () => false,
        )
      ) {
        return one;
      }
      await sleep(100);
    }
    await one.stop();
    throw new Failure(`${program} does not answer:\n${one.output}`);
  }

  /** Most memory that it had resident so far, in MiB. */
  peakMiB(): number {
    const status = readFileSync(`/proc/${String(this.child.pid)}/status`, "utf8");
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
  }

  /** Answer of a GET. Throws a Failure with what it says where it is not 2xx. */
  async ask(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await fetch(`${this.url}${path}?${new URLSearchParams(parameters).toString()}`);
    const text = await answer.text();
    if (!answer.ok) {
      throw new Failure(`${this.program}: ${path}: ${String(answer.status)} ${text.slice(0, 500)}`);
    }
    return text;
  }

  /** Milliseconds of the fastest of five questions: the others are those of a busy machine. */
  async milliseconds(path: string, parameters: Readonly<Record<string, string>>): Promise<number> {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const started = performance.now();
      await this.ask(path, parameters);
      times.push(performance.now() - started);
    }
    return Math.round(Math.min(...times));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}

/** Megabytes (10^6 bytes) of the files below a folder, without those of folders with one of these names. */
export function megabytesIn(folder: string, without: readonly string[] = []): number {
  const bytes = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => !file.split("/").some((part) => without.includes(part)))
    .map((file) => statSync(join(folder, file), { throwIfNoEntry: false }))
    .reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0);
  return Math.round(bytes / 1e5) / 10;
}
