// Proves: what silences another alert fires no later than that one, so that an operator gets one message. Does not prove: that
// Alertmanager silences it (test/live/alerts.test.ts does, for a member that dies).
import type { Alert } from "../../../../model/alerts/alert";
import { INHIBITIONS } from "../../../../model/alerts/inhibitions";
import { alertsOf } from "../../../../model/alerts/rules";
import { stackNames } from "../../../../model/stack/stackFiles";
import { ROOT } from "../../../../tools/ground/root";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";
import { watchedStack } from "../../../support/watched";

interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

/** What may be told before its cause, and why. */
const EARLY: Readonly<Record<string, string>> = {
  FrontPageDown:
    "users notice it, and only the front page of a stack that is proxy and member is one member's",
  PodStuckTerminating: "its condition takes an hour by itself",
  SystemPodOutOfMemory: "a kill for memory comes before the node is gone, never because it is",
};
const MINUTES: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, h: 60, d: 1440 };
const stacks = [watchedStack(), ...stackNames(ROOT).map((name) => loadStackFile(name).stack)];
const inhibitions = INHIBITIONS as unknown as readonly Inhibition[];

function minutes({ for: held = "0m" }: Alert): number {
  const [, count = "", unit = ""] = /^(\d+)([smhd])$/.exec(held) ?? [];
  return Number(count) * (MINUTES[unit] ?? NaN);
}

/** Whether an alert's name satisfies `alertname="…"`, `!=` or `=~`. */
function matches(matcher: string, name: string): boolean {
  const [, operator = "", value = ""] = /^alertname(=~|!=|=)"(.+)"$/.exec(matcher) ?? [];
  if (operator === "=~") return new RegExp(`^(?:${value})$`).test(name);
  return (operator === "=") === (name === value);
}

test.each(
  inhibitions.map((one) => [`${one.source_matchers.join()} → ${one.target_matchers.join()}`, one] as const),
)("%s: the first fires no later", (_, { source_matchers, target_matchers, equal = [] }) => {
  const late = stacks.flatMap((stack) => {
    const all = alertsOf(stack);
    const of = (matchers: readonly string[]): Alert[] =>
      all.filter(({ name }) => matchers.every((matcher) => matches(matcher, name)));
    const targets = of(target_matchers).filter(({ expr }) => equal.every((label) => expr.includes(label)));
    return of(source_matchers).flatMap((source) =>
      targets
        .filter((target) => !(target.name in EARLY) && !(minutes(target) >= minutes(source)))
        .map(
          (target) =>
            `${source.name} (${source.for ?? "at once"}) after ${target.name} (${target.for ?? "at once"})`,
        ),
    );
  });
  expect([...new Set(late)]).toEqual([]);
});
