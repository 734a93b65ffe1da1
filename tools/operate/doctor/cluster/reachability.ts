import { stackNames } from "../../../../model/stack/stackFiles";
import { ROOT } from "../../../ground/root";
import { shellQuote } from "../../../ground/terminal/shellQuote";
import type { Finding } from "../diagnosis";
import { ask, type Target } from "./target";

/** Whether there is anything to look at. */
export interface Reachability {
  readonly findings: readonly Finding[];
  /** Why nothing on this cluster can be said of the stack; `undefined`: it can. */
  readonly refusal?: string;
}

/** Whether the API server answers, and whether the cluster is the stack's. */
export async function reachabilityOf(target: Target): Promise<Reachability> {
  const { name } = target.stack;
  try {
    await ask(target, "version", "--output", "json");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return silent(target, why);
  }
  const namespaces = (await ask(target, "get", "namespaces", "--output", "name"))
    .split("\n")
    .map((line) => line.replace(/^namespace\//, ""));
  return ownership(name, namespaces, stackNames(ROOT), target.access.kubeconfig);
}

/** Whose cluster it is, by the namespaces: each stack has one of its own name. */
export function ownership(
  stack: string,
  namespaces: readonly string[],
  stacks: readonly string[],
  kubeconfig: string,
): Reachability {
  if (namespaces.includes(stack)) return { findings: [] };
  const others = stacks.filter((other) => namespaces.includes(other));
  const about = `cluster of ${kubeconfig}`;
  if (others.length > 0) {
    const found = `it is the cluster of ${others.join(" and ")}, not of ${stack}`;
    const fix = `npx mybinder doctor ${others[0] ?? ""} --kubeconfig ${shellQuote(kubeconfig)}`;
    return { findings: [{ level: "problem", about, found, fix }], refusal: found };
  }
  const found = `stack ${stack} is not deployed on it: namespace ${stack} does not exist`;
  return {
    findings: [{ level: "problem", about, found, fix: `pulumi up --stack ${stack}` }],
    refusal: found,
  };
}

function silent({ stack, access, kubectlCommand }: Target, why: string): Reachability {
  const { cluster } = stack.config;
  const refused = /logged in|Unauthorized|certificate has expired/i.test(why);
  const fix =
    cluster.kind !== "k3s"
      ? kubectlCommand("cluster-info")
      : refused
        ? `npx mybinder machine kubeconfig ${stack.name} --out NEWFILE`
        : `npx mybinder machine check ${stack.name}`;
  return {
    findings: [{ level: "problem", about: `API server of ${access.kubeconfig}`, found: why, fix }],
    refusal: refused ? "the API server denies access" : "the API server does not answer",
  };
}
