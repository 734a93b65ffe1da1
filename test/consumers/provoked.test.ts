// Proves: each alert, provoked in promtool with the rules as they are rendered, and given to a real Alertmanager with the
// rendered configuration, arrives at a webhook in one message, with its words filled in and its runbook's page; the page
// docs/provoked-alerts.md says so. Without inhibitions: alertmanager.test.ts and test/live/alerts.test.ts try those.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { Alert } from "../../model/alerts/alert";
import { alertmanagerConfig } from "../../model/alerts/alertmanager";
import { alertsOf, RUNBOOKS } from "../../model/alerts/rules";
import { deriveStack, parseConfig } from "../../model/stack/config";
import { ROOT } from "../../tools/ground/root";
import { publicConfig } from "../../tools/ground/stackFile/stacks";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { forOldAlertmanager } from "../../tools/lab/rehearse/consumers/amtool";
import { markdownTable, prose } from "../../tools/operate/docs/markdown";
import { requireReal } from "../support/real";
import { CASES } from "../support/rules/cases";
import { type Fired, provocation, provoked } from "../support/rules/provoked";
import { watchedConfig } from "../support/watched";

const PAGE = join(ROOT, "docs", "provoked-alerts.md");
// promtool's time begins in 1970, and so does that of a secret's end here: 57 years are too many samples
const { kubeconfig } = watchedConfig()["secretRecords"] as { kubeconfig: object };
const secretRecords = { kubeconfig: { ...kubeconfig, expires: "1970-03-01" } };
const stack = deriveStack("watched", { ...watchedConfig(), secretRecords }, publicConfig);
const alerts = alertsOf(stack);
/** Alerts without series: when each is looked at, in seconds since 1970, and what is so then. */
const BY_DATE: Readonly<Record<string, { readonly at: number; readonly what: string }>> = {
  Watchdog: { at: 86_400, what: "nothing: it always fires" },
  SecretEndsSoon: { at: Date.UTC(1970, 0, 29) / 1000, what: "the date: a month before the recorded end" },
  SecretEnds: { at: Date.UTC(1970, 1, 25) / 1000, what: "the date: four days before the recorded end" },
};
/** Alerts whose cause a test makes happen, beside its series. */
const FOR_REAL: Readonly<Record<string, string>> = {
  MemberDown: "a member that ends: test/live/alerts",
  MemberMetricsMissing: "a member's Prometheus that stops answering: test/live/alerts",
};

/** What Alertmanager posts. */
interface Message {
  readonly receiver: string;
  readonly alerts: readonly Fired[];
}

const real = [
  requireReal("promtool", "prometheus"),
  requireReal("prometheus-alertmanager", "prometheus-alertmanager"),
].every(Boolean);

(real ? test : test.skip)(
  "each alert arrives in one message with its runbook, and the page says how it was provoked",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-provoked-"));
    try {
      const fired = await provoked(
        folder,
        stack,
        alerts.map((alert) => [alert, CASES[alert.name] ?? BY_DATE[alert.name] ?? { at: 0 }]),
      );
      const messages = await told(folder, [...fired.values()]);
      for (const { name } of alerts.filter((alert) => alert.name !== "Watchdog")) {
        const those = messages.filter((message) =>
          message.alerts.some(({ labels }) => labels["alertname"] === name),
        );
        expect([name, those.map(({ receiver, alerts: inside }) => [receiver, inside.length])]).toEqual([
          name,
          [["webhook", 1]],
        ]);
      }
      const arrived = new Map(
        messages.flatMap((message) =>
          message.alerts.map((alert) => [alert.labels["alertname"] ?? "", alert]),
        ),
      );
      const missing = alerts.filter(({ name }) => !hasRunbook(name, arrived.get(name)));
      expect(missing.map(({ name }) => [name, arrived.get(name)?.annotations])).toEqual([]);
      expect(messages.find(({ receiver }) => receiver === "dead-mans-switch")).toBeDefined();
      const page = pageOf((name) => arrived.get(name)?.annotations["summary"] ?? "");
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(PAGE, page);
      // Another one? UPDATE_GOLDEN=1 npx jest test/consumers/provoked, and review the diff.
      expect(readFileSync(PAGE, "utf8")).toBe(page);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** What a real Alertmanager posts of these alerts: the messages until each alert was in one. Rejects after a minute. */
async function told(folder: string, fired: readonly Fired[]): Promise<Message[]> {
  const messages: Message[] = [];
  const webhook = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      messages.push(JSON.parse(body) as Message);
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => webhook.once("listening", resolve));
  const { port } = webhook.address() as AddressInfo;
  const { alerting } = parseConfig("watched", {
    ...watchedConfig(),
    alerting: { webhook: {}, deadMansSwitch: true },
  });
  const config = { ...alertmanagerConfig(alerting), inhibit_rules: [] };
  const old = forOldAlertmanager(config, (file) => `http://127.0.0.1:${String(port)}/${basename(file)}`);
  writeFileSync(
    join(folder, "alertmanager.yml"),
    stringify(old).replace("group_wait: 30s", "group_wait: 1s"),
  );
  const own = `127.0.0.1:${String(await freePort())}`;
  const args = ["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="];
  const child = spawn("prometheus-alertmanager", [...args, `--web.listen-address=${own}`], {
    cwd: folder,
    stdio: "ignore",
  });
  try {
    const body = JSON.stringify(
      fired.map((one) => ({ ...one, labels: { ...one.labels, stack: stack.name } })),
    );
    const headers = { "content-type": "application/json" };
    await until("Alertmanager takes the alerts", async () => {
      const answer = await fetch(`http://${own}/api/v2/alerts`, { method: "POST", headers, body }).catch(
        () => undefined,
      );
      return answer?.ok === true;
    });
    const names = (): Set<string | undefined> =>
      new Set(messages.flatMap((message) => message.alerts.map(({ labels }) => labels["alertname"])));
    await until("every alert arrives", () => names().size === fired.length);
    return messages;
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGKILL")) await ended;
    webhook.close();
    webhook.closeAllConnections();
  }
}

async function until(what: string, done: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`not within a minute: ${what}`);
    await sleep(100);
  }
}

/** Whether a message names a page that exists, and no word of it was left open. */
function hasRunbook(name: string, arrived: Fired | undefined): boolean {
  const { summary = "", message = "", runbook_url: url = "" } = arrived?.annotations ?? {};
  const isFilled = summary !== "" && !/\{\{|<no value>|%!|<error/.test(summary + message);
  const isThere =
    url === `${RUNBOOKS}/${name}.md` && existsSync(join(ROOT, "docs", "runbooks", `${name}.md`));
  return isFilled && isThere && message.includes(url);
}

function pageOf(summary: (name: string) => string): string {
  const row = ({ name, severity }: Alert): string[] => {
    const one = CASES[name];
    const how = one ? provocation(one) : (BY_DATE[name]?.what ?? "");
    const more = FOR_REAL[name];
    return [
      `[${name}](runbooks/${name}.md)`,
      severity,
      prose(summary(name)),
      prose(more === undefined ? how : `${how}. For real: ${more}`),
    ];
  };
  const rows = [...alerts].sort((a, b) => (a.name < b.name ? -1 : 1)).map(row);
  return `# How each alert was provoked, and what arrived

Each alert of a stack that has everything, in the tests: promtool evaluates its rule as it is rendered, along series that are quiet, then
bad, and says what fires. A real Alertmanager with the rendered configuration gets that, and posts it to a webhook: one message for each,
with the words below, the link to its runbook and to its dashboard. \`test/consumers/alertRules\` proves that each is silent before and after,
\`test/live/alerts\` the whole chain from a member that dies to the message that it is back.
\`UPDATE_GOLDEN=1 npx jest test/consumers/provoked\` writes this page again.

${markdownTable(["alert", "severity", "what arrived", "what was bad"], rows)}
`;
}
