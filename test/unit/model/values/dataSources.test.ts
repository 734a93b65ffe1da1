import { deriveStack } from "../../../../model/stack/config";
import { stackValues } from "../../../../model/values";
import { loadStackFile, publicConfig } from "../../../../tools/ground/stackFile/stacks";

interface Source {
  readonly name: string;
  readonly uid?: string;
}

const sources = (stack: ReturnType<typeof deriveStack>): [string, string | undefined][] => {
  const { datasources } = stackValues(stack)["grafana"] as {
    datasources: { "datasources.yaml": { datasources: Source[] } };
  };
  return datasources["datasources.yaml"].datasources.map(({ name, uid }) => [name, uid]);
};
// grafana-data/datasources.json of mybinder.org-deploy: the panels of its dashboards name these
test("mybinder.org's Grafana keeps the data sources that its dashboards name", () => {
  expect(sources(loadStackFile("prod").stack)).toEqual([
    ["prometheus", "000000001"],
    ["2i2c", "deanf4vbxbcaod"],
    ["GESIS", "000000002"],
    ["BIDS", "df7dz1gqa20aoc"],
  ]);
});

test("elsewhere a stack's own source keeps the uid that it has, and a new member's is the member's name", () => {
  expect(sources(loadStackFile("bids-ovh").stack)).toEqual([["prometheus", undefined]]);
  const members = [
    { name: "hetzner-2i2c", weight: 1 },
    { name: "bids-ovh", weight: 1, dataSource: { name: "BIDS" } },
  ];
  const raw = { ...publicConfig("prod"), monitoring: {}, federation: { members } };
  expect(sources(deriveStack("prod", raw, publicConfig))).toEqual([
    ["prometheus", undefined],
    ["hetzner-2i2c", "hetzner-2i2c"],
    ["BIDS", "bids-ovh"],
  ]);
});
