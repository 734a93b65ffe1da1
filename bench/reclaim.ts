import { writeFileSync } from "node:fs";
import { clusterSchema } from "../model/schema/cluster";
import { SYSTEM_PODS } from "../model/member/podSlots";
import { environment } from "../environment";
import type { NodePoolShape } from "../model/cluster/nodes";
import { nodePools } from "../model/cluster/pools";
import { parseQuantity } from "../model/schema/plain/quantity";
import { placeholders, userSchedulerName } from "../model/cluster/scheduling";
import { down, up } from "../tools/lab/controlPlane";
import { connect } from "../tools/lab/controlPlane/client";
import { readCertificate, readToken } from "../tools/lab/controlPlane/credentials";
import { foldersOf } from "../tools/lab/controlPlane/folders";
import { ensureToolchain } from "../tools/lab/kube/toolchain";
import { metaChartValues } from "../tools/ground/cluster/metaChartValues";
import type { Report } from "../tools/ground/terminal/report";
import { namespaceOf, type Policy, PolicyCluster } from "./reclaim/cluster";
import { FIRST_HOUR, lowerBound, sessionsOfDay, STEP } from "./reclaim/day";
import { picture } from "./reclaim/picture";
import { PodWatch } from "./reclaim/podWatch";
import { replay, type Replayed } from "./reclaim/replay";
import type { Bench, BenchOptions, Table } from "./table";

const NAME = "bench-reclaim";
const MACHINE = "e2-highmem-2";
const PEAK = 1000;
const SEED = 1;

/** A day of launches, with the default scheduler and with ours, each beside what moving sessions at will would need. */
export const reclaimBench: Bench = {
  name: "reclaim",
  description: "node-hours of a replayed day: the default scheduler, ours, and the lower bound",
  async run(report, signal, options) {
    const here = { environment: environment(), report, signal };
    const toolchain = await ensureToolchain(here);
    // What one that was killed left behind is no fresh start.
    await down(NAME, here.environment, report);
    try {
      const plane = await up({ ...here, name: NAME, pools: [], toolchain });
      // Sessions need no container that seems to run; kwok would only take processor time from the scheduler.
      process.kill(plane.pids.kwok, "SIGSTOP");
      return await measure(plane.server, options, report, signal);
    } finally {
      await down(NAME, here.environment, report);
    }
  },
};

async function measure(
  server: string,
  { peak = PEAK, picture: file }: BenchOptions,
  report: Report,
  signal: AbortSignal,
): Promise<Table> {
  const folders = foldersOf(NAME, environment());
  const access = { server, ca: readCertificate(folders) ?? "", token: readToken(folders, "admin") };
  const client = connect(access);
  const { shape, capacity } = userNode();
  const sessions = sessionsOfDay(peak, SEED);
  const policies: Policy[] = [
    { name: "default", schedulerName: "default-scheduler", placeholders: 0 },
    { name: "packed", schedulerName: userSchedulerName(NAME), placeholders: placeholders(peak) },
  ];
  const started = performance.now();
  try {
    const results = await Promise.all(
      policies.map(async (policy) => {
        const watch = await PodWatch.open(client, access, namespaceOf(policy));
        const cluster = new PolicyCluster(client, policy, shape);
        const tell = (minute: number): void => {
          if ((minute + STEP) % 120 === 0) {
            report(`${policy.name}: hour ${String((minute + STEP) / 60)} of 24`);
          }
        };
        try {
          return await replay({ policy, cluster, watch, sessions, capacity, report: tell, signal });
        } finally {
          watch.close();
        }
      }),
    );
    const bound = lowerBound(sessions, capacity);
    const table = tableOf({
      policies,
      results,
      bound,
      peak,
      capacity,
      seconds: (performance.now() - started) / 1000,
    });
    if (file !== undefined) draw(file, results, bound, capacity);
    return table;
  } finally {
    client.close();
  }
}

/** A node of the user pool, with what its DaemonSets leave, and how many sessions it holds. */
function userNode(): { shape: NodePoolShape; capacity: number } {
  const machine = { machineType: MACHINE, min: 0, max: 1, diskGiB: 100 };
  const cluster = clusterSchema.parse({
    kind: "gke",
    project: NAME,
    location: "us-central1",
    pools: { core: machine, user: machine },
  });
  const pool = nodePools(NAME, cluster).find(({ purpose }) => purpose === "user");
  if (!pool) throw new Error("a cluster with a user pool has one");
  const { dind, jupyterhub } = metaChartValues().binderhub;
  const memory = pool.allocatableMemoryBytes - parseQuantity(dind.resources.requests.memory);
  const maxPods = pool.maxPods - SYSTEM_PODS.dedicated;
  const byMemory = Math.floor(memory / parseQuantity(jupyterhub.singleuser.memory.guarantee));
  const shape = { ...pool, allocatableMemoryBytes: memory, maxPods };
  return { shape, capacity: Math.min(byMemory, maxPods) };
}

function tableOf(of: {
  policies: readonly Policy[];
  results: readonly Replayed[];
  bound: readonly number[];
  peak: number;
  capacity: number;
  seconds: number;
}): Table {
  const { policies, results, bound, peak, capacity, seconds } = of;
  const least = hours(bound);
  const all = (value: (one: Replayed) => number, digits: number): string[] => [
    ...results.map((one) => value(one).toFixed(digits)),
  ];
  return {
    title:
      `Node-hours of a replayed day: ${String(results[0]?.sessions ?? 0)} sessions, about ${String(peak)} at once at the peak, ` +
      `${String(capacity)} on a node (${MACHINE});\nreal API server and kube-scheduler, simulated nodes, steps of ${String(STEP)} simulated minutes ` +
      `(${seconds.toFixed(0)} s), our imitation of the cluster autoscaler, arrivals and lengths assumed`,
    columns: ["what", ...policies.map(({ name }) => name), "bound"],
    rows: [
      ["node-hours", ...all(({ nodes }) => hours(nodes), 1), least.toFixed(1)],
      ["times the bound", ...all(({ nodes }) => hours(nodes) / least, 3), "1"],
      ["most nodes", ...all(({ nodes }) => Math.max(...nodes), 0), String(Math.max(...bound))],
      ["fewest nodes", ...all(({ nodes }) => Math.min(...nodes), 0), String(Math.min(...bound))],
      ["launch latency p50, s", ...all(({ latencies }) => quantile(latencies, 0.5), 3), ""],
      ["launch latency p99, s", ...all(({ latencies }) => quantile(latencies, 0.99), 3), ""],
      ["launches that waited for a node", ...all(({ waited }) => waited, 0), ""],
      ["killed sessions", ...all(({ killed }) => killed, 0), ""],
      ["placeholders", ...policies.map(({ placeholders: count }) => String(count)), ""],
    ],
  };
}

function draw(file: string, results: readonly Replayed[], bound: readonly number[], capacity: number): void {
  const [spread, packed] = results;
  const lines = [
    { name: "default scheduler", colour: "#d95f02", nodes: spread?.nodes ?? [] },
    { name: "packed (ours)", colour: "#1b9e77", nodes: packed?.nodes ?? [] },
    { name: "bound", colour: "#7570b3", nodes: bound },
  ];
  const title = `User nodes over a replayed day, ${String(capacity)} sessions on a node`;
  writeFileSync(file, picture(title, lines, FIRST_HOUR));
}

function hours(nodes: readonly number[]): number {
  return (nodes.reduce((sum, count) => sum + count, 0) * STEP) / 60;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
