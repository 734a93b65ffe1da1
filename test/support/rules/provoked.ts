import { run } from "../../../tools/ground/terminal/run";
import type { Alert } from "../../../model/alerts/alert";
import type { Stack } from "../../../model/stack/config";
import type { RuleCase } from "./cases";
import { type Look, seriesOf, writeRuleTest } from "./ruleTests";

/** An alert that fires, as Prometheus gives it to Alertmanager. */
export interface Fired {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * What promtool says that fires at the end of each alert's bad time, with its words filled in; `at` is that time for an alert
 * without a case, in seconds since 1970. Rejects with what promtool printed where one does not fire.
 */
export async function provoked(
  folder: string,
  stack: Stack,
  alerts: readonly (readonly [alert: Alert, of: RuleCase | { readonly at: number }])[],
): Promise<Map<string, Fired>> {
  const files = alerts.map(([alert, of]) => {
    const { worst, ...look } = "at" in of ? { interval: 86_400, series: [], worst: of.at } : seriesOf(of);
    const nothing = { eval_time: `${String(worst)}s`, alertname: alert.name, exp_alerts: [] };
    const whole: Look = { ...look, tests: { alert_rule_test: [nothing] } };
    return writeRuleTest(folder, stack, alert, whole);
  });
  const { stdout, stderr } = await run("promtool", ["test", "rules", ...files]);
  const text = `${stdout}\n${stderr}`;
  const found = [...text.matchAll(/Labels:\{(.*)\}\s+Annotations:\{(.*)\}/g)].map(
    ([, labels = "", annotations = ""]): Fired => ({
      labels: pairs(labels),
      annotations: pairs(annotations),
    }),
  );
  const byName = new Map(found.map((fired) => [fired.labels["alertname"] ?? "", fired]));
  const silent = alerts.map(([{ name }]) => name).filter((name) => !byName.has(name));
  if (silent.length > 0) throw new Error(`${silent.join(", ")} did not fire: ${text}`);
  return byName;
}

/** Names and values as Go quotes them, of which JSON has all that occurs. */
function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)].map(([, name = "", value = '""']) => [
      name,
      JSON.parse(value) as string,
    ]),
  );
}

/** What a case does, in words: each series that changes, before and after. */
export function provocation(one: RuleCase): string {
  const { series, interval } = seriesOf(one);
  const steps = one.steps ?? 60;
  const told = series.map(({ series: name, values }) => {
    const samples = values.split(" ");
    const [quiet, bad] = [samples.slice(1, steps), samples.slice(steps, 2 * steps)].map((part, index) =>
      course(part.map(Number), (index * steps + 1 - index) * interval, interval),
    );
    const wasMoving = quiet?.startsWith("+") === true || quiet === "goes with the clock";
    const isStill = wasMoving && bad !== undefined && /^[\d,.]+$/.test(bad);
    return {
      name: name
        .replace(/,?\b(instance|device|fstype)="[^"]*"/g, "")
        .replace("{,", "{")
        .replace("{}", ""),
      quiet,
      bad: isStill ? "stands still" : bad,
    };
  });
  const changed = told.filter(({ quiet, bad }) => quiet !== bad);
  return (changed.length > 0 ? changed : told)
    .map(({ name, quiet, bad }) => `\`${name}\`: ${quiet ?? ""}${quiet === bad ? "" : `, then ${bad ?? ""}`}`)
    .join("; ");
}

function course(values: readonly number[], from: number, interval: number): string {
  const [first = NaN, second = NaN] = values;
  if (values.every(Number.isNaN)) return "not there";
  const isEvery = (of: (value: number, index: number) => number): boolean =>
    values.every(
      (value, index) => Math.abs(of(value, index) - of(first, 0)) < 1e-6 * Math.max(1, Math.abs(first)),
    );
  if (isEvery((value) => value)) return number(first);
  if (isEvery((value, index) => value - index * interval)) {
    const ahead = Math.round(first - from);
    if (ahead === 0) return "goes with the clock";
    return `${number(Math.abs(ahead) / 86_400)} days ${ahead > 0 ? "ahead" : "ago"}`;
  }
  const step = second - first;
  return isEvery((value, index) => value - index * step) ? `+${number(step)} a sample` : "changes";
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 3 });
}
