// Proves: every dashboard that an alert of a stack links to is one of that stack; what its panels ask for is exported by some
// program or recorded by the same stack; promtool's parser reads each query; panels lie on the grid. No Grafana read them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { DASHBOARDS } from "../../../../model/alerts/alert";
import { alertsOf, recordingsOf } from "../../../../model/alerts/rules";
import { DASHBOARD_OF, dashboardsOf } from "../../../../model/dashboards";
import type { Stack } from "../../../../model/stack/config";
import { stackNames } from "../../../../model/stack/stackFiles";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";
import { run } from "../../../../tools/ground/terminal/run";
import { metricsOf } from "../../../support/promql";
import { requireReal } from "../../../support/real";
import { exportedMetrics, watchedStack } from "../../../support/watched";

const stacks = [watchedStack(), ...stackNames(ROOT).map((name) => loadStackFile(name).stack)];
const each = test.each(stacks.map((stack) => [stack.name, stack] as const));

/** Queries of a stack, each with its dashboard and panel. */
function queriesOf(stack: Stack): [string, string][] {
  return DASHBOARDS.flatMap((uid) =>
    DASHBOARD_OF[uid]
      .panels(stack)
      .flatMap(({ title, queries }) =>
        Object.values(queries).map((query): [string, string] => [`${uid}, ${title}`, query]),
      ),
  );
}

each("stack %s has every dashboard that its alerts link to", (_, stack) => {
  const dashboards = Object.keys(dashboardsOf(stack));
  const linked = new Set(alertsOf(stack).map(({ dashboard }) => dashboard));
  expect([...linked].filter((uid) => !dashboards.includes(uid))).toEqual([]);
});

each("stack %s: a dashboard's uid is its key, and its title its own", (_, stack) => {
  const dashboards = Object.entries(dashboardsOf(stack));
  expect(dashboards.map(([, { uid }]) => uid)).toEqual(dashboards.map(([key]) => key));
  expect(new Set(dashboards.map(([, { title }]) => title)).size).toBe(dashboards.length);
});

test("a dashboard of members is where members are, and docs/dashboards.md names each", () => {
  const uids = (name: string): string[] => Object.keys(dashboardsOf(loadStackFile(name).stack));
  expect(uids("prod")).toEqual([...DASHBOARDS]);
  expect(uids("bids-ovh")).toEqual(DASHBOARDS.filter((uid) => uid !== "federation"));
  const page = readFileSync(join(ROOT, "docs", "dashboards.md"), "utf8");
  const rows = DASHBOARDS.map((uid) => `| \`${uid}\` | ${DASHBOARD_OF[uid].question} |`);
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  const files = readdirSync(join(ROOT, "model", "dashboards"));
  expect(DASHBOARDS.filter((uid) => !files.includes(`${uid}.ts`))).toEqual([]);
});

test("each panel to which docs/former-dashboards.md sends a reader exists, and none of the 22 former dashboards is left out", () => {
  const page = readFileSync(join(ROOT, "docs", "former-dashboards.md"), "utf8");
  const [sections = "", dropped = ""] = page.split("## Dropped whole\n");
  expect(sections.match(/^## /gm)).toHaveLength(18);
  expect(dropped.match(/^\| (?!dashboard)\w/gm)).toHaveLength(4);
  const titles = [...stacks, loadStackFile("prod").stack].flatMap((stack) =>
    DASHBOARDS.flatMap((uid) => DASHBOARD_OF[uid].panels(stack).map(({ title }) => `${uid}: ${title}`)),
  );
  const named = [
    ...page.slice(page.indexOf("## ")).matchAll(/`(\w+)`: ([^;|]+?)(?: has them[^;|]*)?(?=;| \||$)/gm),
  ].map(([, uid = "", title = ""]) => `${uid}: ${title}`);
  expect(named.length).toBeGreaterThan(60);
  expect(named.filter((panel) => !titles.includes(panel))).toEqual([]);
});

each("every metric that a panel of stack %s asks for is exported, or recorded by it", (_, stack) => {
  const known = [
    new Set(["up", "ALERTS"]),
    ...exportedMetrics().values(),
    new Set(recordingsOf(stack).map(({ record }) => record)),
  ];
  const wrong = queriesOf(stack).flatMap(([where, query]) =>
    metricsOf(query)
      .filter((metric) => !known.some((of) => of.has(metric)))
      .map((metric) => `${where}: ${metric}`),
  );
  expect(wrong).toEqual([]);
});

each("panels of stack %s lie on the grid, and none on another", (_, stack) => {
  for (const { panels } of Object.values(dashboardsOf(stack))) {
    const places = (panels as { gridPos: { x: number; y: number; w: number; h: number } }[]).flatMap(
      ({ gridPos: { x, y, w, h } }) =>
        Array.from(
          { length: w * h },
          (_, cell) => `${String(x + (cell % w))} ${String(y + Math.floor(cell / w))}`,
        ),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(places.filter((place) => Number(place.split(" ")[0]) >= 24)).toEqual([]);
  }
});

each("the dashboards of stack %s fit into a ConfigMap many times", (_, stack) => {
  expect(JSON.stringify(dashboardsOf(stack)).length).toBeLessThan(100_000);
});

const withPromtool = requireReal("promtool", "prometheus") ? test : test.skip;

withPromtool("promtool reads each query, and refuses one that is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-dashboards-"));
  try {
    const check = async (queries: readonly string[]): Promise<{ code: number | null; text: string }> => {
      const file = join(folder, "rules.yml");
      const rules = queries.map((expr, index) => ({ record: `query:${String(index)}`, expr }));
      writeFileSync(file, stringify({ groups: [{ name: "panels", rules }] }));
      const { code, stdout, stderr } = await run("promtool", ["check", "rules", file]);
      return { code, text: stdout + stderr };
    };
    const queries = [...new Set(stacks.flatMap(queriesOf).map(([, query]) => query))];
    expect(await check(queries)).toMatchObject({ code: 0 });
    expect(await check([...queries, "sum by (a (up)"])).not.toMatchObject({ code: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
