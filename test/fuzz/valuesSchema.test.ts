import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import * as fc from "fast-check";
import { deriveStack } from "../../model/stack/config";
import { ConfigError } from "../../model/stack/configError";
import { stackNames } from "../../model/stack/stackFiles";
import type { RawConfig } from "../../model/schema/rawConfig";
import { stackValues } from "../../model/values";
import { ROOT } from "../../tools/ground/root";
import { publicConfig } from "../../tools/ground/stackFile/stacks";
import { changedStack, withoutOverrides } from "../support/arbitraryStack";

/*
 * What the model accepts, the chart's values.schema.json accepts: else a preview would be green and the deploy refused.
 * test/chart/valuesSchema.test.ts shows that helm is of one mind with the validator used here.
 */

const schema = JSON.parse(
  readFileSync(join(ROOT, "charts", "mybinder", "values.schema.json"), "utf8"),
) as object;
const validate = new Ajv({ allErrors: true }).compile(schema);

const names = stackNames(ROOT);
const files = new Map(names.map((name) => [name, publicConfig(name) ?? {}]));

/** What the chart refuses of a stack that the model accepts; `undefined` when the model refuses it. */
function refusals(name: string, raw: RawConfig): string[] | undefined {
  try {
    const stack = deriveStack(name, raw, (other) => files.get(other), names);
    const values: unknown = JSON.parse(JSON.stringify(stackValues(stack)));
    return validate(values)
      ? []
      : (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath}: ${message ?? ""}`);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

test.each(names)("%s: what the model accepts of its changes, the chart accepts", (name) => {
  let accepted = 0;
  const raw = withoutOverrides(files.get(name) ?? {});
  fc.assert(
    fc.property(changedStack(raw), (changed) => {
      const found = refusals(name, { ...changed, overrides: [] });
      if (found) accepted++;
      expect(found ?? []).toEqual([]);
    }),
    { numRuns: 150, endOnFailure: true },
  );
  // a test of stacks that are all refused would prove nothing
  expect(accepted).toBeGreaterThan(15);
});
