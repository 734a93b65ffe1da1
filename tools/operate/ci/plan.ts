import type { Lifecycle } from "../../../model/schema/lifecycles";
import { isDeployed } from "../../../model/member/lifecycle";

/** What the order of a deploy follows from. */
export interface PlannedStack {
  readonly stack: string;
  readonly role: "proxy" | "member" | "both";
  readonly lifecycle: Lifecycle;
  /** A cluster of kind `existing` is that of whoever runs the program. */
  readonly existing: boolean;
  /** Share of the launches that a proxy's stack file gives to it; 0 when none does. */
  readonly weight: number;
}

/** The stages of a deploy, one after another; the stacks of a stage at the same time. */
export interface DeployPlan {
  readonly staging: readonly string[];
  /** The member that is first, with real launches: the one with the smallest weight that gets any. */
  readonly canary: readonly string[];
  readonly members: readonly string[];
  readonly proxy: readonly string[];
  /** The stacks of all stages. */
  readonly all: readonly string[];
}

/** The stages for these stacks. `only`: the stacks to deploy, in the same order; default: all. */
export function deployPlan(stacks: readonly PlannedStack[], only?: readonly string[]): DeployPlan {
  const chosen = stacks
    .filter(({ lifecycle, existing }) => isDeployed(lifecycle) && !existing)
    .filter(({ stack }) => only === undefined || only.includes(stack));
  const names = (role: PlannedStack["role"]): string[] =>
    chosen.filter((one) => one.role === role).map(({ stack }) => stack);
  const byWeight = chosen
    .filter(({ role }) => role === "member")
    .sort(
      (a, b) =>
        Number(b.weight > 0) - Number(a.weight > 0) || a.weight - b.weight || (a.stack < b.stack ? -1 : 1),
    );
  const [canary] = byWeight.map(({ stack }) => stack);
  return {
    staging: names("both"),
    canary: canary === undefined ? [] : [canary],
    members: names("member").filter((stack) => stack !== canary),
    proxy: names("proxy"),
    all: chosen.map(({ stack }) => stack),
  };
}
