import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a program printed and how it ended; where a signal ended it, the code is 1, and the last line of stderr says so. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end; `input` goes to its standard input, so that no value is ever an argument. `signal` kills it.
 * `env`: its whole environment, else that of this process. Rejects when the program cannot be started.
 */
export function run(
  program: string,
  args: readonly string[],
  input = "",
  signal?: AbortSignal,
  env?: NodeJS.ProcessEnv,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], ...(env && { env }) });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    const start = performance.now();
    const stop = (): unknown => child.kill("SIGKILL");
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    child.on("close", (code, endedBy) => {
      signal?.removeEventListener("abort", stop);
      resolve({ code: code ?? 1, stdout, stderr: stderr + endedText(endedBy, start) });
    });
    // A program that ends before it has read its input says why on stderr.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** Runs a program and calls `onLine` with each line that it prints, as it prints it; `signal` ends it. Rejects when it cannot be started. */
export function runLines(
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Omit<Outcome, "stdout">> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    createInterface({ input: child.stdout }).on("line", onLine);
    const start = performance.now();
    const stop = (): unknown => child.kill("SIGTERM");
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    child.on("error", reject);
    child.on("close", (code, endedBy) => {
      signal.removeEventListener("abort", stop);
      resolve({ code: code ?? 1, stderr: stderr + endedText(endedBy, start) });
    });
  });
}

/** Runs a program whose output is that of this process, with nothing on its standard input; gives its exit code. */
export function runShown(program: string, args: readonly string[], signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "inherit", "inherit"],
      ...(signal && { signal }),
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}

/** A line for a program that a signal ended, which it could not say itself; `start` as of `performance.now()`. */
function endedText(endedBy: NodeJS.Signals | null, start: number): string {
  if (endedBy === null) return "";
  return `\nended by ${endedBy} after ${((performance.now() - start) / 1000).toFixed(1)} s\n`;
}
