import { ownSchema } from "../../../../charts/metaChart";
import { deriveStack } from "../../../../model/stack/config";
import { overrideRefusals } from "../../../../model/values/overrideRefusals";
import { stackNames } from "../../../../model/stack/stackFiles";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile, publicConfig } from "../../../../tools/ground/stackFile/stacks";

const SCHEMA = ownSchema(ROOT);
const refusals = (...values: Record<string, unknown>[]): string[] => {
  const overrides = values.map((one) => ({ reason: "a test of overrides", values: one }));
  return overrideRefusals(deriveStack("prod", { ...publicConfig("prod"), overrides }, publicConfig), SCHEMA);
};
const CHART = "(values.schema.json of the meta chart)";

test.each(stackNames(ROOT))("%s: nothing is refused", (name) => {
  expect(overrideRefusals(loadStackFile(name).stack, SCHEMA)).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "another type",
    { federationProxy: { replicas: "many" } },
    `mybinder:overrides[0].values.federationProxy.replicas: found "many" (string); allowed: a value of type number ${CHART}`,
  ],
  [
    "a misspelt key",
    { federationProxy: { replicaz: 2 } },
    "mybinder:overrides[0].values.federationProxy.replicaz: unknown key; the meta chart refuses it",
  ],
  [
    "a misspelt chart",
    { grafanna: {} },
    "mybinder:overrides[0].values.grafanna: unknown key; the meta chart refuses it",
  ],
  [
    "a number beyond its limit",
    { federationProxy: { agent: { fall: 0 } } },
    `mybinder:overrides[0].values.federationProxy.agent.fall: found 0 (number); allowed: at least 1 ${CHART}`,
  ],
  ["what a chart that we depend on checks itself", { grafana: { replicas: "many" } }, ""],
])("%s in an override is refused at preview, if it is refused at all", (_, values, expected) => {
  expect(refusals(values)).toEqual(expected === "" ? [] : [expected]);
});

test("the line names the override that says it: the last one", () => {
  const wrong = { federationProxy: { replicas: "many" } };
  expect(
    refusals(wrong, { federationProxy: { replicas: "few" } }, { prometheus: { enabled: true } }),
  ).toEqual([
    `mybinder:overrides[1].values.federationProxy.replicas: found "few" (string); allowed: a value of type number ${CHART}`,
  ]);
  expect(refusals(wrong, { federationProxy: { replicas: 2 } })).toEqual([]);
});
