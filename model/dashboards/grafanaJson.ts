import type { DashboardUid } from "../alerts/alert";
import { DEPLOY_TAG } from "./deployTag";
import type { Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";
import type { Dashboard, Panel } from "./dashboard";

// not @grafana/grafana-foundation-sdk: each preview would load it, for the few keys below
/** Keys of https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
const SCHEMA_VERSION = 39;
const COLUMNS = 24;
const SIZE = { timeseries: { w: 12, h: 8 }, stat: { w: 6, h: 5 }, table: { w: 12, h: 8 } } as const;
const SOURCE = { type: "prometheus", uid: "${datasource}" } as const;

/** Grafana's JSON of a dashboard. */
export function grafanaJson(stack: Stack, uid: DashboardUid, dashboard: Dashboard): Values {
  const panels = dashboard.panels(stack);
  const choosesMember = panels.some(({ queries }) =>
    Object.values(queries).some((query) => query.includes("$member")),
  );
  return {
    uid,
    title: dashboard.title,
    description: dashboard.question,
    tags: ["mybinder"],
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    graphTooltip: 1,
    refresh: "1m",
    time: { from: "now-24h", to: "now" },
    timezone: "utc",
    templating: { list: [dataSource, ...(choosesMember ? [member] : [])] },
    annotations: { list: [deploys(stack)] },
    panels: placed(panels),
  };
}

const dataSource: Values = {
  name: "datasource",
  label: "Prometheus of",
  type: "datasource",
  query: "prometheus",
  // the stack's own, whatever its uid
  current: { text: "default", value: "default" },
};

const member: Values = {
  name: "member",
  label: "Member",
  type: "query",
  datasource: SOURCE,
  query: { query: "label_values(federation_member_up, member)", refId: "member" },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  current: { text: "All", value: "$__all" },
};

/** The annotations that `npx mybinder ci deploy` writes. */
function deploys({ name }: Stack): Values {
  return {
    name: "Deploys",
    enable: true,
    iconColor: "purple",
    datasource: { type: "grafana", uid: "-- Grafana --" },
    target: { type: "tags", tags: [DEPLOY_TAG, name], matchAny: false, limit: 100 },
  };
}

/** Panels from left to right, in rows as high as their highest one. */
function placed(panels: readonly Panel[]): Values[] {
  let [x, y, height] = [0, 0, 0];
  return panels.map((panel, index) => {
    const { w, h } = SIZE[panel.kind ?? "timeseries"];
    if (x + w > COLUMNS) [x, y, height] = [0, y + height, 0];
    const gridPos = { x, y, w, h };
    [x, height] = [x + w, Math.max(height, h)];
    return { id: index + 1, gridPos, ...content(panel) };
  });
}

function content({ title, unit, queries, kind = "timeseries" }: Panel): Values {
  const instant = kind !== "timeseries";
  return {
    title,
    type: kind,
    datasource: SOURCE,
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      expr,
      legendFormat,
      ...(instant ? { instant, range: false } : {}),
      ...(kind === "table" ? { format: "table" } : {}),
    })),
  };
}
