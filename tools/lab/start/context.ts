import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../../../environment";
import { NODE_PURPOSE_LABEL } from "../../../model/cluster/nodes";
import { GIB, parseQuantity } from "../../../model/schema/plain/quantity";
import type { RawConfig } from "../../../model/schema/rawConfig";
import { Failure } from "../../ground/terminal/failure";
import { type KubeObject } from "../../ground/cluster/kubectl";
import { run } from "../../ground/terminal/run";

/** A cluster of the caller's own, instead of a control plane for each stack. */
export interface NamedContext {
  readonly kubeconfig: string;
  readonly context: string;
}

/** A cluster of the newcomer's own, named by its context: the one thing that makes the tools look at a kubeconfig. */
export function namedContext(context: string, kubeconfig: string | undefined): NamedContext {
  return { context, kubeconfig: kubeconfig ?? join(homedir(), ".kube", "config") };
}

type ContextFile = "engine" | "seed" | "commands" | "lock";

/** A file that a tool keeps about a cluster which is not its own. */
export function contextFile({ state }: Environment, context: string, what: ContextFile): string {
  return join(state, "contexts", `${encodeURIComponent(context)}.${what}`);
}

/**
 * The `cluster` key of the stack's configuration for a named context: its nodes as they are, so that the same checks
 * of capacity hold. Throws Failure when the context does not answer.
 */
export async function clusterOf(kubectl: string, { context, kubeconfig }: NamedContext): Promise<RawConfig> {
  const { code, stdout, stderr } = await run(kubectl, [
    ...["--kubeconfig", kubeconfig, "--context", context, "--request-timeout", "10s"],
    ...["get", "nodes", "--output", "json"],
  ]);
  if (code !== 0) {
    throw new Failure(
      `context ${context} of ${kubeconfig} does not answer: ${stderr.trim().split("\n").at(-1) ?? ""}. ` +
        "Contexts: kubectl config get-contexts; another file: --kubeconfig FILE",
      2,
    );
  }
  const nodes = (JSON.parse(stdout) as { items: KubeObject[] }).items;
  return { cluster: { kind: "existing", context, pools: Object.fromEntries(nodes.map(pool)) } };
}

function pool({ metadata, status = {} }: KubeObject, index: number): [string, Record<string, unknown>] {
  const capacity = (status["capacity"] ?? {}) as Record<string, string>;
  const size = (key: string): number => parseQuantity(capacity[key] ?? "0");
  return [
    `node-${String(index + 1)}`,
    {
      purpose: metadata.labels?.[NODE_PURPOSE_LABEL] === "user" ? "user" : "core",
      count: 1,
      cpus: Math.max(1, Math.floor(size("cpu"))),
      memoryGiB: size("memory") / GIB,
      diskGiB: size("ephemeral-storage") / GIB || 100,
      maxPods: size("pods") || 110,
    },
  ];
}
