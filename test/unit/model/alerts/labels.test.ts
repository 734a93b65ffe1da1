// Proves: what alerts and dashboards ask of a label of a program of others, that program has, with that value; what they group
// by is a label of something that they ask for. Which labels those are, test/consumers/labels.test.ts asks the programs.
import { DASHBOARDS } from "../../../../model/alerts/alert";
import { alertsOf, recordingsOf } from "../../../../model/alerts/rules";
import { DASHBOARD_OF } from "../../../../model/dashboards";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";
import { knownLabels, type Labels } from "../../../support/knownLabels";
import { metricsOf } from "../../../support/promql";
import { groupingsOf, matchersOf } from "../../../support/promqlLabels";
import { exportedMetrics, watchedStack } from "../../../support/watched";

/** What Prometheus adds to a series of what it reads: its target. */
const OF_TARGETS = ["job", "instance", "namespace", "pod", "node", "service", "member"];
const known = new Map<string, Labels>(
  Object.values(knownLabels()).flatMap((metrics) => Object.entries(metrics)),
);
const own = exportedMetrics().get("own") ?? new Set<string>();

const queries = [watchedStack(), loadStackFile("prod").stack].flatMap((stack) => [
  ...[...alertsOf(stack), ...recordingsOf(stack)].map(({ expr }) => expr),
  ...DASHBOARDS.flatMap((uid) =>
    DASHBOARD_OF[uid].panels(stack).flatMap(({ queries: of }) => Object.values(of)),
  ),
]);

/** Whether a matcher of a label leaves nothing to be asked: it is a target's, our own program's, or a record's. */
const isOurs = (metric: string, label: string): boolean =>
  OF_TARGETS.includes(label) || own.has(metric) || /^(mybinder:.+|ALERTS|up)$/.test(metric);

function wrongMatchers(query: string): string[] {
  return matchersOf(query).flatMap(({ metric, label, op, value }) => {
    if (isOurs(metric, label)) return [];
    const values = known.get(metric)?.[label];
    if (!values) return [`${metric} has no label ${label} in test/golden/labels.json`];
    const isMatched = (found: string): boolean =>
      op.endsWith("~") ? new RegExp(`^(?:${value})$`).test(found) : found === value;
    if (values.length === 0 || values.some(isMatched) || (op.startsWith("!") && value === "")) return [];
    return [`${metric}: ${label} is ${values.join(", ")}, never ${value}`];
  });
}

test("each label that a query asks for is there, with a value that it asks for", () => {
  expect([...new Set(queries.flatMap(wrongMatchers))]).toEqual([]);
});

test("a label or a value that no program has is found", () => {
  expect(wrongMatchers('rate(registry_http_requests_total{code=~"3..",method="PUT"}[5m])')).toEqual([
    "registry_http_requests_total: code is 200, 201, 202, 404, 500, never 3..",
    "registry_http_requests_total: method is get, head, patch, post, put, never PUT",
  ]);
  expect(wrongMatchers('traefik_entrypoint_requests_total{status="200"}')).toEqual([
    "traefik_entrypoint_requests_total has no label status in test/golden/labels.json",
  ]);
});

test("each label that a query groups by is one of a metric that it asks for", () => {
  const wrong = queries.flatMap((query) => {
    const metrics = metricsOf(query).filter((metric) => known.has(metric));
    const labels = new Set(metrics.flatMap((metric) => Object.keys(known.get(metric) ?? {})));
    const isKnown = metrics.length === metricsOf(query).length;
    const unknown = groupingsOf(query).filter((label) => !labels.has(label) && !OF_TARGETS.includes(label));
    return isKnown ? unknown.map((label) => `${label}: ${query}`) : [];
  });
  expect(wrong).toEqual([]);
});

test("a bucket is asked for by the name that Prometheus 3 gives it", () => {
  const bounds = queries.flatMap(matchersOf).filter(({ label }) => label === "le");
  expect(bounds.length).toBeGreaterThan(1);
  const missed = bounds.filter(({ op, value }) => {
    const bound = parseFloat(value);
    const name = Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
    return op === "=~" ? !new RegExp(`^(?:${value})$`).test(name) : value !== name;
  });
  expect(missed).toEqual([]);
});
