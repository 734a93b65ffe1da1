import { fork } from "node:child_process";
import { join } from "node:path";
import { childEnvironment } from "../../../environment";
import type { Message, Registration } from "./messages";
import { TYPESCRIPT } from "../../ground/root";
import type { WorkerOrder } from "./worker";

/** How the program of one stack ended. */
export interface ProgramResult {
  readonly ok: boolean;
  readonly registrations: readonly Registration[];
  /** Why it did not end well, in the order it was found; the first is the cause. */
  readonly problems: readonly string[];
  /** What was not checked, and why. */
  readonly notices: readonly string[];
}

/** Runs a stack's program in a process of its own, since the SDK keeps one program's state per process. */
export function runStack(
  order: WorkerOrder,
  options: {
    readonly chartCache: string;
    readonly kubeconfig: string;
    readonly onMessage: (message: Message) => void;
    readonly signal: AbortSignal;
  },
): Promise<ProgramResult> {
  const registrations: Registration[] = [];
  const problems: string[] = [];
  const notices: string[] = [];
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, "worker.ts"), {
      execArgv: ["--require", TYPESCRIPT],
      env: childEnvironment({
        MYBINDER_CHART_CACHE: options.chartCache,
        MYBINDER_KUBECONFIG: options.kubeconfig,
      }),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      signal: options.signal,
      killSignal: "SIGKILL",
    });
    let ok: boolean | undefined;
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("message", (message: Message) => {
      if (message.kind === "registered") registrations.push(message);
      if (message.kind === "failed") problems.push(`${message.name} (${message.type}): ${message.reason}`);
      if (message.kind === "problem") problems.push(message.text);
      if (message.kind === "notice") notices.push(message.text);
      if (message.kind === "done") {
        ok = message.ok;
        if (message.problem !== undefined) problems.push(message.problem);
      }
      options.onMessage(message);
    });
    child.on("error", reject);
    child.on("close", () => {
      if (ok === undefined) {
        problems.push(`the program's process exited without an error message: ${stderr.trim() || "killed"}`);
      }
      resolve({ ok: ok ?? false, registrations, problems, notices });
    });
    child.send(order);
  });
}
