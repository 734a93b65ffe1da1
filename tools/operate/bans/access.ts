import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubectlOnPath } from "../../ground/cluster/clusterChoice";
import { kubectl } from "../../ground/cluster/kubectl";
import type { Outcome } from "../../ground/terminal/run";
import type { StackList } from "./lists";

/** kubectl with the arguments of a command, against the cluster of one stack. Never rejects: what failed is in the outcome. */
export type Ask = (args: readonly string[], input?: string) => Promise<Outcome>;

/**
 * Calls `use` with kubectl for a stack's cluster: by the kubeconfig that an option names, else by the stack's secret `kubeconfig`, which
 * is in a file of its own meanwhile. Gives `undefined` without calling it where there is neither.
 */
export async function withCluster<Result>(
  { stack, secret }: StackList,
  kubeconfigs: ReadonlyMap<string, string>,
  use: (ask: Ask) => Promise<Result>,
): Promise<Result | undefined> {
  const file = kubeconfigs.get(stack);
  if (file !== undefined) return use(asking(stack, file));
  const text = secret("kubeconfig");
  if (text === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "mybinder-bans-"));
  try {
    chmodSync(folder, 0o700);
    const temporary = join(folder, "kubeconfig");
    writeFileSync(temporary, text, { mode: 0o600 });
    return await use(asking(stack, temporary));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function asking(stack: string, kubeconfig: string): Ask {
  const access = kubectlOnPath(stack, kubeconfig);
  return (args, input) =>
    kubectl(access, args, input, AbortSignal.timeout(20_000)).catch((): Outcome => ({
      code: 127,
      stdout: "",
      stderr: "there is no kubectl on PATH",
    }));
}
