// Proves: the live tests of Grafana and Prometheus find each fault of one that answers as they do. test/live/alerts.test.ts has
// the alert chain of a real Prometheus and Alertmanager. Does not prove: what a real Grafana answers; none can be had here.
import { runChecks } from "../../../live/check";
import { monitoringChecks } from "../../../live/monitoring";
import { LiveFace, type Said } from "../../support/liveFace";

let face: LiveFace;
beforeAll(async () => {
  face = await LiveFace.start();
});
afterAll(() => face.stop());

const vector = (...values: readonly number[]): Said => [
  200,
  {},
  JSON.stringify({
    status: "success",
    data: { result: values.map((value) => ({ value: [1, String(value)] })) },
  }),
];
const asks = (text: string): string => `/api/v1/query?query=${encodeURIComponent(text)}`;
const SETTINGS = "/api/frontend/settings";
const OWN = "/api/datasources/proxy/uid/P1/api/v1/query";
const OF_A_MEMBER = "/api/datasources/proxy/uid/a-member/api/v1/query";
const WATCHDOG = asks("ALERTS{");
const KNOWN = asks("max(prometheus_notifications_alertmanagers_discovered");
const DROPPED = asks("sum(increase(prometheus_notifications_dropped_total");
const FAILED = asks("sum(increase(alertmanager_notifications_failed_total");
const GOOD: Readonly<Record<string, Said>> = {
  [SETTINGS]: [
    200,
    {},
    JSON.stringify({ datasources: { prometheus: { uid: "P1" }, "a-member": { uid: "a-member" } } }),
  ],
  [OWN]: vector(20),
  [OF_A_MEMBER]: vector(7),
  [WATCHDOG]: vector(1),
  [KNOWN]: vector(1),
  [DROPPED]: vector(0),
  [FAILED]: vector(0),
};

async function lines(answers: Readonly<Record<string, Said>> = {}): Promise<string[]> {
  face.answers = { ...GOOD, ...answers };
  const hosts = (["grafana", "prometheus", "binder"] as const).map((service) => ({
    host: service,
    service,
    url: face.url,
  }));
  const found = await runChecks(monitoringChecks(hosts, ["prometheus", "a-member"], 3000));
  return found.map((line) => `${line.outcome} ${line.check}: ${line.found}`.replaceAll(face.host, "HOST"));
}

test("data sources that answer, and alerts that are sent", async () => {
  expect(await lines()).toEqual([
    "ok data sources: prometheus 20 targets, a-member 7 targets",
    "ok alert chain: rules are evaluated, Alertmanager gets their alerts, and no message failed in an hour",
  ]);
});

test.each<[string, Readonly<Record<string, Said>>, string]>([
  [
    "Grafana asks for a login",
    { [SETTINGS]: [401, {}, "{}"] },
    "data sources: http://HOST/api/frontend/settings: status 401; expected: 200",
  ],
  [
    "a data source is gone",
    { [SETTINGS]: [200, {}, '{"datasources": {"prometheus": {"uid": "P1"}}}'] },
    "no data source a-member; expected: those of the stack file, prometheus, a-member",
  ],
  [
    "a member's Prometheus is down",
    { [OF_A_MEMBER]: [502, {}, "Bad Gateway"] },
    "data sources: http://HOST/api/datasources/proxy/uid/a-member/api/v1/query?query=count(up): status 502; expected: 200",
  ],
  ["a data source is empty", { [OWN]: vector() }, "it has no series up; expected: one of each target"],
  ["rules are not evaluated", { [WATCHDOG]: vector() }, "alert chain: http://HOST: Watchdog does not fire"],
  ["nobody takes alerts", { [KNOWN]: vector(0) }, "Prometheus knows no Alertmanager; expected: at least one"],
  ["alerts get lost", { [DROPPED]: vector(3) }, "3 alerts were dropped in an hour; expected: none"],
  ["messages fail", { [FAILED]: vector(2) }, "Alertmanager failed to send 2 times in an hour; expected: 0"],
  [
    "Alertmanager is not scraped",
    { [FAILED]: vector() },
    "Alertmanager is not scraped; expected: its metrics",
  ],
  ["something else answers", { [WATCHDOG]: [200, {}, "{}"] }, "no result; expected: an answer of Prometheus"],
])("%s", async (_, answers, why) => {
  const failed = (await lines(answers)).filter((line) => line.startsWith("FAIL"));
  expect(failed).toHaveLength(1);
  expect(failed[0]).toContain(why);
});
