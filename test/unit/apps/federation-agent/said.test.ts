import fc from "fast-check";
import { Malformed, readHealth, readVersions } from "../../../../apps/federation-agent/said";

const quota = (total_pods: unknown, of: unknown): object => ({
  checks: [{ service: "Pod quota", ok: true, total_pods, quota: of }],
});
const service = (name: unknown): object => ({ checks: [{ service: name, ok: true }] });

describe("what members say", () => {
  test.each([
    [null],
    [[]],
    ["x"],
    [{}],
    [{ checks: {} }],
    [{ checks: [1] }],
    [{ checks: [{ service: "x" }] }],
    [{ checks: Array.from({ length: 21 }, (_, index) => ({ service: String(index), ok: true })) }],
    [quota(1e9, 100)],
    [quota(10, 1e6)],
    [quota(-1, 100)],
    [quota(1.5, 100)],
    [quota("10", 100)],
    [quota(undefined, 100)],
    [service("")],
    [service("x".repeat(61))],
    [service('a"}\n1\nevil_metric 1')],
    [service("\u202e")],
  ])("%j is no health", (body) => {
    expect(() => readHealth(body)).toThrow(Malformed);
  });

  test.each([
    [null],
    [[]],
    [{ binderhub: "x".repeat(201) }],
    [{ ["x".repeat(61)]: "1" }],
    [{ "a\nb": "1" }],
    [Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${String(index)}`, "1"]))],
  ])("%j is no versions", (body) => {
    expect(() => readVersions(body)).toThrow(Malformed);
  });

  test("any JSON is read or refused, never more", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        for (const read of [readHealth, readVersions]) {
          try {
            read(body);
          } catch (error) {
            expect((error as Error).message).toMatch(/^\/(health|versions) /);
          }
        }
      }),
    );
  });

  test("a check of any name is its own, and nothing else", () => {
    const names = ["__proto__", "constructor", "reachable", "toString"];
    const { checks } = readHealth({ checks: names.map((name) => ({ service: name, ok: false })) });
    expect(Object.entries(checks)).toEqual(names.map((name) => [name, false]));
    expect(Object.getPrototypeOf(checks)).toBe(Object.prototype);
  });

  test("a quota of null is none, and one that is reached is no failure", () => {
    expect(readHealth(quota(5, null))).toEqual({ checks: {} });
    const reached = { checks: [{ service: "Pod quota", ok: false, total_pods: 101, quota: 100 }] };
    expect(readHealth(reached)).toEqual({ checks: {}, load: { used: 101, quota: 100 } });
  });
});
