import type { StackConfig } from "./schema";
import type { Lifecycle } from "./lifecycles";

/** Where a member's stack stands. Only a member has a lifecycle; a stack that answers for the federation is active. */
export function lifecycleOf(config: StackConfig): Lifecycle {
  return config.role === "member" ? config.lifecycle : "active";
}

/** Whether previews and deploys of a stack are to be made. A paused or gone one keeps its state as it is. */
export function isDeployed(lifecycle: Lifecycle): boolean {
  return lifecycle === "active" || lifecycle === "draining";
}

/** Why the program of a stack refuses to run, and what to do; `undefined` when it runs. */
export function refusal(stack: string, lifecycle: Lifecycle): string | undefined {
  if (isDeployed(lifecycle)) return undefined;
  const next =
    lifecycle === "paused"
      ? `back in service: npx mybinder members lifecycle ${stack} active`
      : `out of Pulumi's state: npx mybinder members retire ${stack}`;
  return (
    `stack ${stack} is ${lifecycle} (mybinder:lifecycle in Pulumi.${stack}.yaml): nothing was changed.\n` +
    `  ${next}\n  what a deploy of all stacks is to leave out: npx mybinder stacks --active`
  );
}
