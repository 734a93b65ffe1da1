// Proves: HAProxy, Traefik, Alertmanager, VictoriaLogs and its collector have the labels that test/golden/labels.json says of them, and no others, with each
// value that it lists. The rest of that list is from runs and sources that no test repeats; each part names its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { consumerPath } from "../../tools/lab/kube/consumers";
import { knownLabels, type Labels, printedLabels } from "../support/knownLabels";
import { requireConsumers, requireReal } from "../support/real";

const folder = mkdtempSync(join(tmpdir(), "mybinder-labels-"));
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.kill("SIGKILL")) await ended;
  }
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** Starts a program, and asks it until what it prints has each of these labels with each value, or a minute has passed. */
async function printed(
  program: string,
  args: readonly string[],
  port: number,
  known: Readonly<Record<string, Labels>>,
  visit: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Map<string, Map<string, Set<string>>>> {
  children.push(spawn(program, args, { stdio: "ignore" }));
  const end = performance.now() + 60_000;
  for (;;) {
    await visit().catch(() => undefined);
    const answer = await fetch(`http://127.0.0.1:${String(port)}/metrics`).catch(() => undefined);
    const found = printedLabels(answer?.ok ? await answer.text() : "");
    if (lacking(found, known).length === 0 || performance.now() > end) return found;
    await sleep(100);
  }
}

function lacking(
  found: Map<string, Map<string, Set<string>>>,
  known: Readonly<Record<string, Labels>>,
): string[] {
  return Object.entries(known).flatMap(([metric, labels]) =>
    Object.entries(labels).flatMap(([label, values]) => {
      const here = found.get(metric)?.get(label);
      return here
        ? values.filter((value) => !here.has(value)).map((value) => `${metric} ${label} ${value}`)
        : [`${metric} ${label}`];
    }),
  );
}

function knownOf(program: string): Readonly<Record<string, Labels>> {
  const [, metrics] = Object.entries(knownLabels()).find(([source]) => source.startsWith(program)) ?? [];
  if (!metrics) throw new Error(`test/golden/labels.json: nothing of ${program}`);
  return metrics;
}

/** Fails unless the metrics have these labels, no others, and each value. */
function compare(
  found: Map<string, Map<string, Set<string>>>,
  known: Readonly<Record<string, Labels>>,
): void {
  expect(lacking(found, known)).toEqual([]);
  const names = Object.keys(known).map((metric) => [metric, [...(found.get(metric)?.keys() ?? [])].sort()]);
  expect(names).toEqual(
    Object.entries(known).map(([metric, labels]) => [metric, Object.keys(labels).sort()]),
  );
}

(requireReal("haproxy", "haproxy") ? test : test.skip)("HAProxy", async () => {
  const port = await freePort();
  const config = file(
    "haproxy.cfg",
    "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n" +
      `frontend front\n bind 127.0.0.1:${String(port)}\n` +
      " http-request use-service prometheus-exporter if { path /metrics }\n default_backend pages\n" +
      "backend pages\n server a 127.0.0.1:1\n",
  );
  compare(await printed("haproxy", ["-db", "-f", config], port, knownOf("HAProxy")), knownOf("HAProxy"));
});

(requireReal("prometheus-alertmanager", "prometheus-alertmanager") ? test : test.skip)(
  "Alertmanager",
  async () => {
    const [port, known] = [await freePort(), knownOf("Alertmanager")];
    const config = file("alertmanager.yml", "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
    const args = [
      ...[
        `--config.file=${config}`,
        `--storage.path=${folder}`,
        `--web.listen-address=127.0.0.1:${String(port)}`,
      ],
      "--cluster.listen-address=",
    ];
    compare(await printed("prometheus-alertmanager", args, port, known), known);
  },
);

(requireConsumers("traefik") ? test : test.skip)("Traefik", async () => {
  const [port, metrics, known] = [await freePort(), await freePort(), knownOf("Traefik")];
  const origin = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
  try {
    await new Promise((resolve) => origin.once("listening", resolve));
    const url = `http://127.0.0.1:${String((origin.address() as { port: number }).port)}`;
    const service = (of: string): string => `{loadBalancer: {servers: [{url: "${of}"}]}}`;
    const routes = file(
      "routes.yml",
      "http:\n  routers:\n" +
        "    here: {rule: PathPrefix(`/here`), service: here}\n    gone: {rule: PathPrefix(`/gone`), service: gone}\n" +
        `  services:\n    here: ${service(url)}\n    gone: ${service("http://127.0.0.1:1")}\n`,
    );
    const args = [
      ...[
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
        `--providers.file.filename=${routes}`,
      ],
      `--entrypoints.websecure.address=127.0.0.1:${String(port)}`,
      `--entrypoints.metrics.address=127.0.0.1:${String(metrics)}`,
      ...["--metrics.prometheus=true", "--metrics.prometheus.entrypoint=metrics"],
    ];
    const visit = (): Promise<unknown> =>
      Promise.all(["here", "gone"].map((path) => fetch(`http://127.0.0.1:${String(port)}/${path}`)));
    compare(await printed(consumerPath("traefik", environment()), args, metrics, known, visit), known);
  } finally {
    origin.close();
    origin.closeAllConnections();
  }
});

(requireConsumers("victoria-logs") ? test : test.skip)("VictoriaLogs", async () => {
  const [port, known] = [await freePort(), knownOf("victoria-logs")];
  const args = [`-storageDataPath=${join(folder, "logs")}`, `-httpListenAddr=127.0.0.1:${String(port)}`];
  compare(await printed(consumerPath("victoria-logs", environment()), args, port, known), known);
});

(requireConsumers("vlagent") ? test : test.skip)("the collector of VictoriaLogs", async () => {
  const [port, known] = [await freePort(), knownOf("vlagent")];
  const args = [
    `-httpListenAddr=127.0.0.1:${String(port)}`,
    ...["-remoteWrite.url=http://127.0.0.1:1/", `-remoteWrite.tmpDataPath=${join(folder, "agent")}`],
  ];
  compare(await printed(consumerPath("vlagent", environment()), args, port, known), known);
});
