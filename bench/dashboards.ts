import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DashboardUid, DASHBOARDS } from "../model/alerts/alert";
import { recordingsOf } from "../model/alerts/rules";
import { DASHBOARD_OF } from "../model/dashboards";
import type { Panel } from "../model/dashboards/dashboard";
import type { Stack } from "../model/stack/config";
import { loadStackFile } from "../tools/ground/stackFile/stacks";
import { chart, type Line } from "./dashboards/chart";
import { DAY, openMetrics } from "./dashboards/day";
import { type Drawn, ReplayedPrometheus } from "./dashboards/prometheus";
import type { Bench } from "./table";

const UNTIL = DAY + 86_400;
const STEP = 600;

/** The panel of a dashboard that is drawn for the documentation, by the stack whose it is. */
export const PICTURES: Readonly<Partial<Record<DashboardUid, readonly [stack: string, panel: string]>>> = {
  service: ["prod", "Requests at the ingress"],
  launches: ["prod", "Launches that fail, and what the objective allows"],
  member: ["prod", "Launches of members by outcome"],
  federation: ["prod", "Launches sent to members"],
  capacity: ["bids-ovh", "Memory that is left"],
  registry: ["bids-ovh", "Quota of projects that is used"],
  certificates: ["bids-ovh", "Time until certificates end"],
  abuse: ["bids-ovh", "Processes that cryptnono ended in an hour"],
};

/** How long a Prometheus takes for each panel, over a made-up day; with `--picture`, a folder of what it answers, drawn. */
export const dashboardsBench: Bench = {
  name: "dashboards",
  description:
    "a Prometheus answers the dashboards' queries over a made-up day; --picture draws some of them",
  async run(report, signal, { picture: folder }) {
    const prometheus = await ReplayedPrometheus.start(openMetrics());
    try {
      const rows: [string, number, number, string][] = [];
      for (const [stack, uid, panel] of panels()) {
        signal.throwIfAborted();
        const started = performance.now();
        const lines = await drawn(prometheus, stack, panel);
        rows.push([`${stack.name} ${uid}`, lines.length, performance.now() - started, panel.title]);
        const [of, title] = PICTURES[uid] ?? [];
        if (folder === undefined || of !== stack.name || title !== panel.title) continue;
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, `${uid}.svg`), chart(title, panel.unit, lines, DAY, UNTIL));
        report(`drew ${join(folder, `${uid}.svg`)}`);
      }
      return {
        title:
          `${String(rows.length)} panels over a day, every ${String(STEP / 60)} minutes: Prometheus refused none; ` +
          "these have series in the made-up day",
        columns: ["dashboard", "lines", "ms", "panel"],
        rows: rows.flatMap(([uid, lines, ms, title]) =>
          lines > 0 ? [[uid, lines, ms.toFixed(1), title]] : [],
        ),
      };
    } finally {
      await prometheus.stop();
    }
  },
};

function panels(): [Stack, DashboardUid, Panel][] {
  return ["prod", "bids-ovh"].flatMap((name) => {
    const { stack } = loadStackFile(name);
    return DASHBOARDS.flatMap((uid) =>
      DASHBOARD_OF[uid].panels(stack).map((panel): [Stack, DashboardUid, Panel] => [stack, uid, panel]),
    );
  });
}

/** The lines of a panel over the day, a name each. Rejects where Prometheus refuses a query. */
async function drawn(prometheus: ReplayedPrometheus, stack: Stack, { queries }: Panel): Promise<Line[]> {
  const answers = await Promise.all(
    Object.entries(queries).map(async ([legend, query]) => {
      const found = await prometheus.range(written(stack, query), DAY, UNTIL, STEP);
      return found.map(({ metric, values }): Line => ({ name: named(legend, metric), points: values }));
    }),
  );
  return answers.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A query with what Grafana puts in, and with what a rule records in the place of the record's name. */
function written(stack: Stack, query: string): string {
  const records = new Map<string, string[]>();
  for (const { record, expr, labels = {} } of recordingsOf(stack)) {
    const labelled = Object.entries(labels).reduce(
      (inner, [label, value]) => `label_replace(${inner}, "${label}", "${value}", "", "")`,
      expr,
    );
    records.set(record, [...(records.get(record) ?? []), labelled]);
  }
  return [...records].reduce(
    (text, [record, exprs]) =>
      text.replace(new RegExp(`${record}(\\{[^}]*\\})?`, "g"), `(${exprs.join(" or ")})`),
    query.replaceAll("$member", ".+"),
  );
}

function named(legend: string, metric: Drawn["metric"]): string {
  return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? "");
}
