import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../../environment";
import type { ChartChoice, ChartOrigin } from "../../ground/cluster/charts";
import type { ManifestDocument } from "../../ground/cluster/manifest";
import { Failure } from "../../ground/terminal/failure";
import { type HelmTarget, registeredDocuments } from "./documents";
import type { Answer, Order, Variant } from "./messages";

/** A chart could not be had, and stand-ins were not asked for. */
export class ChartsMissing extends Failure {}

/** The programs of one checkout, each rendered as often as it is asked for. */
export interface RenderedProgram {
  /** The stacks that the checkout deploys. */
  readonly stacks: readonly string[];
  readonly origins: readonly ChartOrigin[];
  /** Every object and resource of a stack. Throws Failure with the program's message when it fails. */
  readonly documents: (
    stack: string,
    variant: Variant,
    /** Keys of optional secrets that the stack has not set. */
    without?: readonly string[],
  ) => Promise<ManifestDocument[]>;
  readonly close: () => Promise<void>;
}

export interface ProgramOptions {
  /** Folder of the checkout. */
  readonly root: string;
  /** What a person calls it: "main", "the working tree". */
  readonly label: string;
  readonly charts: ChartChoice;
  readonly cache: string;
  readonly helm: string;
  /** The cluster whose versions charts are rendered for; default: those that helm assumes. */
  readonly target?: HelmTarget;
}

/**
 * Starts a process that runs the programs of a checkout with that checkout's own code, without a cluster, a login or a secret.
 * Throws ChartsMissing, and Failure when the checkout is older than this command.
 */
export async function openProgram(options: ProgramOptions): Promise<RenderedProgram> {
  const { root, label, helm } = options;
  const folder = mkdtempSync(join(tmpdir(), "mybinder-render-"));
  const link = join(folder, "charts");
  const worker = new Worker(root, link);
  const close = async (): Promise<void> => {
    await worker.ask({ kind: "close" }).catch(() => undefined);
    worker.end();
    rmSync(folder, { recursive: true, force: true });
  };
  const { charts, cache } = options;
  const opened = await worker.ask({ kind: "open", root, charts, cache, helm, link });
  if (opened.problem !== undefined) {
    await close();
    if (opened.cause === "missing") throw new ChartsMissing(opened.problem, 3);
    const old = `${label} cannot be rendered: it is older than what this command asks of it (${opened.problem})`;
    throw new Failure(opened.cause === "old" ? old : `${label}: ${opened.problem}`, 2);
  }
  return {
    stacks: opened.stacks ?? [],
    origins: opened.origins ?? [],
    documents: async (stack, variant, without = []) => {
      const { registered, problem } = await worker.ask({ kind: "run", stack, variant, without });
      if (problem !== undefined) throw new Failure(`stack ${stack} of ${label}: ${problem}`);
      return registeredDocuments(registered ?? [], { helm, root, target: options.target });
    },
    close,
  };
}

/** The process, which answers one order at a time. */
class Worker {
  private readonly child: ChildProcess;
  private last: Promise<unknown> = Promise.resolve();
  private stderr = "";

  constructor(root: string, link: string) {
    this.child = fork(join(__dirname, "worker.ts"), {
      execArgv: ["--require", join(root, "program", "typescript.js")],
      env: childEnvironment({
        MYBINDER_CHART_CACHE: link,
        MYBINDER_KUBECONFIG: "/dev/null",
        MYBINDER_HELM: "/bin/false",
      }),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-2000);
    });
  }

  ask(order: Order): Promise<Answer> {
    const answer = this.last.then(() => this.send(order));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  end(): void {
    this.child.kill("SIGKILL");
  }

  private send(order: Order): Promise<Answer> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        reject(new Failure(`the program's process ended without a word: ${this.stderr.trim()}`));
      };
      if (child.exitCode !== null || !child.connected) {
        ended();
        return;
      }
      child.once("error", reject).once("exit", ended);
      child.once("message", (answer: Answer) => {
        child.off("error", reject).off("exit", ended);
        resolve(answer);
      });
      child.send(order);
    });
  }
}
