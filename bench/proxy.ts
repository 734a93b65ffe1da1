import { environment } from "../environment";
import { ensureToolchain } from "../tools/lab/kube/toolchain";
import type { Report } from "../tools/ground/terminal/report";
import { type Files, faultRows } from "./proxy/faults";
import { load, type LoadResult } from "./proxy/load";
import { BenchMember } from "./proxy/members";
import { type Running, startReplica } from "./proxy/processes";
import { renderProxy } from "./proxy/render";
import { startUpstream } from "./proxy/upstream";
import type { BenchOptions, Table } from "./table";

const ROUNDS = 3;
const SECONDS = 5;
const SIZES = [3, 30, 300] as const;

/** The federation proxy on one core, the load on the other: rates, latencies, faults and memory. */
export const proxyBench = {
  name: "proxy",
  description:
    "The federation proxy with 3, 30 and 300 members; --upstream DIR: beside the present application",
  async run(report: Report, signal: AbortSignal, { upstream }: BenchOptions): Promise<Table> {
    const { helm } = await ensureToolchain({ environment: environment(), report, only: ["helm"], signal });
    const members = Array.from({ length: 300 }, (_, index) => new BenchMember(index));
    for (const member of members) await member.open();
    try {
      const three = members.slice(0, 3);
      const filesOf = new Map<number, Files>();
      for (const size of SIZES) filesOf.set(size, await renderProxy(helm, members.slice(0, size)));
      const subjects = SIZES.map((size) => ({
        name: `${String(size)} members`,
        start: () => startReplica(filesOf.get(size) ?? {}),
      }));
      if (upstream !== undefined) {
        subjects.push({ name: "present, 3", start: () => startUpstream(upstream, three) });
      }
      const measured = new Map(subjects.map(({ name }) => [name, [] as Measured[]]));
      for (let round = 0; round < ROUNDS; round++) {
        for (const { name, start } of subjects) {
          signal.throwIfAborted();
          report(`round ${String(round + 1)} of ${String(ROUNDS)}: ${name}`);
          measured.get(name)?.push(await measure(start));
        }
      }
      const faults = await faultRows(filesOf.get(3) ?? {}, three, upstream, report, signal);
      const columns = ["what", ...subjects.map(({ name }) => name)];
      const all = subjects.map(({ name }) => measured.get(name) ?? []);
      const rows = [...rateRows(all), ...faults.map((row) => pad(row, columns.length))];
      return { title: `Federation proxy, one core, median of ${String(ROUNDS)} rounds`, columns, rows };
    } finally {
      for (const member of members) member.close();
    }
  },
};

interface Measured extends LoadResult {
  /** Processor time of one redirect, in microseconds: what is left of the rate when other work slows the machine down. */
  readonly cpuMicros: number;
  readonly memory: string;
}

async function measure(start: () => Promise<Running>): Promise<Measured> {
  const running = await start();
  try {
    await load(running.port, 1);
    const before = running.cpuSeconds();
    const result = await load(running.port, SECONDS);
    const cpuMicros = ((running.cpuSeconds() - before) * 1e6) / (result.perSecond * SECONDS);
    const memory = Object.entries(running.memory()).map(([name, size]) => `${name} ${String(size)}`);
    return { ...result, cpuMicros, memory: memory.join(", ") };
  } finally {
    await running.stop();
  }
}

function rateRows(all: readonly (readonly Measured[])[]): (string | number)[][] {
  const median = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const row = (what: string, value: (one: Measured) => number, digits: number): (string | number)[] => [
    what,
    ...all.map((rounds) => Number(median(rounds.map(value)).toFixed(digits))),
  ];
  return [
    row("redirects per second", ({ perSecond }) => perSecond, 0),
    row("p50, ms", ({ p50 }) => p50, 2),
    row("p99, ms", ({ p99 }) => p99, 2),
    row("p99.9, ms", ({ p999 }) => p999, 2),
    row("processor time of a redirect, µs", ({ cpuMicros }) => cpuMicros, 1),
    row("failed requests", ({ failed }) => failed, 0),
    ["memory, MiB", ...all.map((rounds) => rounds.at(-1)?.memory ?? "")],
  ];
}

function pad(row: readonly (string | number)[], length: number): (string | number)[] {
  return [...row, ...Array.from({ length }, () => "")].slice(0, length);
}
