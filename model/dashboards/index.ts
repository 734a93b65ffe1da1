import { type DashboardUid, DASHBOARDS } from "../alerts/alert";
import type { Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";
import { abuse } from "./abuse";
import { capacity } from "./capacity";
import { certificates } from "./certificates";
import { costs } from "./costs";
import type { Dashboard } from "./dashboard";
import { federation } from "./federation";
import { grafanaJson } from "./grafanaJson";
import { launches } from "./launches";
import { member } from "./member";
import { monitoring } from "./monitoring";
import { registry } from "./registry";
import { service } from "./service";

/** Every dashboard, by the uid that alerts link to. */
export const DASHBOARD_OF: Readonly<Record<DashboardUid, Dashboard>> = {
  ...{ abuse, capacity, certificates, costs, federation, launches, member, monitoring, registry, service },
};

/** The dashboards of a stack as Grafana's JSON, by their uids. */
export function dashboardsOf(stack: Stack): Partial<Record<DashboardUid, Values>> {
  const shown = DASHBOARDS.filter((uid) => DASHBOARD_OF[uid].panels(stack).length > 0);
  return Object.fromEntries(shown.map((uid) => [uid, grafanaJson(stack, uid, DASHBOARD_OF[uid])]));
}
