import { tableText } from "../../ground/terminal/columns";
import type { FederationMember } from "../../../model/federation/federationMember";
import { isActive, trafficShare, type TrafficTable } from "../../../model/federation/trafficShare";

/** One member's line of `traffic show`. */
export interface TrafficRow {
  readonly member: string;
  readonly weight: number;
  /** What the weight is at the moment. */
  readonly now: number;
  readonly quota: number | undefined;
  readonly state: string;
  readonly until: string | undefined;
  readonly reason: string | undefined;
}

/** What holds for each member at a time. An entry that is over counts as none. */
export function trafficRows(
  members: readonly FederationMember[],
  table: TrafficTable,
  now: Date,
): TrafficRow[] {
  return members.map(({ name, weight, launchQuota }) => {
    const entry = table[name];
    const active = entry && isActive(entry, now) ? entry : undefined;
    const share = trafficShare(weight, entry, now);
    const state = share.drained
      ? "drained"
      : active?.rampFrom !== undefined
        ? "ramp"
        : active
          ? "changed"
          : "";
    const { until, reason } = active ?? {};
    return { member: name, weight, now: share.weight, quota: launchQuota, state, until, reason };
  });
}

/** The lines as a table for people. */
export function trafficText(rows: readonly TrafficRow[]): string {
  const cells = rows.map((row) => [
    row.member,
    String(row.weight),
    String(row.now),
    row.quota === undefined ? "?" : String(row.quota),
    row.state,
    row.until ?? "",
    row.reason ?? "",
  ]);
  return tableText([["member", "weight", "now", "quota", "", "until", "reason"], ...cells]);
}
