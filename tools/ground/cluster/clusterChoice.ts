import { existsSync } from "node:fs";
import { environment } from "../../../environment";
import type { StackConfig } from "../../../model/schema/stack";
import type { Stack } from "../../../model/stack/config";
import { stackConfig } from "../stackFile/stacks";
import { Failure } from "../terminal/failure";
import type { ClusterAccess, KubectlAccess } from "./kubectl";
import type { Lab } from "./lab";
import type { Report } from "../terminal/report";
import { run } from "../terminal/run";

/** How a cluster is named: a kubeconfig, or the stack's control plane on this machine. Never the ambient one. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly local?: true;
  /** Stack, and name of its local control plane. */
  readonly stack: string;
}

/** The kubeconfig of the named cluster. Throws a Failure (exit code 2) when none is named, or it is not there. */
export async function kubeconfigOf({ kubeconfig, local, stack }: ClusterChoice, lab: Lab): Promise<string> {
  if (kubeconfig !== undefined && !local) {
    if (existsSync(kubeconfig)) return kubeconfig;
    throw new Failure(`there is no file ${kubeconfig}`, 2);
  }
  if (!local || kubeconfig !== undefined) {
    throw new Failure(
      "name the cluster: --kubeconfig FILE, or --local for the stack's control plane on this machine",
      2,
    );
  }
  const plane = await lab.controlPlane(stack);
  if (plane.state === "running") return plane.kubeconfig;
  throw new Failure(
    `the control plane of ${stack} is ${plane.state}; start it: npx mybinder rehearse ${stack} --keep`,
    2,
  );
}

/** The context with which a stack's kubeconfig is used; `undefined`: its current one. Only clusters of kind `existing` name one. */
export function contextOf({ cluster }: Pick<StackConfig, "cluster">): string | undefined {
  return cluster.kind === "existing" ? cluster.context : undefined;
}

/** kubectl as it is on PATH, for a change that cannot wait until we have built our own; in the stack's context. */
export function kubectlOnPath(stack: string, kubeconfig: string): KubectlAccess {
  return { kubectl: "kubectl", kubeconfig, context: contextOf(stackConfig(stack)) };
}

/**
 * kubectl for the named cluster of a stack; never the ambient one. A kubeconfig of kind `existing` is used with the stack's
 * context. Throws as `kubeconfigOf` does.
 */
export async function kubectlAccessOf(
  { name, config }: Pick<Stack, "name" | "config">,
  choice: Omit<ClusterChoice, "stack">,
  report: Report,
  lab: Lab,
): Promise<KubectlAccess> {
  const kubeconfig = await kubeconfigOf({ ...choice, stack: name }, lab);
  const context = choice.local ? undefined : contextOf(config);
  return { kubectl: await kubectlProgram(report, lab), kubeconfig, context };
}

/** The same with helm, which a machine without one builds from source. */
export async function accessOf(...args: Parameters<typeof kubectlAccessOf>): Promise<ClusterAccess> {
  const access = await kubectlAccessOf(...args);
  const [, , report, lab] = args;
  return { ...access, helm: await helmProgram(report, lab) };
}

/** helm on PATH, or the one that MYBINDER_HELM names; else our own. */
export async function helmProgram(report: Report, lab: Lab): Promise<string> {
  const { helm } = environment();
  const found = await run(helm, ["version", "--short"]).catch(() => undefined);
  return found?.code === 0 ? helm : lab.helm(report);
}

/** kubectl on PATH, since the operator's may have login plugins; else our own. */
export async function kubectlProgram(report: Report, lab: Lab): Promise<string> {
  const found = await run("kubectl", ["version", "--client"]).catch(() => undefined);
  return found?.code === 0 ? "kubectl" : lab.kubectl(report);
}
