// Proves: with the rendered configuration, on the real Prometheus and Alertmanager, a member that dies ends in one message at
// a webhook, which names the runbook, and in one that says that it is over; what follows from its death stays silent. The
// federation agent and the rules are as deployed, times are shorter. Discovery of targets in a cluster is not tried.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { runChecks } from "../../live/check";
import { monitoringChecks } from "../../live/monitoring";
import { configurations } from "../../tools/lab/rehearse/consumers/consumer";
import { amtool, forOldAlertmanager } from "../../tools/lab/rehearse/consumers/amtool";
import { promtool } from "../../tools/lab/rehearse/consumers/promtool";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { AgentProcess } from "../support/agentProcess";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { FakeMember } from "../support/member";
import { AssembledChart } from "../support/metaChart";
import { programRecorder } from "../support/program";
import { requireReal } from "../support/real";
import { stackObjects } from "../support/stackObjects";

const real =
  requireReal("prometheus", "prometheus") &&
  requireReal("prometheus-alertmanager", "prometheus-alertmanager");
const withBoth = real ? test : test.skip;

/** A message as Alertmanager posts it. */
interface Message {
  readonly status: "firing" | "resolved";
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

const children: ChildProcess[] = [];
const servers: Server[] = [];
const undo: (() => unknown)[] = [];
const folder = mkdtempSync(join(tmpdir(), "mybinder-alerts-"));
afterAll(async () => {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }),
  );
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
  for (const one of undo) await one();
  rmSync(folder, { recursive: true });
});

function start(program: string, ...args: readonly string[]): void {
  children.push(spawn(program, args, { cwd: folder, stdio: "ignore" }));
}

async function serve(answer: (body: string) => Promise<string> | string): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => void Promise.resolve(answer(body)).then((text) => response.end(text)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function until(what: string, done: () => Promise<boolean> | boolean, seconds = 40): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`not within ${String(seconds)} s: ${what}`);
    await sleep(200);
  }
}

/** The rendered files of stack prod, whose alerts go to a webhook. */
async function rendered(): Promise<Record<"prometheus" | "alertmanager", Readonly<Record<string, string>>>> {
  const [chart, recorder] = [await AssembledChart.create(), programRecorder()];
  undo.push(() => {
    chart.remove();
    recorder.end();
  });
  const loaded = loadStackFile("prod", { alerting: { webhook: {} } });
  const objects = await stackObjects(chart, "prod", await recorder.record("prod", rehearsalConfig(loaded)));
  const [prometheus, alertmanager] = [promtool, amtool].map(
    (consumer) => configurations(consumer, objects)[0]?.files,
  );
  if (!prometheus || !alertmanager) throw new Error("no configuration was rendered");
  return { prometheus, alertmanager };
}

/** As rendered, but for where things are on loopback and how long they take. */
function placePrometheus(
  files: Readonly<Record<string, string>>,
  agent: string,
  metrics: string,
  prometheus: string,
  alertmanager: string,
): void {
  const config = parse(files["prometheus.yml"] ?? "") as Record<string, Record<string, unknown>>;
  const members = {
    job_name: "members",
    static_configs: [{ targets: [metrics], labels: { member: "bids-ovh" } }],
  };
  const agents = { job_name: "kubernetes-service-endpoints", static_configs: [{ targets: [agent] }] };
  const placed = {
    ...config,
    global: { ...config["global"], scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: ["recording_rules.yml", "alerting_rules.yml"],
    scrape_configs: [
      agents,
      members,
      { job_name: "own", static_configs: [{ targets: [prometheus, alertmanager] }] },
    ],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
  };
  // each minute is a second: what follows from a death is late by as much as it is when deployed, in proportion
  const rules = (files["alerting_rules.yml"] ?? "")
    .split(/(?=\n\s+- alert: )/)
    .map((rule) =>
      /alert: Member(Down|MetricsMissing)\n/.test(rule) ? rule.replace(/for: (\d+)m/, "for: $1s") : rule,
    );
  writeFileSync(join(folder, "prometheus.yml"), stringify(placed));
  writeFileSync(join(folder, "recording_rules.yml"), files["recording_rules.yml"] ?? "");
  writeFileSync(join(folder, "alerting_rules.yml"), rules.join(""));
}

function placeAlertmanager(files: Readonly<Record<string, string>>, webhook: string): void {
  const config = forOldAlertmanager(parse(files["alertmanager.yml"] ?? ""), () => `http://${webhook}/`);
  const text = stringify(config)
    .replace("group_wait: 30s", "group_wait: 2s")
    .replace("group_interval: 5m", "group_interval: 2s");
  writeFileSync(join(folder, "alertmanager.yml"), text);
}

withBoth(
  "a member that dies ends in one message, which names its runbook, and in one when it is back",
  async () => {
    const members = await Promise.all(["hetzner-2i2c", "bids-ovh"].map((name) => FakeMember.start(name)));
    const [, dying] = members;
    if (!dying) throw new Error("there is no member");
    undo.push(() => Promise.all(members.map((member) => member.close())));
    const agent = new AgentProcess(members);
    undo.push(() => agent.stop());
    await agent.start();
    const messages: Message[] = [];
    const webhook = await serve((body) => {
      messages.push(JSON.parse(body) as Message);
      return "";
    });
    const agentHost = await serve(async () => (await agent.ask("/metrics")).body);
    let alive = true;
    // of its Prometheus; what is no metric counts as no answer
    const metricsHost = await serve(() => (alive ? "" : "{"));
    const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
    const { prometheus, alertmanager } = await rendered();
    const own = `127.0.0.1:${String(prometheusPort)}`;
    placePrometheus(prometheus, agentHost, metricsHost, own, `127.0.0.1:${String(alertmanagerPort)}`);
    placeAlertmanager(alertmanager, webhook);
    start(
      "prometheus-alertmanager",
      "--config.file=alertmanager.yml",
      "--storage.path=alertmanager",
      "--cluster.listen-address=",
      `--web.listen-address=127.0.0.1:${String(alertmanagerPort)}`,
    );
    start(
      "prometheus",
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      `--web.listen-address=127.0.0.1:${String(prometheusPort)}`,
    );
    const of = (): Message[] =>
      messages.filter(({ alerts }) => alerts.some(({ labels }) => labels["member"] !== undefined));
    const value = async (query: string): Promise<string | undefined> => {
      const url = `http://127.0.0.1:${String(prometheusPort)}/api/v1/query?query=${encodeURIComponent(query)}`;
      const answer = (await fetch(url)
        .then((got) => got.json())
        .catch(() => undefined)) as { data: { result: { value: [number, string] }[] } } | undefined;
      return answer?.data.result[0]?.value[1];
    };
    await until("both members are up", async () => (await value("sum(federation_member_up)")) === "2");
    expect(of()).toEqual([]);

    await dying.close();
    await until("a message", () => of().length > 0);
    // what follows from it is noticed, and told to nobody; that it fires later: test/unit/model/alerts/inhibitions.test.ts
    alive = false;
    await until(
      "the other alert",
      async () => (await value('ALERTS{alertname="MemberMetricsMissing",alertstate="firing"}')) === "1",
    );
    await sleep(3000);
    await dying.open();
    alive = true;
    await until("the message that it is over", () => of().some(({ status }) => status === "resolved"));
    expect(
      of().map(({ status, alerts }) => [status, alerts.map(({ labels }) => labels["alertname"])]),
    ).toEqual([
      ["firing", ["MemberDown"]],
      ["resolved", ["MemberDown"]],
    ]);
    const [first] = of()[0]?.alerts ?? [];
    expect(first?.labels).toMatchObject({ member: "bids-ovh", severity: "critical", stack: "prod" });
    const page = /\/docs\/runbooks\/(\w+\.md)$/.exec(first?.annotations["runbook_url"] ?? "")?.[1] ?? "";
    expect(existsSync(join(__dirname, "..", "..", "docs", "runbooks", page))).toBe(true);
    expect(first?.annotations["summary"]).toBe("Member bids-ovh does not answer well, and gets no launches");

    // what the live tests say of a chain that works, as this one does
    const hosts = [{ host: "prometheus", service: "prometheus" as const, url: `http://${own}` }];
    await until("the alert chain", async () => {
      const [line] = await runChecks(monitoringChecks(hosts, [], 5000));
      return line?.outcome === "ok";
    });
  },
  120_000,
);
