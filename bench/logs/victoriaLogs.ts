import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { Environment } from "../../environment";
import { LOG_FIELDS } from "../../model/values/logs";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { consumerPath } from "../../tools/lab/kube/consumers";
import type { Line, LoggingPod } from "./lines";
import { Measured, megabytesIn } from "./process";

/** What was measured of a store of logs: seconds until every line is found, MiB, MB, and milliseconds of three questions. */
export type Figures = readonly [
  seconds: number,
  storeMiB: number,
  collectorMiB: number | "-",
  diskMB: number,
  ...milliseconds: number[],
];

/** Where the store's lines come from, and how many there are. */
export interface Corpus {
  readonly pods: readonly LoggingPod[];
  readonly linesOf: (pod: LoggingPod) => readonly Line[];
  readonly total: number;
}

/** The whole way: files as a container runtime writes them, vlagent, VictoriaLogs. What vlagent asks of an API server is answered here. */
export async function victoriaLogs(
  folder: string,
  corpus: Corpus,
  environment: Environment,
): Promise<Figures> {
  const logs = join(folder, "containers");
  mkdirSync(logs);
  for (const pod of corpus.pods) writeFileSync(join(logs, fileOf(pod)), inCri(corpus.linesOf(pod)));
  const api = await apiServer(corpus.pods);
  const [port, agentPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${String(port)}`;
  const data = join(folder, "data");
  // what it takes for caches of a pod with 512 MiB
  const memory = "-memory.allowedBytes=300MiB";
  const place = [
    `-storageDataPath=${data}`,
    `-httpListenAddr=127.0.0.1:${String(port)}`,
    "-retentionPeriod=14d",
  ];
  const running: Measured[] = [];
  try {
    const store = await Measured.start(
      consumerPath("victoria-logs", environment),
      [...place, memory, "-inmemoryDataFlushInterval=1s"],
      url,
      "/health",
    );
    running.push(store);
    writeFileSync(join(folder, "kubeconfig"), kubeconfig(api.url));
    const started = performance.now();
    const agent = await Measured.start(
      consumerPath("vlagent", environment),
      [
        ...["-kubernetesCollector", `-kubernetesCollector.logsPath=${logs}`, "-memory.allowedBytes=110MiB"],
        ...[
          "-kubernetesCollector.includePodAnnotations",
          `-kubernetesCollector.streamFields=${Object.values(LOG_FIELDS).join(",")}`,
        ],
        ...["-kubernetesCollector.ignoreFields=kubernetes.container_id", "-kubernetesCollector.timeField=-"],
        ...[`-tmpDataPath=${join(folder, "state")}`, `-remoteWrite.url=${url}/insert/native`],
        `-httpListenAddr=127.0.0.1:${String(agentPort)}`,
      ],
      `http://127.0.0.1:${String(agentPort)}`,
      "/health",
      { KUBECONFIG: join(folder, "kubeconfig"), HOME: folder },
    );
    running.push(agent);
    const query = (text: string): Readonly<Record<string, string>> => ({ query: text });
    while (
      !(await store.ask("/select/logsql/query", query("* | count() n"))).includes(`"${String(corpus.total)}"`)
    ) {
      await sleep(200);
    }
    const seconds = (performance.now() - started) / 1000;
    await store.ask("/internal/force_flush");
    await sleep(10_000); // of merges
    const one = corpus.pods.at(-1)?.name ?? "";
    const times = [
      await store.milliseconds("/select/logsql/query", query('"502" | count() n')),
      await store.milliseconds("/select/logsql/query", query('"198.51.77" or kernels | count() n')),
      await store.milliseconds(
        "/select/logsql/query",
        query(`{"kubernetes.pod_name"="${one}"} | limit 1000`),
      ),
    ];
    return [Math.round(seconds * 10) / 10, store.peakMiB(), agent.peakMiB(), megabytesIn(data), ...times];
  } finally {
    for (const one of running) await one.stop();
    await api.stop();
  }
}

function fileOf({ name, namespace, container }: LoggingPod): string {
  return `${name}_${namespace}_${container}-0.log`;
}

function inCri(lines: readonly Line[]): string {
  return lines
    .map(({ at, text }) => `${new Date(at).toISOString().replace("Z", "000000Z")} stdout F ${text}\n`)
    .join("");
}

function kubeconfig(server: string): string {
  return stringify({
    clusters: [{ name: "a", cluster: { server } }],
    users: [{ name: "a", user: { token: "none" } }],
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    "current-context": "a",
  });
}

/** One node with these pods, on loopback; a watch tells nothing. */
async function apiServer(pods: readonly LoggingPod[]): Promise<{ url: string; stop: () => Promise<void> }> {
  const items = pods.map(({ name, namespace, container, labels, annotations }) => ({
    metadata: { name, namespace, labels, annotations },
    spec: { nodeName: "n", containers: [{ name: container }] },
    status: { podIP: "10.42.0.1", containerStatuses: [{ name: container, containerID: "containerd://0" }] },
  }));
  const answers: Readonly<Record<string, unknown>> = {
    "/api/v1/nodes": { items: [{ metadata: { name: "n" } }] },
    "/api/v1/nodes/n": { metadata: { name: "n" } },
    "/api/v1/namespaces": { items: [{ metadata: { name: pods[0]?.namespace } }] },
    "/api/v1/pods": { items, metadata: { resourceVersion: "1" } },
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    if (searchParams.has("watch")) response.flushHeaders();
    else response.end(JSON.stringify(answers[pathname] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
