import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Alert } from "../../../model/alerts/alert";
import { ruleFiles } from "../../../model/alerts/rules";
import type { Values } from "../../../model/schema/plain/mergeValues";
import type { Stack } from "../../../model/stack/config";
import { metricsOf } from "../promql";
import type { RuleCase } from "./cases";

/** When a rule is evaluated, in seconds, and what is looked at then, as promtool's test files say it. */
export interface Look {
  readonly interval: number;
  readonly series: readonly { readonly series: string; readonly values: string }[];
  readonly tests: Readonly<Record<string, unknown>>;
}

/** Writes the rule of an alert as a stack has it, with what it needs of the recorded series, and a test of it; the path of the test. */
export function writeRuleTest(folder: string, stack: Stack, alert: Alert, look: Look): string {
  const { alerting, recording } = ruleFiles(stack);
  const rulesOf = ({ groups }: Values): Rule[] =>
    (groups as { rules: Rule[] }[]).flatMap(({ rules }) => rules);
  const recorded = rulesOf(recording).filter(({ record }) => metricsOf(alert.expr).includes(record ?? ""));
  const rules = [...recorded, ...rulesOf(alerting).filter((rule) => rule.alert === alert.name)];
  writeFileSync(join(folder, `${alert.name}.yml`), stringify({ groups: [{ name: "one", rules }] }));
  const path = join(folder, `${alert.name}.test.yml`);
  const every = `${String(look.interval)}s`;
  writeFileSync(
    path,
    stringify({
      rule_files: [`${alert.name}.yml`],
      evaluation_interval: every,
      tests: [{ interval: every, input_series: look.series, ...look.tests }],
    }),
  );
  return path;
}

interface Rule extends Values {
  readonly alert?: string;
  readonly record?: string;
}

/** The series of a case, and the end of its bad time in seconds. */
export function seriesOf({
  series,
  every = 1,
  steps = 60,
}: RuleCase): Omit<Look, "tests"> & { worst: number } {
  const step = every * 60;
  return {
    interval: step,
    worst: (2 * steps - 1) * step,
    series: Object.entries(series).map(([one, course]) => ({
      series: one,
      values: course({ step, steps }),
    })),
  };
}
