import { Command, InvalidArgumentError } from "commander";
import { archiveBench } from "../../bench/archive";
import { budgets } from "../../bench/budgets";
import { dashboardsBench } from "../../bench/dashboards";
import { logsBench } from "../../bench/logs";
import { proxyBench } from "../../bench/proxy";
import { reclaimBench } from "../../bench/reclaim";
import { type Bench, type BenchOptions, renderTable } from "../../bench/table";
import { Failure } from "../ground/terminal/failure";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";

const BENCHES: readonly Bench[] = [
  budgets,
  proxyBench,
  reclaimBench,
  archiveBench,
  dashboardsBench,
  logsBench,
];

/** `npm run bench -- <name>`: measures, side by side in one run, and prints a table. */
export function benchCommand(): Command {
  const list = BENCHES.map(({ name, description }) => `  ${name}: ${description}`).join("\n");
  return new Command("bench")
    .description(`Run a benchmark on this machine and print a table.\n${list}`)
    .argument("[name]", "which bench", "budgets")
    .option("--upstream <dir>", "proxy: beside the present application, its app.py and venv in this folder")
    .option("--base <ref>", "proxy: beside the proxy of this commit")
    .option(
      "--peak <sessions>",
      "reclaim: about how many sessions at once at the peak (default: 300)",
      sessions,
    )
    .option("--loki <program>", "logs: beside this Loki")
    .option(
      "--picture <path>",
      "reclaim: draw the nodes over the day (SVG file); dashboards: draw panels (folder)",
    )
    .option("--json", "print the table as JSON")
    .action(async (name: string, { json, ...options }: BenchOptions & { json?: true }) => {
      const bench = BENCHES.find((one) => one.name === name);
      if (!bench) throw new Failure(`no benchmark ${name}; benchmarks:\n${list}`, 2);
      const table = await bench.run(toStderr, interruptSignal(), options);
      process.stdout.write(`${json ? JSON.stringify(table, undefined, 2) : renderTable(table)}\n`);
    });
}

function sessions(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 10) {
    throw new InvalidArgumentError("a number of sessions, 10 or more");
  }
  return count;
}
