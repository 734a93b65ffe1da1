import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../environment";
import { allPins, packStandIn } from "../../tools/ground/cluster/charts";
import type { ProgramConfig } from "../../tools/lab/rehearse/config";
import { ROOT, TYPESCRIPT } from "../../tools/ground/root";
import { encryptedProject } from "./ciphertexts";
import type { Registered } from "./mocks";
import type { Answer, Order } from "./programWorker";

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

/** Runs programs of stacks under mocks, one after another. */
export interface Recorder {
  /** The chart cache that the programs see, with stand-ins. */
  readonly charts: string;
  /** Every registration of a stack's program. Rejects with the program's message when it throws. */
  readonly record: (stack: string, config: ProgramConfig) => Promise<Registered[]>;
  /** Its outputs that are known before a deploy, by name. Rejects as `record` does. */
  readonly outputs: (stack: string, config: ProgramConfig) => Promise<Readonly<Record<string, unknown>>>;
  /** For afterAll: ends the process and removes the charts. */
  readonly end: () => void;
}

/**
 * A recorder with a process of its own, started by the first run, in a folder where every stack file has every secret set.
 * Starting it and loading the SDK takes several times as
 * long as the program, so good runs share it; after a run that failed, which leaves work undone, the next has a new one.
 */
export function programRecorder(): Recorder {
  const charts = standInCache();
  const project = encryptedProject();
  let worker: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const stop = (): void => {
    worker?.kill("SIGKILL");
    worker = undefined;
  };
  const answerOf = (stack: string, config: ProgramConfig): Promise<Good> => {
    const run = last.then(async () => {
      worker ??= startWorker(project.root, charts.folder);
      try {
        return await ask(worker, { stack, ...config });
      } catch (error) {
        stop();
        throw error;
      }
    });
    last = run.catch(() => undefined);
    return run;
  };
  return {
    charts: charts.folder,
    record: async (stack, config) => (await answerOf(stack, config)).registered,
    outputs: async (stack, config) => (await answerOf(stack, config)).outputs,
    end: () => {
      stop();
      project.remove();
      charts.remove();
    },
  };
}

function startWorker(cwd: string, chartCache: string): ChildProcess {
  return fork(join(__dirname, "programWorker.ts"), {
    cwd: join(cwd, "program"),
    execArgv: ["--require", TYPESCRIPT],
    env: childEnvironment({
      MYBINDER_CHART_CACHE: chartCache,
      MYBINDER_KUBECONFIG: "/dev/null",
      MYBINDER_HELM: "/bin/false",
    }),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

type Good = Required<Pick<Answer, "registered" | "outputs">>;

function ask(worker: ChildProcess, order: Order): Promise<Good> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(new Error("the program's process ended without a word"));
    };
    worker.once("error", reject).once("exit", ended);
    worker.once("message", ({ registered, outputs = {}, problem }: Answer) => {
      worker.off("error", reject).off("exit", ended);
      if (registered) resolve({ registered, outputs });
      else reject(new Error(problem));
    });
    worker.send(order);
  });
}
