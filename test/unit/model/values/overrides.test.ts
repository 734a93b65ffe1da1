import { ownValues } from "../../../../charts/metaChart";
import { deriveStack } from "../../../../model/stack/config";
import { overridesOf, staleText } from "../../../../model/values/overrides";
import { stackNames } from "../../../../model/stack/stackFiles";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile, publicConfig } from "../../../../tools/ground/stackFile/stacks";

const NOW = new Date("2026-11-24T12:00:00Z");
const CHART = { prometheus: { server: { retention: "90d", replicas: 1 } }, traefik: { a: [1] } };
const stale = (...overrides: unknown[]): string[][] =>
  overridesOf(deriveStack("prod", { ...publicConfig("prod"), overrides }, publicConfig), CHART, NOW).map(
    (override) => [...override.stale],
  );
const because = (values: unknown, more: object = {}): object => ({
  reason: "as the test wants it",
  values,
  ...more,
});

test.each(stackNames(ROOT))("no override of %s is stale", (name) => {
  const { stack } = loadStackFile(name);
  expect(overridesOf(stack, ownValues(ROOT), NOW).flatMap((override) => override.stale)).toEqual([]);
});

test("a value that is what the layers below give has no effect: the chart's, a derived one, an earlier override's", () => {
  expect(
    stale(
      because({ prometheus: { server: { replicas: 1, extra: 2 } } }),
      because({ prometheus: { server: { persistentVolume: { size: "50G" } } } }),
      because({ prometheus: { server: { extra: 2 } }, traefik: { a: [1] } }),
      because({ traefik: { a: [2] } }),
    ),
  ).toEqual([
    ["prometheus.server.replicas has no effect: it already is 1; delete it"],
    ['prometheus.server.persistentVolume.size has no effect: it already is "50G"; delete it'],
    [
      "prometheus.server.extra has no effect: it already is 2; delete it",
      "traefik.a has no effect: it already is [1]; delete it",
    ],
    [],
  ]);
});

test("the day of until still counts; the next one does not", () => {
  const values = { traefik: { a: 3 } };
  expect(
    stale(because(values, { until: "2026-11-24" }), because({ traefik: { a: 4 } }, { until: "2026-11-23" })),
  ).toEqual([[], ["expired on 2026-11-23; delete it or extend `until`"]]);
});

test("what an operator reads names the file, the key, the reason and what to do", () => {
  const [one] = overridesOf(
    deriveStack(
      "prod",
      { ...publicConfig("prod"), overrides: [because({ traefik: { a: [1] } })] },
      publicConfig,
    ),
    CHART,
    NOW,
  );
  expect(one && staleText(one)).toBe(
    'Pulumi.prod.yaml, mybinder:overrides[0] ("as the test wants it"): traefik.a has no effect: it already is [1]; ' +
      "delete it",
  );
});

test.each([
  ["no reason", { values: {} }, /overrides\[0\]\.reason: not set/],
  [
    "a day that is none",
    because({}, { until: "soon" }),
    /overrides\[0\]\.until: found "soon".*a day such as 2027-01-31/,
  ],
])("an override with %s is refused", (_, override, message) => {
  expect(() => stale(override)).toThrow(message);
});
