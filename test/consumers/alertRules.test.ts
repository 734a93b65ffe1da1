// Proves: promtool itself evaluates each alert of the rules as they are rendered, along series that are quiet, bad and quiet
// again: it is silent, fires with the labels that its words name, and is silent again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Alert } from "../../model/alerts/alert";
import { alertsOf } from "../../model/alerts/rules";
import { run } from "../../tools/ground/terminal/run";
import { requireReal } from "../support/real";
import { CASES, type RuleCase } from "../support/rules/cases";
import { seriesOf, writeRuleTest } from "../support/rules/ruleTests";
import { watchedStack } from "../support/watched";

const withPromtool = requireReal("promtool", "prometheus") ? test : test.skip;
const stack = watchedStack();
const alerts = alertsOf(stack);

/** Fires whatever the series are, or by the date. */
const WITHOUT_A_CASE = ["Watchdog", "SecretEnds", "SecretEndsSoon"];

test("every alert has a case, and every case an alert", () => {
  const names = alerts.map(({ name }) => name).filter((name) => !WITHOUT_A_CASE.includes(name));
  expect(Object.keys(CASES).sort()).toEqual(names.sort());
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mybinder-rules-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

withPromtool(
  "each alert is silent, fires, and is silent again",
  async () => {
    const files = alerts.flatMap((alert) => {
      const one = CASES[alert.name];
      return one ? [write(alert, one)] : [];
    });
    const { stdout, stderr } = await run("promtool", ["test", "rules", ...files]);
    expect(failures(`${stdout}\n${stderr}`)).toEqual([]);
  },
  60_000,
);

withPromtool("a case that does not fire is found", async () => {
  const [alert] = alerts.filter(({ name }) => name === "SwapOn");
  if (!alert) throw new Error("there is no such alert");
  const file = write(alert, { series: { 'node_memory_SwapTotal_bytes{node="n1"}': () => "0x200" } });
  const { code, stderr } = await run("promtool", ["test", "rules", file]);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/exp:.*\b1E\+00|exp:/s);
});

/** Writes an alert's test: silent in the quiet time, firing in the bad one, silent again. */
function write(alert: Alert, one: RuleCase): string {
  const { interval, series } = seriesOf(one);
  const { steps = 60, firing = 1 } = one;
  const labels = [...alert.summary.matchAll(/\$labels\.(\w+)/g)]
    .map(([, label = ""]) => `,${label}!=""`)
    .join("");
  const fired = (at: number, value: number, named: string): unknown => ({
    expr: `count(ALERTS{alertname="${alert.name}",alertstate="firing"${named}}) or vector(0)`,
    eval_time: `${String(at * interval)}s`,
    exp_samples: [{ labels: "{}", value }],
  });
  const tests = [fired(steps - 1, 0, ""), fired(2 * steps - 1, firing, labels), fired(3 * steps - 1, 0, "")];
  return writeRuleTest(folder, stack, alert, { interval, series, tests: { promql_expr_test: tests } });
}

/** The expressions whose result is another one. */
function failures(printed: string): string[] {
  return printed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("Unit Testing:") && line !== "SUCCESS");
}
