import { parseConfig } from "../../../../model/stack/config";
import { federationsOf } from "../../../../model/federation/federations";
import type { StackConfig } from "../../../../model/schema/stack";
import type { RawConfig } from "../../../../model/schema/rawConfig";

const cluster = {
  kind: "existing",
  pools: { all: { purpose: "core", count: 1, cpus: 8, memoryGiB: 32, diskGiB: 100 } },
};
const registry = { kind: "none" };
const configs = (files: Record<string, RawConfig>): Map<string, StackConfig> =>
  new Map(Object.entries(files).map(([name, raw]) => [name, parseConfig(name, { cluster, ...raw })]));
const member = (more: RawConfig = {}): RawConfig => ({
  role: "member",
  domain: "m.example.org",
  registry,
  ...more,
});
const front = (role: string, members: RawConfig[]): RawConfig => ({
  role,
  domain: "f.example.org",
  ...(role === "both" && { registry }),
  federation: { members },
});
const listed = (name: string, more: RawConfig = {}): RawConfig => ({ name, weight: 1, ...more });

test("each federation has its members, those that others run apart, and none that is gone", () => {
  const files = {
    prod: front("proxy", [
      listed("b"),
      listed("a"),
      listed("gone"),
      listed("x", { external: { url: "https://x.org" } }),
    ]),
    staging: front("both", [listed("staging")]),
    a: member(),
    b: member({ lifecycle: "paused" }),
    gone: member({ lifecycle: "gone" }),
    alone: member(),
  };
  expect(federationsOf(configs(files))).toEqual([
    { members: ["a", "b"], external: ["x"] },
    { members: ["staging"], external: [] },
  ]);
});

test("federations with a member in common are one, also by way of a third", () => {
  const files = {
    one: front("proxy", [listed("a"), listed("b")]),
    two: front("proxy", [listed("c")]),
    three: front("proxy", [listed("b"), listed("c")]),
    a: member(),
    b: member(),
    c: member(),
  };
  expect(federationsOf(configs(files))).toEqual([{ members: ["a", "b", "c"], external: [] }]);
});
