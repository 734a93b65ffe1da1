import type { StackConfig } from "../schema/stack";
import type { Lifecycle } from "../schema/lifecycles";

/** A stack's lifecycle. Only a member has one; a stack that answers for the federation is always active. */
export function lifecycleOf(config: StackConfig): Lifecycle {
  return config.role === "member" ? config.lifecycle : "active";
}

/** Whether to preview and deploy a stack. A paused or gone stack keeps its state as it is. */
export function isDeployed(lifecycle: Lifecycle): boolean {
  return lifecycle === "active" || lifecycle === "draining";
}

/** Why the program of a stack refuses to run, and what to do; `undefined` when it runs. */
export function refusal(stack: string, lifecycle: Lifecycle): string | undefined {
  if (isDeployed(lifecycle)) return undefined;
  const next =
    lifecycle === "paused"
      ? `return it to service: npx mybinder members lifecycle ${stack} active`
      : `remove it from Pulumi's state: npx mybinder members retire ${stack}`;
  return (
    `stack ${stack} is ${lifecycle} (mybinder:lifecycle in Pulumi.${stack}.yaml): nothing was changed.\n` +
    `  ${next}\n  list the stacks to deploy: npx mybinder stacks --active`
  );
}
