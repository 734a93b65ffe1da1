import { deriveStack, type Stack } from "../../../../model/stack/config";
import { refusal } from "../../../../model/member/lifecycle";
import { withLifecycles } from "../../../../model/federation/lifecycleTraffic";
import type { Lifecycle } from "../../../../model/schema/lifecycles";
import { stackValues } from "../../../../model/values";
import { publicConfig } from "../../../../tools/ground/stackFile/stacks";

const federation = (lifecycle: Lifecycle | undefined, changes: Record<string, unknown> = {}): Stack =>
  deriveStack("prod", { ...publicConfig("prod"), ...changes }, (name) => {
    const raw = publicConfig(name);
    return name === "bids-ovh" && lifecycle ? { ...raw, lifecycle } : raw;
  });
const BIDS = "mybinder:lifecycle of Pulumi.bids-ovh.yaml";

test("a member is active unless its stack file says otherwise, and then nothing changes", () => {
  expect(federation("active")).toEqual(federation(undefined));
  expect(federation(undefined).federation?.traffic).toEqual({});
});

test("draining: the proxy keeps the member and its weight, and drains it", () => {
  const { federation: derived } = federation("draining");
  expect(derived?.traffic).toEqual({ "bids-ovh": { drain: true, reason: BIDS } });
  expect(derived?.members.map(({ name, weight }) => [name, weight])).toContainEqual(["bids-ovh", 50]);
});

test("paused: it is drained, and its weight is 0", () => {
  const { federation: derived } = federation("paused");
  expect(derived?.traffic).toEqual({ "bids-ovh": { drain: true, reason: BIDS } });
  expect(derived?.members.map(({ name, weight }) => [name, weight])).toContainEqual(["bids-ovh", 0]);
});

test("gone: nothing of the proxy knows it, not even an entry that an operator left", () => {
  const stack = federation("gone", { traffic: { "bids-ovh": { weight: 10 } } });
  expect(stack.federation?.traffic).toEqual({});
  expect(JSON.stringify(stackValues(stack))).not.toMatch(/bids/);
});

test("draining is the operator's choice and respects the capacity floor; what is lost already blocks no deploy", () => {
  const floor = (lifecycle: Lifecycle): Stack =>
    federation(lifecycle, {
      federation: { ...(publicConfig("prod")?.["federation"] as object), capacityFloor: 239 },
    });
  expect(floor("active").federation?.members).toHaveLength(3);
  expect(() => floor("draining")).not.toThrow();
  const higher = (lifecycle: Lifecycle): Stack =>
    federation(lifecycle, {
      federation: { ...(publicConfig("prod")?.["federation"] as object), capacityFloor: 500 },
    });
  expect(() => higher("draining")).toThrow(/mybinder:traffic: without bids-ovh 480 launches remain/);
  expect(() => higher("active")).toThrow(/without hetzner-2i2c \(300 launches\) 240 of 540 launches remain/);
  expect(() => higher("paused")).not.toThrow();
  expect(() => higher("gone")).not.toThrow();
});

test("when every member is paused, that is said", () => {
  expect(() =>
    deriveStack("prod", publicConfig("prod") ?? {}, (name) => ({
      ...publicConfig(name),
      lifecycle: "paused",
    })),
  ).toThrow(/every weight is 0 \(a paused member counts as 0\), so no member would serve/);
});

test("the lifecycle wins over an operator's entry, and keeps its force", () => {
  expect(
    withLifecycles({ a: { weight: 5, force: true }, b: { weight: 1 }, c: { drain: true } }, [
      { name: "a", lifecycle: "draining" },
      { name: "b", lifecycle: "active" },
      { name: "c", lifecycle: "gone" },
    ]),
  ).toEqual({
    a: { drain: true, reason: "mybinder:lifecycle of Pulumi.a.yaml", force: true },
    b: { weight: 1 },
  });
});

test.each<[Lifecycle, RegExp | undefined]>([
  ["active", undefined],
  ["draining", undefined],
  ["paused", /stack x is paused [^]*nothing was changed[^]*members lifecycle x active/],
  ["gone", /stack x is gone [^]*nothing was changed[^]*members retire x/],
])("a stack that is %s", (lifecycle, message) => {
  const refused = refusal("x", lifecycle);
  if (message) expect(refused).toMatch(message);
  else expect(refused).toBeUndefined();
});

test("only a member has a lifecycle", () => {
  expect(() => deriveStack("prod", { ...publicConfig("prod"), lifecycle: "paused" }, publicConfig)).toThrow(
    /mybinder:lifecycle: unknown key/,
  );
  expect(() =>
    deriveStack("bids-ovh", { ...publicConfig("bids-ovh"), lifecycle: "asleep" }, publicConfig),
  ).toThrow(/mybinder:lifecycle: found "asleep" \(string\); allowed: active, draining, paused, gone/);
});
