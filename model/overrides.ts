import type { Stack } from "./config";
import { diffValues } from "./diffValues";
import { mergeValues, type Values } from "./mergeValues";
import { stackValues } from "./values";

/** One override of a stack file, and whether it is still needed. */
export interface OverrideReport {
  readonly stack: string;
  /** Its key, `mybinder:overrides[0]`. */
  readonly key: string;
  readonly reason: string;
  /** Day until which it holds without being looked at again. */
  readonly until: string | undefined;
  /** Why it is to be looked at; empty: it is not. */
  readonly stale: readonly string[];
}

/**
 * The overrides of a stack. One is stale when its `until` is over, or where a value of it is what the layers below give
 * already: `chartValues`, the meta chart's own values.yaml, what is derived, and the overrides before it. The defaults of the
 * charts that the meta chart depends on are not known here.
 */
export function overridesOf(stack: Stack, chartValues: Values, now: Date): OverrideReport[] {
  const { overrides } = stack.config;
  return overrides.map(({ reason, until, values }, index) => {
    const before = { ...stack, config: { ...stack.config, overrides: overrides.slice(0, index) } };
    const below = mergeValues(chartValues, stackValues(before));
    const changed = diffValues(below, mergeValues(below, values)).map(({ path }) => path);
    const idle = diffValues({}, values)
      .filter(({ path }) => !changed.some((other) => overlaps(path, other)))
      .map(({ path }) => path);
    return {
      stack: stack.name,
      key: `mybinder:overrides[${String(index)}]`,
      reason,
      until,
      stale: [
        ...(until !== undefined && until < now.toISOString().slice(0, 10) ? [`it held until ${until}`] : []),
        ...idle.map((path) => `${path} has no effect: it is ${JSON.stringify(at(below, path))} without it`),
      ],
    };
  });
}

/** What an operator reads about a stale override. */
export function staleText({ stack, key, reason, stale }: OverrideReport): string {
  return `Pulumi.${stack}.yaml, ${key} ("${reason}"): ${stale.join("; ")}. Remove it, or say why not`;
}

/** Whether one path of values is the other, or above or below it. */
export function overlaps(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`);
}

function at(values: unknown, path: string): unknown {
  return diffValues({}, values).find((one) => one.path === path)?.right;
}
