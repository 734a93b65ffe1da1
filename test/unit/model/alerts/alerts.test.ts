// Proves: each alert of each stack says what is wrong, how bad it is and where to look; what it asks for is exported by some
// program, or recorded by the same stack; every part of the deployment is watched by an alert, or listed with a reason.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { metaChartPins } from "../../../../charts/metaChart";
import { DASHBOARDS } from "../../../../model/alerts/alert";
import { alertsOf, recordingsOf } from "../../../../model/alerts/rules";
import { stackNames } from "../../../../model/stack/stackFiles";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";
import { metricsOf } from "../../../support/promql";
import { exportedMetrics, watchedStack } from "../../../support/watched";

const stacks = [watchedStack(), ...stackNames(ROOT).map((name) => loadStackFile(name).stack)];
const everything = new Map(stacks.flatMap(alertsOf).map((alert) => [alert.name, alert]));
const alerts = [...everything.values()];

/** Prometheus makes these of each target. */
const OF_A_SCRAPE = new Set(["up", "scrape_duration_seconds", "scrape_samples_scraped"]);

test.each(alerts.map((alert) => [alert.name, alert] as const))(
  "%s says what an operator needs",
  (name, alert) => {
    expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(alert.summary.length).toBeGreaterThan(20);
    expect(alert.summary).not.toMatch(/[.]$|\$labels\.(?!\w)/);
    expect(["critical", "warning"]).toContain(alert.severity);
    expect(DASHBOARDS).toContain(alert.dashboard);
    expect(alert.watches.length).toBeGreaterThan(0);
    expect(existsSync(join(ROOT, "docs", "runbooks", `${name}.md`))).toBe(true);
  },
);

test("docs/runbooks/README.md lists every alert, also those that no stack has yet", () => {
  const page = readFileSync(join(ROOT, "docs", "runbooks", "README.md"), "utf8");
  const listed = [...page.matchAll(/^\| \[(\w+)\]/gm)].map(([, name]) => name);
  // Another alert? npx mybinder docs
  expect(listed.sort()).toEqual([...everything.keys()].sort());
});

test("every runbook belongs to an alert", () => {
  const pages = readdirSync(join(ROOT, "docs", "runbooks")).filter((page) => page !== "README.md");
  expect(pages.filter((page) => !everything.has(page.replace(/\.md$/, "")))).toEqual([]);
});

test.each(stacks.map((stack) => [stack.name, stack] as const))(
  "no name is used twice on stack %s",
  (_, stack) => {
    const names = [
      ...alertsOf(stack).map(({ name }) => name),
      ...recordingsOf(stack).map(({ record, labels }) => record + JSON.stringify(labels)),
    ];
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  },
);

test.each(stacks.map((stack) => [stack.name, stack] as const))(
  "every metric that a rule of stack %s asks for is exported, or recorded by it",
  (_, stack) => {
    const known = [
      OF_A_SCRAPE,
      ...exportedMetrics().values(),
      new Set(recordingsOf(stack).map(({ record }) => record)),
    ];
    const queries = [...alertsOf(stack), ...recordingsOf(stack)].map(
      (rule) => ("name" in rule ? rule.name : rule.record) + " " + rule.expr,
    );
    const wrong = queries.flatMap((text) => {
      const [rule = "", ...expr] = text.split(" ");
      return metricsOf(expr.join(" "))
        .filter((metric) => !known.some((of) => of.has(metric)))
        .map((metric) => `${rule}: ${metric}`);
    });
    expect(wrong).toEqual([]);
  },
);

test.each([
  ['sum by (member) (rate(a_total{b="c_d"}[5m])) / on (x) group_left (y) (e:f > 0)', ["a_total", "e:f"]],
  ["absent(g) or h offset 9d unless i == 1.5e3", ["g", "h", "i"]],
  ["time() - vector(1)", []],
])("the metrics of %s", (query, metrics) => {
  expect(metricsOf(query)).toEqual(metrics);
});

/** Parts of the deployment without an alert of their own, and why. */
const UNWATCHED: Readonly<Record<string, string>> = {
  generatedSecret: "draws secrets at a deploy; what reads them is watched",
  issuers: "describes the issuers; certificates watches what they issue",
  keyPair: "draws keys at a deploy; what reads them is watched",
};

test("every app, chart, template and component is watched by an alert, or says why not", () => {
  const folders = (...path: string[]): string[] =>
    readdirSync(join(ROOT, ...path), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  const files = (...path: string[]): string[] =>
    readdirSync(join(ROOT, ...path), { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() && entry.name.endsWith(".ts") ? [entry.name.replace(/\.ts$/, "")] : [],
    );
  const parts = new Set([
    ...folders("apps"),
    ...folders("charts", "mybinder", "templates"),
    ...metaChartPins(ROOT).map(({ name }) => name),
    ...folders("components"),
    ...files("components"),
    "cert-manager",
  ]);
  const watched = new Set(alerts.flatMap(({ watches }) => watches));
  expect([...parts].filter((part) => !watched.has(part) && !(part in UNWATCHED))).toEqual([]);
  expect([...watched, ...Object.keys(UNWATCHED)].filter((part) => !parts.has(part))).toEqual([]);
});
