import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../environment";
import { ensureConsumers } from "../tools/lab/kube/consumers";
import { linesOf, pods, shares } from "./logs/lines";
import { loki } from "./logs/loki";
import { type Corpus, victoriaLogs } from "./logs/victoriaLogs";
import type { Bench } from "./table";

const SESSIONS = 96;
const LINES = 1_000_000;

/** A million lines of a member's pods, into the store of logs that we deploy, and into Loki where there is one. */
export const logsBench: Bench = {
  name: "logs",
  description:
    "memory, disk and questions of the store of logs, for a million lines; --loki puts Loki beside it",
  async run(report, signal, options) {
    const env = environment();
    await ensureConsumers({ environment: env, report, only: ["victoria-logs", "vlagent"], signal });
    const all = pods(SESSIONS);
    const counts = shares(all, LINES);
    const end = new Date().getTime() - 60_000;
    const corpus: Corpus = {
      pods: all,
      linesOf: (pod) => linesOf(pod, counts[all.indexOf(pod)] ?? 0, end),
      total: counts.reduce((sum, count) => sum + count, 0),
    };
    const bytes = all.reduce(
      (sum, pod) => sum + corpus.linesOf(pod).reduce((part, { text }) => part + text.length, 0),
      0,
    );
    const folder = mkdtempSync(join(tmpdir(), "mybinder-bench-logs-"));
    const below = (name: string): string => {
      mkdirSync(join(folder, name));
      return join(folder, name);
    };
    try {
      const rows: (string | number)[][] = [
        ["VictoriaLogs and vlagent", ...(await victoriaLogs(below("victoria"), corpus, env))],
      ];
      report(`VictoriaLogs: ${rows[0]?.slice(1).join(", ") ?? ""}`);
      signal.throwIfAborted();
      if (options.loki !== undefined) {
        rows.push(["Loki", ...(await loki(below("loki"), corpus, options.loki))]);
      }
      const columns = [
        ...["program", "seconds", "memory, MiB", "collector, MiB", "disk, MB"],
        ...["rare word, ms", "two words, ms", "one pod, ms"],
      ];
      const title = `${String(corpus.total)} lines of ${String(all.length)} pods, ${String(Math.round(bytes / 1e6))} MB of text, one CPU`;
      return { title, columns, rows };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
