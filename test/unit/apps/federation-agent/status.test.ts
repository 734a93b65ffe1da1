import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conditionOf } from "../../../../apps/federation-agent/status/condition";
import type { MemberView } from "../../../../apps/federation-agent/decide";
import {
  type Condition,
  type History,
  NOTHING,
  parseHistory,
  recorded,
} from "../../../../apps/federation-agent/status/history";
import { Recorder } from "../../../../apps/federation-agent/status/recorder";
import { ObjectApi } from "../../../support/objectApi";
import { statusJson, statusPage, type StatusView } from "../../../../apps/federation-agent/status/page";

const now = new Date("2026-11-26T22:10:30Z");
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const of = (state: Condition["state"], reason = ""): ReadonlyMap<string, Condition> =>
  new Map([["a", { state, reason }]]);
const none: ReadonlyMap<string, number> = new Map();

describe("the history", () => {
  test("a minute counts once, whoever writes it, and each replica's launches add up", () => {
    const one = recorded(NOTHING, of("up"), new Map([["a", 5]]), now);
    const two = recorded(one, of("up"), new Map([["a", 7]]), now);
    expect(two.days).toEqual({ "2026-11-26": { a: [1, 0, 0, 0] } });
    expect(two.hours).toEqual({ "2026-11-26T22": { a: 12 } });
  });

  test("a few missed minutes are made up for; a longer silence is no data", () => {
    const start = recorded(NOTHING, of("up"), none, now);
    expect(recorded(start, of("down"), none, later(3)).days["2026-11-26"]?.["a"]).toEqual([1, 0, 3, 0]);
    expect(recorded(start, of("down"), none, later(60)).days["2026-11-26"]?.["a"]).toEqual([1, 0, 5, 0]);
  });

  test("90 days and 48 hours stay", () => {
    let history: History = NOTHING;
    for (let day = 0; day < 100; day++) {
      history = recorded(history, of("up"), new Map([["a", 1]]), later(day * 1440));
    }
    expect(Object.keys(history.days)).toHaveLength(90);
    expect(Object.keys(history.hours)).toHaveLength(48);
    expect(Object.keys(history.days)[89]).toBe(
      later(99 * 1440)
        .toISOString()
        .slice(0, 10),
    );
  });

  test("an incident begins and ends; a short one is none, but a drain always is", () => {
    const down = recorded(NOTHING, of("down", "it does not answer"), none, now);
    expect(down.incidents).toEqual([
      { member: "a", state: "down", reason: "it does not answer", from: now.toISOString() },
    ]);
    expect(recorded(down, of("up"), none, later(2)).incidents).toEqual([]);
    const ended = recorded(down, of("drained", "kernel"), none, later(10)).incidents;
    expect(ended.map(({ state, to }) => [state, to])).toEqual([
      ["drained", undefined],
      ["down", later(10).toISOString()],
    ]);
    const drained = recorded(NOTHING, of("drained", "kernel"), none, now);
    expect(recorded(drained, of("up"), none, later(1)).incidents).toHaveLength(1);
  });

  test.each(["[]", "{}", '{"minute":1}', '{"minute":1,"days":{},"hours":{},"incidents":{}}'])(
    "%s is none",
    (text) => {
      expect(() => parseHistory(text)).toThrow("no {");
    },
  );

  test("three members over 90 days take some 10 kB, of the 1 MiB that a ConfigMap may have", () => {
    const all = new Map(
      ["hetzner-2i2c", "hetzner-gesis", "bids-ovh"].map((name) => [
        name,
        { state: "up", reason: "" } as const,
      ]),
    );
    let history: History = NOTHING;
    for (let hour = 0; hour < 90 * 24; hour++) {
      history = recorded(history, all, new Map([["bids-ovh", 1000]]), later(hour * 60));
    }
    expect(JSON.stringify(history).length).toBeLessThan(12_000);
  });
});

describe("how a member is, for people", () => {
  const view = (
    state: { healthy: boolean; factor: number },
    verdict: { answers: boolean; failed: string[] },
  ): MemberView =>
    ({ member: { name: "a", url: "https://a", weight: 1 }, state, verdict }) as unknown as MemberView;
  test.each([
    ["up", { healthy: true, factor: 1 }, { answers: true, failed: [] }, {}],
    ["degraded", { healthy: true, factor: 0 }, { answers: true, failed: [] }, {}],
    ["degraded", { healthy: false, factor: 1 }, { answers: true, failed: ["launch"] }, {}],
    ["down", { healthy: false, factor: 1 }, { answers: false, failed: ["reachable"] }, {}],
    ["up", { healthy: true, factor: 1 }, { answers: false, failed: ["reachable"] }, {}],
    [
      "drained",
      { healthy: false, factor: 1 },
      { answers: false, failed: [] },
      { a: { drain: true as const, reason: "kernel" } },
    ],
  ])("%s", (expected, state, verdict, traffic) => {
    expect(conditionOf(view(state, verdict), traffic, now).state).toBe(expected);
  });

  test("a drain has the operators' reason, a failure the names of the checks", () => {
    const ill = view({ healthy: false, factor: 1 }, { answers: true, failed: ["launch", "Docker registry"] });
    expect(conditionOf(ill, {}, now).reason).toBe("failing: launch, Docker registry");
    expect(conditionOf(ill, { a: { drain: true, reason: "kernel" } }, now).reason).toBe("kernel");
  });
});

describe("the page", () => {
  const status = (condition: Condition, history: History = NOTHING): StatusView => ({
    host: "example.org",
    members: [{ name: "a", url: "https://a.example.org", condition }],
    history,
    now,
  });

  test("what members and operators write is text, and there is no script", () => {
    const evil = '<script>alert("x")</script>';
    const history = recorded(NOTHING, of("degraded", evil), none, now);
    const page = statusPage(status({ state: "degraded", reason: evil }, history));
    expect(page).not.toContain("<script");
    expect(page.match(/&#60;script&#62;alert/g)).toHaveLength(2);
  });

  test("states are words, days have a text for who sees no colours, and every table has heads", () => {
    const page = statusPage(
      status({ state: "down", reason: "it does not answer" }, recorded(NOTHING, of("down"), none, now)),
    );
    expect(page).toMatch(/<span class="state down"><span aria-hidden="true">✕<\/span> Down<\/span>/);
    expect(page).toContain('role="img" aria-label="a, last 90 days: 0.00 % up in 1 day; 1 day not fully up"');
    expect(page.match(/<i class=/g)).toHaveLength(90);
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<thead><tr><th scope="col">/g)?.length);
    expect(page).toContain('<html lang="en">');
  });

  test("the JSON has each day, hour and incident", () => {
    const history = recorded(NOTHING, of("down", "x"), new Map([["a", 3]]), now);
    const json = JSON.parse(statusJson(status({ state: "down", reason: "x" }, history))) as {
      members: { days: unknown[] }[];
      launches: unknown[];
    };
    expect(json.members[0]?.days).toHaveLength(90);
    expect(json.members[0]?.days.at(-1)).toEqual({
      day: "2026-11-26",
      up: 0,
      degraded: 0,
      down: 1,
      drained: 0,
    });
    expect(json.launches.at(-1)).toEqual({ hour: "2026-11-26T22:00Z", a: 3 });
    expect(json).toMatchObject({ host: "example.org", incidents: [{ member: "a", state: "down" }] });
  });
});

test("two replicas keep one history with the launches of both; a new one goes on from it, and without an API server nothing is lost", async () => {
  const path = "/api/v1/namespaces/n/configmaps/federation-status";
  const folder = mkdtempSync(join(tmpdir(), "mybinder-status-"));
  const api = new ObjectApi();
  const url = await api.serve(folder);
  api.put(path, { apiVersion: "v1", kind: "ConfigMap" });
  const stored = (): History =>
    parseHistory(
      (api.objects.get(path) as unknown as { data: Record<string, string> }).data["status.json"] ?? "",
    );
  const recorders = [0, 1].map(() => new Recorder(url, folder, () => undefined, 0.3));
  const redirected = (
    table: number,
  ): { member: string; table: number; cookie: number; failover: number }[] => [
    { member: "a", table, cookie: 0, failover: 0 },
  ];
  const tick = async (some: readonly Recorder[], times: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      for (const recorder of some) {
        recorder.refresh(of("up"));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  for (const recorder of recorders) {
    recorder.count(redirected(100));
    recorder.count(redirected(110));
  }
  await tick(recorders, 20);
  const launched = (): number =>
    Object.values(stored().hours).reduce((all, hour) => all + (hour["a"] ?? 0), 0);
  const counted = Object.values(stored().days).reduce((all, { a = [] }) => all + (a[0] ?? 0), 0);
  expect(launched()).toBe(20);
  // one, or two when the minute ended in between
  expect(counted).toBeLessThanOrEqual(2);
  api.well = false;
  for (const recorder of recorders) {
    // HAProxy was started again
    recorder.count(redirected(3));
  }
  await tick(recorders, 20);
  expect(launched()).toBe(20);
  api.well = true;
  await tick(recorders, 20);
  expect(launched()).toBe(26);
  const next = new Recorder(url, folder, () => undefined, 0.3);
  await tick([next], 10);
  expect(next.history).toEqual(stored());
  await api.close();
  rmSync(folder, { recursive: true });
});
