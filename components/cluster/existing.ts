import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { kubeconfigProblem } from "../../model/cluster/kubeconfig";
import type { StackConfig } from "../../model/schema/stack";
import type { Cluster } from "./cluster";

/** Where the access to a cluster that somebody else made comes from. */
export interface ExistingClusterArgs {
  /** Stack, for the error message. */
  readonly stack: string;
  readonly config: StackConfig;
  /** The stack's secret `kubeconfig`, when it has one. */
  readonly kubeconfig: pulumi.Output<string> | undefined;
  /** Kubeconfig file from the environment, read when the stack has no secret. */
  readonly kubeconfigFile: string | undefined;
  readonly context: string | undefined;
}

/** A cluster that exists already. Throws when nothing says how to reach it: never the ambient one. */
export function existingCluster({
  stack,
  config,
  kubeconfig,
  kubeconfigFile,
  context,
}: ExistingClusterArgs): Cluster {
  if (kubeconfig) {
    return {
      kubeconfig: kubeconfig.apply((text) => checkedKubeconfig(stack, config, text)),
      context,
      parts: [],
    };
  }
  if (kubeconfigFile !== undefined) {
    return { kubeconfig: pulumi.secret(readKubeconfig(stack, kubeconfigFile)), context, parts: [] };
  }
  throw new pulumi.RunError(
    `stack ${stack}: no kubeconfig for its cluster. Set MYBINDER_KUBECONFIG to a kubeconfig file, or store one:\n` +
      `  npx mybinder secrets set kubeconfig --stack ${stack} --file FILE`,
  );
}

/** The stored kubeconfig, if it leads to the cluster; throws RunError with the command that stores another. */
export function checkedKubeconfig(stack: string, config: StackConfig, kubeconfig: string): string {
  const problem = kubeconfigProblem(kubeconfig, config);
  if (problem === undefined) return kubeconfig;
  const fix =
    config.cluster.kind === "k3s"
      ? `npx mybinder machine kubeconfig ${stack}`
      : `npx mybinder secrets set kubeconfig --stack ${stack} --file FILE`;
  throw new pulumi.RunError(
    `stack ${stack}: its secret kubeconfig does not work: ${problem}. Store another: ${fix}`,
  );
}

function readKubeconfig(stack: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new pulumi.RunError(
      `stack ${stack}: MYBINDER_KUBECONFIG names a file that cannot be read (${reason})`,
    );
  }
}
