import { isDeployed, lifecycleOf } from "../../../model/member/lifecycle";
import type { Lifecycle } from "../../../model/schema/lifecycles";
import type { StackConfig } from "../../../model/schema/stack";
import { stackNames } from "../../../model/stack/stackFiles";
import type { Report } from "../terminal/report";
import { ROOT } from "../root";
import { stackConfig } from "./stacks";

/** One stack's line of CI's matrix. */
export interface StackLine {
  readonly stack: string;
  readonly role: StackConfig["role"];
  readonly lifecycle: Lifecycle;
  readonly domain: string;
}

/** Every stack that has a stack file, by name. Throws Failure when one of them does not hold. */
export function stackMatrix(): StackLine[] {
  return stackNames(ROOT).map((stack) => {
    const config = stackConfig(stack);
    return { stack, role: config.role, lifecycle: lifecycleOf(config), domain: config.domain };
  });
}

/** The names of the stacks that are to be previewed and deployed; each one that is left out is reported. */
export function deployedStacks(report: Report): string[] {
  return stackMatrix().flatMap(({ stack, lifecycle }) => {
    if (isDeployed(lifecycle)) return [stack];
    report(`left out: ${stack} is ${lifecycle}`);
    return [];
  });
}
