// Proves: several launchers agree by the API server alone on who launches and on the results, whatever their clocks say.
import { Lease } from "../../../../apps/synthetic-launcher/lease";
import { publish } from "../../../../apps/synthetic-launcher/results";
import { ObjectApi } from "../../../support/objectApi";

const RESULTS = "/api/v1/namespaces/n/configmaps/federation-launches";
const good = { ok: true, at: "2026-11-26T22:00:00Z" };

function results(api: ObjectApi): unknown {
  const { data } = api.objects.get(RESULTS) as unknown as { data: Record<string, string> };
  return JSON.parse(data["launches.json"] ?? "");
}

describe("the Lease", () => {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  test("one holds it; the other takes it when it is not renewed, or at once when it is given back", async () => {
    const api = new ObjectApi();
    const [a, b] = [new Lease(api, "n", "a", 0.3), new Lease(api, "n", "b", 0.3)];
    await a.tryToHold();
    await b.tryToHold();
    expect([a.held, b.held]).toEqual([true, false]);
    await wait(200);
    await a.tryToHold();
    await b.tryToHold();
    expect([a.held, b.held]).toEqual([true, false]);
    await wait(350);
    expect(a.held).toBe(false);
    await b.tryToHold();
    await a.tryToHold();
    expect([a.held, b.held]).toEqual([false, true]);
    await b.release();
    await a.tryToHold();
    expect([a.held, b.held]).toEqual([true, false]);
  });

  test("two that ask at the same time do not both get it", async () => {
    const api = new ObjectApi();
    const leases = ["a", "b", "c"].map((name) => new Lease(api, "n", name, 5));
    await Promise.all(leases.map((lease) => lease.tryToHold()));
    expect(leases.filter(({ held }) => held)).toHaveLength(1);
  });

  test("without an API server nobody holds it for longer than it lasts", async () => {
    const api = new ObjectApi();
    const lease = new Lease(api, "n", "a", 0.2);
    await lease.tryToHold();
    api.well = false;
    await expect(lease.tryToHold()).rejects.toThrow("500");
    await wait(250);
    expect(lease.held).toBe(false);
  });
});

describe("the results", () => {
  test("a result goes beside the others'; a member that is no longer there goes, and other data stays", async () => {
    const api = new ObjectApi();
    api.put(RESULTS, { data: { other: "x", "launches.json": JSON.stringify({ b: good, gone: good }) } });
    await publish(api, "n", ["a", "b"], ["a", { ...good, ok: false }]);
    expect(results(api)).toEqual({ a: { ...good, ok: false }, b: good });
    expect(api.objects.get(RESULTS)).toMatchObject({ data: { other: "x" } });
  });

  test("results of several at the same time are all there", async () => {
    const api = new ObjectApi();
    api.put(RESULTS, {});
    const members = ["a", "b", "c"];
    await Promise.all(members.map((member) => publish(api, "n", members, [member, good])));
    expect(results(api)).toEqual({ a: good, b: good, c: good });
  });

  test("what was broken by hand is replaced; an API server that fails is an error", async () => {
    const api = new ObjectApi();
    api.put(RESULTS, { data: { "launches.json": "{" } });
    await publish(api, "n", ["a"], ["a", good]);
    expect(results(api)).toEqual({ a: good });
    api.well = false;
    await expect(publish(api, "n", ["a"], ["a", good])).rejects.toThrow("500");
  });
});
