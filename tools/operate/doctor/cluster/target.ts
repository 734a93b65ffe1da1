import type { Stack } from "../../../../model/stack/config";
import { accessOf, type ClusterChoice } from "../../../ground/cluster/clusterChoice";
import type { Lab } from "../../../ground/cluster/lab";
import { type ClusterAccess, kubectl, type KubeObject } from "../../../ground/cluster/kubectl";
import type { Report } from "../../../ground/terminal/report";
import { shellQuote } from "../../../ground/terminal/shellQuote";

/** A stack and the cluster that it is looked for on. Nothing here writes to it. */
export interface Target {
  readonly stack: Stack;
  readonly access: ClusterAccess;
  /** A command of kubectl or helm for that cluster, as an operator types it. */
  readonly kubectlCommand: (...args: readonly string[]) => string;
  readonly helmCommand: (...args: readonly string[]) => string;
}

/** The cluster that was named; never the ambient one. Throws a Failure when there is no such file or control plane. */
export async function openTarget(
  stack: Stack,
  choice: ClusterChoice,
  report: Report,
  lab: Lab,
): Promise<Target> {
  return targetOf(stack, await accessOf(stack, choice, report, lab));
}

/** The target of a stack and an access to its cluster. */
export function targetOf(stack: Stack, access: ClusterAccess): Target {
  const { kubeconfig, context } = access;
  const command =
    (program: string, contextFlag: string) =>
    (...args: readonly string[]): string =>
      [program, ...args, "--kubeconfig", kubeconfig, ...(context === undefined ? [] : [contextFlag, context])]
        .map(shellQuote)
        .join(" ");
  return {
    stack,
    access,
    kubectlCommand: command(access.kubectl, "--context"),
    helmCommand: command(access.helm, "--kube-context"),
  };
}

/** The standard output of a reading kubectl. Throws with kubectl's words. */
export async function ask({ access }: Target, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(access, [...args, "--request-timeout", "15s"]);
  if (code === 0) return stdout;
  // its last line says it; the ones before are retries
  throw new Error(stderr.trim().split("\n").at(-1));
}

/** Objects of one kind. Throws with kubectl's words. */
export async function listOf<T = KubeObject>(target: Target, ...what: string[]): Promise<T[]> {
  return (JSON.parse(await ask(target, "get", ...what, "--output", "json")) as { items: T[] }).items;
}
