import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ConfigError } from "../../../../model/stack/configError";
import { deriveStack } from "../../../../model/stack/config";
import type { FederationMember } from "../../../../model/federation/federationMember";
import {
  remainingCapacity,
  trafficFile,
  trafficProblems,
  withEntry,
} from "../../../../model/federation/traffic";
import { trafficSchema } from "../../../../model/schema/traffic";
import { trafficShare, type TrafficTable } from "../../../../model/federation/trafficShare";
import { parseTraffic } from "../../../../apps/federation-agent/config";
import { trafficUrn } from "../../../../tools/operate/traffic/apply";
import { changedTable } from "../../../../tools/operate/traffic/change";
import { editTraffic } from "../../../../tools/operate/traffic/stackFile";
import { trafficRows, trafficText } from "../../../../tools/operate/traffic/show";
import { publicConfig } from "../../../../tools/ground/stackFile/stacks";
import { ROOT } from "../../../../tools/ground/root";

const NOW = new Date("2026-11-21T12:00:00Z");
const at = (hours: number): string => new Date(NOW.getTime() + hours * 3_600_000).toISOString();
const member = (name: string, launchQuota: number, weight = 50): FederationMember => ({
  name,
  url: `https://${name}.example.org`,
  weight,
  launchQuota,
  prometheusUrl: undefined,
  grafanaUrl: undefined,
  lifecycle: "active",
  sponsor: undefined,
});
const MEMBERS = [member("a", 300), member("b", 180), member("c", 60)];

describe("a member's share", () => {
  test.each([
    ["no entry", undefined, { weight: 50, drained: false }],
    ["a weight", { weight: 5 }, { weight: 5, drained: false }],
    ["a weight of 0", { weight: 0 }, { weight: 0, drained: false }],
    ["a drain", { drain: true as const }, { weight: 0, drained: true }],
    ["a drain that ends", { drain: true as const, until: at(1) }, { weight: 0, drained: true }],
    ["a drain that is over", { drain: true as const, until: at(0) }, { weight: 50, drained: false }],
    ["a ramp that begins", { rampFrom: at(0), until: at(10) }, { weight: 2.5, drained: false }],
    ["a ramp to come", { rampFrom: at(1), until: at(10) }, { weight: 2.5, drained: false }],
    ["a ramp at half its time", { rampFrom: at(-5), until: at(5) }, { weight: 27.5, drained: false }],
    ["a ramp that is over", { rampFrom: at(-10), until: at(0) }, { weight: 50, drained: false }],
  ])("with %s", (_, entry, share) => {
    expect(trafficShare(50, entry, NOW)).toEqual(share);
  });

  test("of a ramp never shrinks", () => {
    const weights = Array.from(
      { length: 200 },
      (_, step) => trafficShare(50, { rampFrom: at(0), until: at(10) }, new Date(at(step / 20))).weight,
    );
    expect(weights).toEqual([...weights].sort((a, b) => a - b));
    expect(weights.at(-1)).toBe(50);
  });
});

describe("a drain", () => {
  test("leaves the others' capacity", () => {
    expect(remainingCapacity(MEMBERS, { a: { drain: true } }, NOW)).toBe(240);
  });

  test("that leaves less than the floor is refused, unless it is forced or over", () => {
    const problems = (table: TrafficTable): string[] => trafficProblems(MEMBERS, table, 250, NOW);
    expect(problems({ a: { drain: true } })).toEqual([
      "mybinder:traffic: without a 240 launches remain, below federation.capacityFloor (250); " +
        "to drain anyway, set force: true on an entry",
    ]);
    expect(problems({ a: { weight: 0 } })).toHaveLength(1);
    expect(problems({ a: { drain: true, force: true } })).toEqual([]);
    expect(problems({ a: { drain: true, until: at(-1) } })).toEqual([]);
    expect(problems({ b: { drain: true } })).toEqual([]);
  });

  test("of everyone is refused without a floor, too", () => {
    const all = Object.fromEntries(MEMBERS.map(({ name }) => [name, { drain: true as const }]));
    expect(trafficProblems(MEMBERS, all, undefined, NOW)).toEqual([
      "mybinder:traffic: no member would take launches; keep one undrained, or set force: true on an entry",
    ]);
  });

  test("of a member that there is not names those there are", () => {
    expect(trafficProblems(MEMBERS, { x: { drain: true } }, undefined, NOW)).toEqual([
      "mybinder:traffic.x: no such member; members: a, b, c",
    ]);
  });

  test("is refused at preview by the same rule", () => {
    const raw = { ...publicConfig("prod"), traffic: { "hetzner-2i2c": { drain: true } } };
    const tight = {
      ...raw,
      federation: { ...(raw as { federation?: object }).federation, capacityFloor: 241 },
    };
    expect(() => deriveStack("prod", raw, publicConfig)).not.toThrow();
    expect(() => deriveStack("prod", tight, publicConfig)).toThrow(ConfigError);
  });
});

test("an entry of the schema is one for the agent; what is none for the schema is refused by name", () => {
  const table = {
    a: { drain: true, until: "2026-11-21T18:00:00Z", reason: "disk" },
    b: { rampFrom: "2026-11-21T12:00:00Z", until: "2026-11-24T12:00:00Z" },
    c: { weight: 2.5 },
  };
  expect(parseTraffic(trafficFile(trafficSchema.parse(table)))).toEqual(table);
  const bad = [
    { drain: false },
    { weight: -1 },
    { until: "soon" },
    { rampFrom: at(0) },
    { rampFrom: at(1), until: at(0) },
    { drained: true },
  ];
  for (const entry of bad) expect(trafficSchema.safeParse({ a: entry }).success).toBe(false);
});

test("a change replaces one entry and drops those that are over", () => {
  const table = { a: { drain: true as const, until: at(-1) }, b: { weight: 5 } };
  expect(withEntry(table, "c", { drain: true, until: undefined }, NOW)).toEqual({
    b: { weight: 5 },
    c: { drain: true },
  });
  expect(withEntry(table, "b", undefined, NOW)).toEqual({});
});

describe("the stack file", () => {
  const text = readFileSync(join(ROOT, "Pulumi.prod.yaml"), "utf8");

  test("keeps every other line, comments included", () => {
    const edited = editTraffic(text, { "bids-ovh": { drain: true, until: at(1) } });
    const added = edited.split("\n").filter((line) => !text.split("\n").includes(line));
    expect(added).toEqual([
      "  mybinder:traffic:",
      "    bids-ovh:",
      "      drain: true",
      "      until: 2026-11-21T13:00:00.000Z",
    ]);
    expect((parse(edited) as { config: Record<string, unknown> }).config["mybinder:traffic"]).toEqual({
      "bids-ovh": { drain: true, until: at(1) },
    });
    expect(editTraffic(edited, {})).toBe(text);
  });
});

test("show says what holds now", () => {
  const table: TrafficTable = {
    a: { drain: true, until: at(2), reason: "disk" },
    b: { weight: 5, until: at(-1) },
  };
  expect(trafficText(trafficRows(MEMBERS, table, NOW))).toBe(
    [
      "member  weight  now  quota           until                     reason",
      "a       50      0    300    drained  2026-11-21T14:00:00.000Z  disk",
      "b       50      50   180",
      "c       50      50   60",
      "",
    ].join("\n"),
  );
});

test("the URN is that of the program's object", () => {
  const golden = JSON.parse(readFileSync(join(ROOT, "test/golden/prod.json"), "utf8")) as {
    name: string;
    type: string;
  }[];
  const [, type, name] = /\$(.+)::(.+)$/.exec(trafficUrn("prod")) ?? [];
  expect(golden).toContainEqual(expect.objectContaining({ name, type }));
});

describe("the command", () => {
  const change = { stack: "prod", member: "hetzner-2i2c", entry: { drain: true as const }, now: NOW };

  test("refuses a drain below the peak, and does it when forced, saying so in the file", () => {
    expect(() => changedTable({ ...change, peak: 241, force: false })).toThrow(
      /without hetzner-2i2c 240 launches remain, below federation.capacityFloor \(241\)/,
    );
    expect(changedTable({ ...change, peak: 241, force: true })).toEqual({
      table: { "hetzner-2i2c": { drain: true, force: true } },
      effective: { "hetzner-2i2c": { drain: true, force: true } },
      remaining: 240,
    });
    expect(changedTable({ ...change, peak: 240, force: true }).table).toEqual({
      "hetzner-2i2c": { drain: true },
    });
  });

  test("refuses what the stack file would not take, and stacks that steer nothing", () => {
    expect(() => changedTable({ ...change, entry: { weight: NaN }, peak: undefined, force: false })).toThrow(
      /mybinder:traffic\.hetzner-2i2c\.weight/,
    );
    expect(() => changedTable({ ...change, member: "nobody", peak: undefined, force: false })).toThrow(
      /no such member/,
    );
    expect(() => changedTable({ ...change, stack: "bids-ovh", peak: undefined, force: false })).toThrow(
      "stack bids-ovh has role member and no traffic table; use --stack prod",
    );
  });
});
