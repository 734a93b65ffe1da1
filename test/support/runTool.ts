import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { TYPESCRIPT } from "../../tools/ground/root";

/** How a program ended that a test ran. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr holds `text`; rejects if the program ends before. */
  readonly says: (text: string) => Promise<void>;
}

/**
 * Runs test/support/tool.ts in a process of its own: to be killed, interrupted, or given another environment (a change
 * of process.env inside jest does not reach the programs that are started from there).
 */
export function runTool(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  return runProgram(process.execPath, ["--require", TYPESCRIPT, join(__dirname, "tool.ts"), ...args], env);
}

/** Runs the command line `mybinder` of the project in `root`. */
export function runCommand(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Running {
  return runProgram(process.execPath, [join(root, "tools", "mybinder.mjs"), ...args], env, root);
}

/** Runs any program, with `env` laid over ours. */
export function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Running {
  const child = spawn(program, args, { env: { ...process.env, ...env }, ...(cwd !== undefined && { cwd }) });
  let stdout = "";
  let stderr = "";
  const waiting: { text: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    for (const { text, resolve } of waiting) if (stderr.includes(text)) resolve();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => {
      for (const { text, reject } of waiting) reject(new Error(`ended without saying "${text}":\n${stderr}`));
      resolve({ code, signal, stdout, stderr });
    });
  });
  const says = (text: string): Promise<void> =>
    stderr.includes(text)
      ? Promise.resolve()
      : new Promise((resolve, reject) => waiting.push({ text, resolve, reject }));
  return { child, ended, says };
}
