import { spawn } from "node:child_process";

export interface GoRun {
  readonly args: readonly string[];
  /** Added to the environment this process was started with, so that GOPROXY, GOFLAGS and the like of the user hold. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line as it is written. */
  readonly onLine?: (line: string) => void;
}

/** Where Go is not the user's to choose: no other Go may be downloaded, and what is built is for this machine. */
const FIXED_ENV = { GOTOOLCHAIN: "local", CGO_ENABLED: "0", GOWORK: "off" };

/**
 * Runs `go` and gives its exit code (127 if there is no `go` on PATH) and all that it printed. Never throws for a
 * failure of `go`; if the signal is aborted, Go and its compilers are stopped and the code is 130.
 */
export function runGo({ args, env, cwd, signal, onLine }: GoRun): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const assignments = Object.entries({ ...FIXED_ENV, ...env }).map(([name, value]) => `${name}=${value}`);
    // env(1) adds to the inherited environment, which only environment.ts may read.
    const child = spawn("/usr/bin/env", ["-u", "GOOS", "-u", "GOARCH", ...assignments, "go", ...args], {
      ...(cwd === undefined ? {} : { cwd }),
      detached: true, // its own process group, to be stopped with its compilers
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let partial = "";
    const collect = (chunk: string): void => {
      output += chunk;
      const lines = (partial + chunk).split("\n");
      partial = lines.pop() ?? "";
      for (const line of lines) onLine?.(line);
    };
    const stop = (): void => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.once("error", reject);
    child.once("close", (code) => {
      signal?.removeEventListener("abort", stop);
      resolve({ code: signal?.aborted ? 130 : (code ?? 1), output });
    });
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
