// Proves: amtool routes each alert to those who are to be told, by the configuration of a stack that tells everybody; a stack
// that tells nobody accepts every alert all the same. What inhibits what, and what arrives, is in test/live/alerts.test.ts.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { alertmanagerConfig } from "../../model/alerts/alertmanager";
import { INHIBITIONS } from "../../model/alerts/inhibitions";
import { alertsOf } from "../../model/alerts/rules";
import type { Values } from "../../model/schema/plain/mergeValues";
import { run } from "../../tools/ground/terminal/run";
import { forOldAlertmanager } from "../../tools/lab/rehearse/consumers/amtool";
import { toldConfig } from "../support/alertmanager";
import { requireReal } from "../support/real";
import { watchedStack } from "../support/watched";

const withAmtool = requireReal("amtool", "prometheus-alertmanager") ? test : test.skip;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mybinder-routes-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Who is told of an alert with these labels. */
async function routed(config: Values, ...labels: readonly string[]): Promise<string> {
  const file = join(folder, "alertmanager.yml");
  writeFileSync(file, stringify(forOldAlertmanager(config, () => "http://nobody.invalid/")));
  const { code, stdout, stderr } = await run("amtool", [
    "config",
    "routes",
    "test",
    "--config.file",
    file,
    ...labels,
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout.trim();
}

withAmtool.each([
  [
    "a critical alert goes to everybody",
    ["alertname=MemberDown", "severity=critical"],
    "webhook,zulip,email,github",
  ],
  ["a warning makes no issue", ["alertname=SwapOn", "severity=warning"], "webhook,zulip,email"],
  [
    "the watchdog goes to the dead man's switch alone",
    ["alertname=Watchdog", "severity=warning"],
    "dead-mans-switch",
  ],
  ["an alert without a severity is nobody's", ["alertname=Strange"], "nobody"],
])("%s", async (_, labels, receivers) => {
  expect(await routed(toldConfig(), ...labels)).toBe(receivers);
});

withAmtool("without receivers, what fires is accepted and told to nobody", async () => {
  const { alerting } = watchedStack().config;
  expect(await routed(alertmanagerConfig(alerting), "alertname=MemberDown", "severity=critical")).toBe(
    "nobody",
  );
  expect(await routed(alertmanagerConfig(alerting), "alertname=Watchdog", "severity=warning")).toBe("nobody");
});

test("what silences, and what is silenced by name, is an alert", () => {
  const names = alertsOf(watchedStack()).map(({ name }) => name);
  const matchers = INHIBITIONS.flatMap(
    (rule) => [rule["source_matchers"], rule["target_matchers"]].flat() as string[],
  );
  const patterns = matchers.map((matcher) => /^alertname(=~?|!=)"(.+)"$/.exec(matcher)?.[2] ?? matcher);
  const parts = patterns.flatMap((pattern) => (pattern.includes("(") ? [pattern] : pattern.split("|")));
  expect(parts.filter((part) => !names.some((name) => new RegExp(`^(?:${part})$`).test(name)))).toEqual([]);
});
