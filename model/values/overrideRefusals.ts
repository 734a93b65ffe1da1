import { z } from "zod";
import type { Stack } from "../stack/config";
import { describeIssue } from "../stack/configError";
import { stackValues } from "./index";

/**
 * Values of a stack's overrides that the meta chart's schema refuses, one line each. Helm would refuse them too, but only
 * when it installs the release: a Pulumi preview does not ask Helm. `chartSchema` is the chart's values.schema.json. Never
 * throws. Without overrides the schema refuses nothing; a test holds that.
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
          ? "unknown key; the meta chart refuses it"
          : `${describeIssue(issue, values).replace(/^[^ ]*: /, "")} (values.schema.json of the meta chart)`;
      return `${keyOf(stack, path)}: ${what}`;
    });
  });
}

/** The key of the stack file that sets the value at a path: in the last override that has it. */
function keyOf({ config: { overrides } }: Stack, path: readonly PropertyKey[]): string {
  const index = overrides.findLastIndex(({ values }) => reaches(values, path));
  return `mybinder:overrides[${String(Math.max(0, index))}].values.${path.map(String).join(".")}`;
}

/** Whether the values set something at a path, or a leaf above it. */
function reaches(values: unknown, [key, ...rest]: readonly PropertyKey[]): boolean {
  if (key === undefined || values === null || typeof values !== "object") return true;
  return Object.hasOwn(values, key) && reaches((values as Record<PropertyKey, unknown>)[key], rest);
}
