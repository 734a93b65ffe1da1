import { z } from "zod";
import type { Stack } from "./config";
import { describeIssue } from "./configError";
import { stackValues } from "./values";

/**
 * What the meta chart's schema refuses of a stack's values, one line for each place, under the override that says it. Helm
 * would refuse it as well, but only when the release is installed: a preview of Pulumi's does not ask it. `chartSchema` is
 * the chart's values.schema.json. Throws nothing; without overrides there is nothing to refuse (a test holds that).
 */
export function overrideRefusals(stack: Stack, chartSchema: object): string[] {
  const values = JSON.parse(JSON.stringify(stackValues(stack))) as Record<string, unknown>;
  const { error } = z.fromJSONSchema(chartSchema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(values);
  return (error?.issues ?? []).flatMap((issue) => {
    const paths =
      issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => {
      const what =
        issue.code === "unrecognized_keys"
          ? "unknown key, which the meta chart refuses"
          : `${describeIssue(issue, values).replace(/^[^ ]*: /, "")} (values.schema.json of the meta chart)`;
      return `${keyOf(stack, path)}: ${what}`;
    });
  });
}

/** The key of the stack file that says what stands at a path of the values: of the last override that has it. */
function keyOf({ config: { overrides } }: Stack, path: readonly PropertyKey[]): string {
  const index = overrides.findLastIndex(({ values }) => reaches(values, path));
  return `mybinder:overrides[${String(Math.max(0, index))}].values.${path.map(String).join(".")}`;
}

/** Whether values say something at a path, or end above it. */
function reaches(values: unknown, [key, ...rest]: readonly PropertyKey[]): boolean {
  if (key === undefined || values === null || typeof values !== "object") return true;
  return Object.hasOwn(values, key) && reaches((values as Record<PropertyKey, unknown>)[key], rest);
}
