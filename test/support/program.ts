import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../model/environment";
import { allPins, packStandIn } from "../../tools/rehearse/charts";
import type { ProgramConfig } from "../../tools/rehearse/config";
import { ROOT } from "../../tools/root";
import type { Registered } from "./mocks";

/** A chart cache of stand-ins in a folder of its own. */
export function standInCache(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-stand-ins-"));
  for (const pin of allPins(ROOT)) packStandIn(pin, folder);
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the program of a stack under mocks, in a process of its own. Rejects with the program's message when it throws. */
export function recordProgram(
  stack: string,
  { config, secretKeys }: ProgramConfig,
  chartCache: string,
): Promise<Registered[]> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, "programWorker.ts"), {
      execArgv: ["--require", require.resolve("tsx/cjs")],
      env: childEnvironment({
        MYBINDER_CHART_CACHE: chartCache,
        MYBINDER_KUBECONFIG: "/dev/null",
        MYBINDER_HELM: "/bin/false",
      }),
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("message", (message: { registered?: Registered[]; problem?: string }) => {
      if (message.registered) resolve(message.registered);
      else reject(new Error(message.problem));
    });
    child.on("error", reject);
    child.on("exit", () => {
      reject(new Error("the program's process ended without a word"));
    });
    child.send({ root: ROOT, stack, config, secretKeys });
  });
}
