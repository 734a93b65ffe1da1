import type { StackConfig } from "./schema";
import type { TrafficEntry, TrafficTable } from "./trafficShare";

/** What a member can be, from serving to removed. */
export const LIFECYCLES = ["active", "draining", "paused", "gone"] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

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

/**
 * A traffic table with what the lifecycles of members add: one that is draining or paused is drained, whatever the
 * operators' entry says, and one that is gone has no entry.
 */
export function withLifecycles(
  table: TrafficTable,
  lifecycles: readonly { readonly name: string; readonly lifecycle: Lifecycle }[],
): TrafficTable {
  const of = (wanted: readonly Lifecycle[]): string[] =>
    lifecycles.filter(({ lifecycle }) => wanted.includes(lifecycle)).map(({ name }) => name);
  const gone = of(["gone"]);
  const kept = Object.entries(table).filter(([name]) => !gone.includes(name));
  const drained = of(["draining", "paused"]).map((name): [string, TrafficEntry] => {
    const force = table[name]?.force;
    const reason = `mybinder:lifecycle of Pulumi.${name}.yaml`;
    return [name, { drain: true, reason, ...(force && { force }) }];
  });
  return Object.fromEntries<TrafficEntry>([...kept, ...drained]);
}
