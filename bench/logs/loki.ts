import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { Failure } from "../../tools/ground/terminal/failure";
import { freePort } from "../../tools/lab/controlPlane/ports";
import type { Line, LoggingPod } from "./lines";
import { Measured, megabytesIn } from "./process";
import type { Corpus, Figures } from "./victoriaLogs";

/** Lines of one request. */
const BATCH = 2000;

/** Loki as one program with its files on disk, to which the lines are pushed as Alloy pushes them, in JSON. */
export async function loki(folder: string, corpus: Corpus, program: string): Promise<Figures> {
  const [port, grpc] = [await freePort(), await freePort()];
  const config = join(folder, "loki.yaml");
  writeFileSync(config, stringify(configuration(folder, port, grpc)));
  const server = await Measured.start(
    program,
    [`-config.file=${config}`],
    `http://127.0.0.1:${String(port)}`,
    "/ready",
  );
  try {
    const started = performance.now();
    for (const pod of corpus.pods) await push(server.url, pod, corpus.linesOf(pod));
    const end = String(Math.ceil(new Date().getTime() / 1000));
    const count = (filter: string): Readonly<Record<string, string>> => ({
      query: `sum(count_over_time({namespace="bench"} ${filter} [3h]))`,
      time: end,
    });
    while (!(await server.ask("/loki/api/v1/query", count(""))).includes(`"${String(corpus.total)}"`)) {
      await sleep(200);
    }
    const seconds = (performance.now() - started) / 1000;
    await fetch(`${server.url}/flush`, { method: "POST" });
    await sleep(10_000);
    const one = { query: `{pod="${corpus.pods.at(-1)?.name ?? ""}"}`, limit: "1000", since: "3h" };
    const times = [
      await server.milliseconds("/loki/api/v1/query", count('|= "502"')),
      await server.milliseconds("/loki/api/v1/query", count('|~ "198.51.77|kernels"')),
      await server.milliseconds("/loki/api/v1/query_range", one),
    ];
    return [Math.round(seconds * 10) / 10, server.peakMiB(), "-", megabytesIn(folder, ["wal"]), ...times];
  } finally {
    await server.stop();
  }
}

async function push(url: string, pod: LoggingPod, lines: readonly Line[]): Promise<void> {
  const { name, namespace, container, annotations } = pod;
  // what there are many of is no label, but goes with each line
  const launch = {
    repository: annotations["binder-repo"] ?? "",
    client: annotations["mybinder.org/client"] ?? "",
  };
  for (let from = 0; from < lines.length; from += BATCH) {
    const values = lines
      .slice(from, from + BATCH)
      .map(({ at, text }) => [`${String(at)}000000`, text, launch]);
    const body = JSON.stringify({ streams: [{ stream: { pod: name, namespace, container }, values }] });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${url}/loki/api/v1/push`, { method: "POST", headers, body });
    if (!answer.ok) {
      throw new Failure(`loki: push: ${String(answer.status)} ${(await answer.text()).slice(0, 500)}`);
    }
  }
}

function configuration(folder: string, port: number, grpc: number): object {
  const store = { chunks_directory: join(folder, "chunks"), rules_directory: join(folder, "rules") };
  return {
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_address: "127.0.0.1",
      http_listen_port: port,
      grpc_listen_address: "127.0.0.1",
      grpc_listen_port: grpc,
      log_level: "error",
    },
    common: {
      ...{ path_prefix: folder, replication_factor: 1, instance_addr: "127.0.0.1" },
      ring: { kvstore: { store: "inmemory" } },
      storage: { filesystem: store },
    },
    schema_config: {
      configs: [
        {
          from: "2024-01-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    limits_config: {
      ...{ ingestion_rate_mb: 1000, ingestion_burst_size_mb: 1000, per_stream_rate_limit: "1GB" },
      ...{ per_stream_rate_limit_burst: "1GB", retention_period: "336h", max_global_streams_per_user: 0 },
    },
  };
}
