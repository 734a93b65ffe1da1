import fc from "fast-check";
import type { AgentConfig } from "../../../../apps/federation-agent/config";
import { decide, judgeRound, type MemberView } from "../../../../apps/federation-agent/decide";
import { factorOf, type MemberState } from "../../../../apps/federation-agent/health";
import { Histogram, metric } from "../../../../apps/federation-agent/metrics";
import { type Observation, readHealth, readVersions } from "../../../../apps/federation-agent/observe";
import { parseRedirects } from "../../../../apps/federation-agent/runtime";
import { makeTable, ownersOf } from "../../../../apps/federation-agent/table";
import { expectedVersions, leftOutForVersions } from "../../../../apps/federation-agent/versions";

const member = (name: string, weight = 50): AgentConfig["members"][number] => ({
  name,
  url: `https://${name}.example.org`,
  weight,
  launchQuota: 100,
});
const CONFIG: AgentConfig = {
  members: [member("a"), member("b"), member("c")],
  periodSeconds: 10,
  timeoutSeconds: 5,
  fall: 2,
  rise: 2,
  headroom: 0.05,
  taper: 0.25,
  expectedVersions: {},
  skewMinutes: 60,
  launchMaxAgeMinutes: 30,
};
const WELL: Observation = {
  versions: { binderhub: "1" },
  checks: { "Docker registry": true },
  load: { used: 10, quota: 100 },
};
const DEAD: Observation = { versions: {}, checks: {}, problem: { kind: "unreachable", text: "refused" } };
const NOW = new Date("2026-11-21T12:00:00Z");

/** Rounds in a row, each with what the members say; gives the views after the last. */
function rounds(
  all: readonly Readonly<Record<string, Observation>>[],
  config = CONFIG,
  minutesApart = 0,
): readonly MemberView[] {
  let views: readonly MemberView[] = [];
  all.forEach((said, index) => {
    const last = new Map<string, MemberState>(views.map(({ member: { name }, state }) => [name, state]));
    views = judgeRound({
      config,
      observations: new Map(config.members.map(({ name }) => [name, said[name] ?? WELL])),
      launches: {},
      last,
      now: new Date(NOW.getTime() + index * minutesApart * 60_000),
    });
  });
  return views;
}
const healthy = (views: readonly MemberView[]): string[] =>
  views.filter(({ state }) => state.healthy).map(({ member: { name } }) => name);

describe("a member's health", () => {
  test("its first word counts at once, later changes after rounds in a row", () => {
    expect(healthy(rounds([{ b: DEAD }]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{}, { b: DEAD }]))).toEqual(["a", "b", "c"]);
    expect(healthy(rounds([{}, { b: DEAD }, { b: DEAD }]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{}, { b: DEAD }, {}, { b: DEAD }, {}]))).toEqual(["a", "b", "c"]);
    expect(healthy(rounds([{ b: DEAD }, {}]))).toEqual(["a", "c"]);
    expect(healthy(rounds([{ b: DEAD }, {}, {}]))).toEqual(["a", "b", "c"]);
  });

  test("each check has its own metric, and one that is no longer made has none", () => {
    const [view] = rounds([{ a: { ...WELL, checks: { "Docker registry": false, "JupyterHub API": true } } }]);
    expect(view?.verdict.checks).toEqual({
      reachable: true,
      answers: true,
      versions: true,
      "Docker registry": false,
      "JupyterHub API": true,
      "Pod quota": true,
    });
    expect(rounds([{ a: DEAD }])[0]?.verdict.checks).toEqual({ reachable: false });
  });

  test("all dead at once: no plan, so that the last good table stays; all unhealthy: an empty table", () => {
    const dead = { a: DEAD, b: DEAD, c: DEAD };
    expect(decide(rounds([dead]), {}, NOW)).toBeUndefined();
    const ill = { ...WELL, checks: { "Docker registry": false } };
    const plan = decide(rounds([{ a: ill, b: ill, c: ill }]), {}, NOW);
    expect(makeTable(plan?.candidates ?? []).lines).toHaveLength(1);
    expect(plan?.pages).toBeUndefined();
  });
});

describe("head room", () => {
  test.each([
    [1, 1],
    [0.3, 1],
    [0.29, 1],
    [0.2, 0.75],
    [0.15, 0.5],
    [0.1, 0.25],
    [0.06, 0.25],
    [0.05, 0],
    [0, 0],
  ])("%d free leaves %d of the weight", (free, factor) => {
    expect(factorOf(free, CONFIG, undefined)).toBe(factor);
  });

  test("a few pods more or less never move it back and forth", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.06, max: 1, noNaN: true }), (free) => {
        const first = factorOf(free, CONFIG, undefined);
        const up = factorOf(Math.min(1, free + 0.005), CONFIG, first);
        expect(factorOf(free, CONFIG, up)).toBe(up);
      }),
    );
  });
});

describe("versions", () => {
  const old: Observation = { ...WELL, versions: { binderhub: "0" } };
  const observed = (said: Readonly<Record<string, Observation>>): Map<string, Observation> =>
    new Map(CONFIG.members.map(({ name }) => [name, said[name] ?? WELL]));

  test("expected is what the deployment says, else what most of the capacity says", () => {
    expect(expectedVersions(CONFIG, observed({ c: old }))).toEqual({ binderhub: "1" });
    const big = { ...old, load: { used: 0, quota: 1000 } };
    expect(expectedVersions(CONFIG, observed({ c: big }))).toEqual({ binderhub: "0" });
    const config = { ...CONFIG, expectedVersions: { binderhub: "2" } };
    expect(expectedVersions(config, observed({}))).toEqual({ binderhub: "2" });
  });

  test("others are tolerated for the window", () => {
    expect(healthy(rounds([{ c: old }, { c: old }, { c: old }], CONFIG, 29))).toEqual(["a", "b", "c"]);
    expect(healthy(rounds([{ c: old }, { c: old }, { c: old }, { c: old }], CONFIG, 30))).toEqual(["a", "b"]);
    // the window begins anew when it was right in between
    expect(healthy(rounds([{ c: old }, {}, { c: old }, { c: old }], CONFIG, 30))).toEqual(["a", "b", "c"]);
  });

  test("a deploy of all members but the proxy leaves the floor standing", () => {
    const since = new Map([
      ["a", 2],
      ["b", 1],
      ["c", 3],
    ]);
    const all = observed({ a: old, b: old, c: old });
    const out = (capacityFloor?: number): string[] => {
      const config = { ...CONFIG, ...(capacityFloor !== undefined && { capacityFloor }) };
      return [...leftOutForVersions(config, all, since, 10_000_000)];
    };
    expect(out(200)).toEqual(["b"]);
    expect(out(201)).toEqual([]);
    expect(out()).toEqual(["b"]);
    expect(out(0)).toEqual(["b", "a"]);
  });
});

describe("what members say", () => {
  test.each([
    [null],
    [[]],
    ["x"],
    [{}],
    [{ checks: {} }],
    [{ checks: [1] }],
    [{ checks: [{ service: "x" }] }],
  ])("%j is no health", (body) => {
    expect(() => readHealth(body)).toThrow(/health has/);
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

  test("a quota of null is none", () => {
    const checks = [{ service: "Pod quota", ok: true, total_pods: 5, quota: null }];
    expect(readHealth({ checks })).toEqual({ checks: {} });
  });
});

describe("the table", () => {
  test("names the owner and its stand-ins, members for cookies, and itself", () => {
    const table = makeTable(
      [
        { name: "a", url: "https://a", weight: 1, sticky: true },
        { name: "b", url: "https://b", weight: 0, sticky: true },
        { name: "c", url: "https://c", weight: 1, sticky: false },
      ],
      "a",
    );
    expect(table.lines[0]).toMatch(/^0 (a\|https:\/\/a\|c\|https:\/\/c|c\|https:\/\/c\|a\|https:\/\/a)$/);
    expect(table.lines.slice(4096)).toEqual([
      "a a|https://a",
      "b b|https://b",
      ":pages a",
      `:digest ${table.digest}`,
    ]);
    expect(ownersOf(table.lines.join("\n"))).toEqual(table.owners);
  });

  test("does not depend on the order in which members are given", () => {
    const candidates = ["a", "b", "c"].map((name) => ({ name, url: name, weight: 1, sticky: false }));
    expect(makeTable([...candidates].reverse()).owners).toEqual(makeTable(candidates).owners);
  });
});

test("redirects are read from HAProxy's table", () => {
  const text =
    "# table: route:launches, type: string, size:1024, used:2\n" +
    "0x55: key=a use=0 exp=0 shard=0 gpc0=2 gpc1=1 http_req_cnt=10\n" +
    "0x56: key=b use=1 exp=0 gpc0=0 gpc1=0 http_req_cnt=3\n";
  expect(parseRedirects(text)).toEqual([
    { member: "a", table: 7, cookie: 2, failover: 1 },
    { member: "b", table: 3, cookie: 0, failover: 0 },
  ]);
});

test("metrics are Prometheus text", () => {
  expect(metric("x", "gauge", "An x", [[{ a: 'q"\\\n' }, 1]])).toBe(
    '# HELP x An x\n# TYPE x gauge\nx{a="q\\"\\\\\\n"} 1\n',
  );
  const histogram = new Histogram("h", "An h", [0.1, 1]);
  histogram.observe(0.5);
  expect(histogram.toString()).toContain('h_bucket{le="0.1"} 0\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\n');
});
