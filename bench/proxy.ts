import { environment } from "../environment";
import { checkOutFiles } from "../tools/lab/render/checkout";
import { ensureToolchain } from "../tools/lab/kube/toolchain";
import type { Report } from "../tools/ground/terminal/report";
import { ROOT } from "../tools/ground/root";
import { run } from "../tools/ground/terminal/run";
import { type Files, faultRows } from "./proxy/faults";
import { instructionsOfRedirect } from "./proxy/instructions";
import { load, type LoadResult } from "./proxy/load";
import { BenchMember } from "./proxy/members";
import { type Running, startReplica } from "./proxy/processes";
import { renderProxy } from "./proxy/render";
import { startUpstream } from "./proxy/upstream";
import type { BenchOptions, Table } from "./table";

const ROUNDS = 3;
const SECONDS = 5;
const SIZES = [3, 30, 300] as const;

/** The federation proxy on one core, the load on the other: rates, latencies, instructions, faults and memory. */
export const proxyBench = {
  name: "proxy",
  description:
    "The federation proxy with 3, 30 and 300 members; --base REF: beside that of a commit; --upstream DIR: beside the present application",
  async run(report: Report, signal: AbortSignal, { base: ref, upstream }: BenchOptions): Promise<Table> {
    const { helm } = await ensureToolchain({ environment: environment(), report, only: ["helm"], signal });
    const members = Array.from({ length: 300 }, (_, index) => new BenchMember(index));
    const base = ref === undefined ? undefined : await checkOutFiles(ref);
    for (const member of members) await member.open();
    try {
      const three = members.slice(0, 3);
      const subjects = await ourSubjects(helm, members, "", ROOT);
      if (upstream !== undefined) {
        subjects.push({ name: "present, 3", start: () => startUpstream(upstream, three) });
      }
      if (base) subjects.push(...(await ourSubjects(helm, members, `${ref ?? ""}, `, base.root)));
      const measured = await measureAll(subjects, report, signal);
      const instructions = await instructionsRow(subjects, report, signal);
      const faults = await faultRows(subjects[0]?.replica?.files ?? {}, three, upstream, report, signal);
      const columns = ["what", ...subjects.map(({ name }) => name)];
      const rows = [...rateRows(measured), ...instructions, ...faults].map((row) => pad(row, columns.length));
      return { title: `Federation proxy, one core, median of ${String(ROUNDS)} rounds`, columns, rows };
    } finally {
      for (const member of members) member.close();
      await base?.remove();
    }
  },
};

/** Something that answers launches, under the name of its column. */
interface Subject {
  readonly name: string;
  /** Of ours: what was rendered, and whose agent runs beside it. */
  readonly replica?: { readonly files: Files; readonly checkout: string };
  readonly start: () => Promise<Running>;
}

async function ourSubjects(
  helm: string,
  members: readonly BenchMember[],
  label: string,
  checkout: string,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const size of SIZES) {
    const files = await renderProxy(helm, members.slice(0, size), checkout);
    const start = (): Promise<Running> => startReplica(files, checkout);
    subjects.push({ name: `${label}${String(size)} members`, replica: { files, checkout }, start });
  }
  return subjects;
}

async function measureAll(
  subjects: readonly Subject[],
  report: Report,
  signal: AbortSignal,
): Promise<readonly (readonly Measured[])[]> {
  const measured = subjects.map((): Measured[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { name, start }] of subjects.entries()) {
      signal.throwIfAborted();
      report(`round ${String(round + 1)} of ${String(ROUNDS)}: ${name}`);
      measured[index]?.push(await measure(start));
    }
  }
  return measured;
}

async function instructionsRow(
  subjects: readonly Subject[],
  report: Report,
  signal: AbortSignal,
): Promise<(string | number)[][]> {
  const installed = await run("valgrind", ["--version"]).catch(() => undefined);
  if (!installed) {
    report("left out: instructions of a redirect, for lack of valgrind (Debian package valgrind)");
    return [];
  }
  const row: (string | number)[] = ["instructions of a redirect"];
  for (const { name, replica } of subjects) {
    signal.throwIfAborted();
    report(`instructions: ${name}`);
    if (!replica) {
      row.push("");
      continue;
    }
    // what was measured before is worth more than this row
    const counted = await instructionsOfRedirect(replica.files, replica.checkout).catch((error: unknown) => {
      signal.throwIfAborted();
      report(error instanceof Error ? error.message : String(error));
    });
    row.push(counted === undefined ? "not counted" : Math.round(counted));
  }
  return [row];
}

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
