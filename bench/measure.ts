import { spawn } from "node:child_process";
import { childEnvironment } from "../environment";
import { Failure } from "../tools/ground/terminal/failure";

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
}

/** Runs a program to its end and gives its seconds. Throws Failure with the end of its output when it fails. */
export function secondsOfProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<number> {
  return secondsOf(
    () =>
      new Promise<void>((resolve, reject) => {
        const child = spawn(program, args, {
          cwd: options.cwd,
          env: childEnvironment(options.env ?? {}),
          stdio: ["ignore", "pipe", "pipe"],
          signal: options.signal,
        });
        let output = "";
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-4000)));
        }
        child.on("error", reject);
        child.on("close", (code) => {
          if (code === 0) resolve();
          else reject(new Failure(`${program} ${args.join(" ")} ended with ${String(code)}:\n${output}`));
        });
      }),
  );
}
