import { trafficShare, type TrafficTable } from "../../../model/federation/trafficShare";
import type { MemberView } from "../decide";
import type { Condition } from "./history";

/** The longest reason that is shown; members name their checks themselves. */
const MAX_LENGTH = 120;

/** How a member is, for people: what it has to do with a launch, not every check. */
export function conditionOf(
  { member, verdict, state }: MemberView,
  traffic: TrafficTable,
  now: Date,
): Condition {
  const entry = Object.hasOwn(traffic, member.name) ? traffic[member.name] : undefined;
  if (trafficShare(member.weight, entry, now).drained) {
    return condition("drained", entry?.reason ?? "the operators send it no launches");
  }
  if (state.healthy) {
    return state.factor > 0
      ? condition("up", "")
      : condition("degraded", "it is full; other members take launches");
  }
  if (!verdict.answers) return condition("down", "it does not answer");
  return condition(
    "degraded",
    verdict.failed.length > 0 ? `failing: ${verdict.failed.join(", ")}` : "recovering",
  );
}

function condition(state: Condition["state"], reason: string): Condition {
  return { state, reason: Array.from(reason).slice(0, MAX_LENGTH).join("") };
}
