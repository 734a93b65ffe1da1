import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import * as fc from "fast-check";
import { deriveStack, type Stack } from "../../model/stack/config";
import { mergeValues, type Values } from "../../model/schema/plain/mergeValues";
import { stackNames } from "../../model/stack/stackFiles";
import type { RawConfig } from "../../model/schema/rawConfig";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile, publicConfig } from "../../tools/ground/stackFile/stacks";
import { changedStack, withoutOverrides } from "../support/arbitraryStack";
import { renderableValues } from "../../tools/ground/cluster/renderableValues";
import { AssembledChart, META_CHART } from "../support/metaChart";

/* test/fuzz/valuesSchema.test.ts asks a validator of JavaScript; here helm itself reads schema and templates. */

const schema = JSON.parse(readFileSync(join(META_CHART, "values.schema.json"), "utf8")) as object;
const validate = new Ajv().compile(schema);
const names = stackNames(ROOT);

const derived = (name: string, raw: RawConfig): Stack | undefined => {
  try {
    return deriveStack(name, { ...raw, overrides: [] }, publicConfig, names);
  } catch {
    return undefined;
  }
};

let chart: AssembledChart;
beforeAll(async () => {
  chart = await AssembledChart.create();
});
afterAll(() => {
  chart.remove();
});

test.each(names)("%s: helm renders what the model accepts", async (name) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const samples = fc.sample(changedStack(withoutOverrides(publicConfig(name) ?? {})), { numRuns: 400, seed });
  const accepted: Stack[] = [];
  for (const raw of samples) {
    const stack = accepted.length < 4 ? derived(name, raw) : undefined;
    if (stack) accepted.push(stack);
  }
  expect(accepted).toHaveLength(4);
  for (const stack of accepted) {
    const rendered = await chart
      .renderRelease(name, renderableValues(stack))
      .catch((error: unknown) => ({ seed, config: stack.config, error: String(error) }));
    expect(rendered).toEqual(expect.any(Array));
  }
});

test.each<[string, Values]>([
  ["an unknown key", { federationProxy: { replicaz: 2 } }],
  [
    "a member's URL with a path",
    { federationProxy: { federation: { members: { x: { url: "https://x.org/y", weight: 1 } } } } },
  ],
  [
    "a bucket's name of one character",
    { federationProxy: { archive: { buckets: [{ name: "a", host: "a.org" }] } } },
  ],
  [
    "a redirect to a URL with a query",
    { federationProxy: { redirects: [{ type: "url", from: "a.org", to: "b.org/?c" }] } },
  ],
  ["a host in capitals", { federationProxy: { badges: { hosts: ["A.org"] } } }],
  ["a host twice", { federationProxy: { badges: { hosts: ["a.org", "a.org"] } } }],
  ["an address that is none", { networkPolicy: { ingress: { bannedIps: ["1.2.3.256"] } } }],
])("%s is refused by helm and by the validator alike", async (_, over) => {
  const values = mergeValues(renderableValues(loadStackFile("prod").stack), over);
  expect(validate(values)).toBe(false);
  await expect(chart.renderRelease("prod", values)).rejects.toThrow(
    /values don't meet the specifications of the schema/,
  );
});
