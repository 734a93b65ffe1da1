import type { Stack } from "../stack/config";
import { diffValues } from "./diffValues";
import { mergeValues, type Values } from "../schema/plain/mergeValues";
import { stackValues } from "./index";

/** One override of a stack file, and whether it is still needed. */
export interface OverrideReport {
  readonly stack: string;
  /** Its key, `mybinder:overrides[0]`. */
  readonly key: string;
  readonly reason: string;
  /** Day after which it must be reviewed. */
  readonly until: string | undefined;
  /** Reasons to review it; empty when there is none. */
  readonly stale: readonly string[];
}

/**
 * The overrides of a stack. An override is stale when its `until` is over, or when the layers below already give one of its
 * values. Those layers are `chartValues` (the meta chart's own values.yaml), the derived values and the overrides before it.
 * The defaults of the meta chart's dependencies are not known here.
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
        ...(until !== undefined && until < now.toISOString().slice(0, 10)
          ? [`expired on ${until}; delete it or extend \`until\``]
          : []),
        ...idle.map(
          (path) => `${path} has no effect: it already is ${JSON.stringify(at(below, path))}; delete it`,
        ),
      ],
    };
  });
}

/** What an operator reads about a stale override. */
export function staleText({ stack, key, reason, stale }: OverrideReport): string {
  return `Pulumi.${stack}.yaml, ${key} ("${reason}"): ${stale.join("; ")}`;
}

/** Whether two paths are equal, or one is above the other. */
export function overlaps(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`);
}

function at(values: unknown, path: string): unknown {
  return diffValues({}, values).find((one) => one.path === path)?.right;
}
