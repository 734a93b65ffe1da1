import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { archiveName } from "../../charts/archive";
import { ChartUnavailable, locateChart } from "../../charts/source";
import { environment } from "../../environment";
import { Failure } from "../ground/terminal/failure";
import { ensureToolchain } from "../lab/kube/toolchain";
import { allPins } from "../ground/cluster/charts";
import { toStderr } from "../ground/terminal/report";
import { ROOT } from "../ground/root";
import { interruptSignal } from "../ground/terminal/signals";

/** `mybinder charts fetch | list`: the pinned charts of others, in the chart cache. */
export function chartsCommand(): Command {
  const command = new Command("charts").description("List or fetch the pinned charts of other projects");
  command
    .command("list")
    .description("List every pinned chart, its repository, and whether the cache has it")
    .option("--json", "print as JSON")
    .action(({ json }: { json?: true }) => {
      const { chartCache } = environment();
      const rows = allPins(ROOT).map((pin) => ({
        ...pin,
        cached: existsSync(join(chartCache, archiveName(pin))),
      }));
      if (json) {
        process.stdout.write(`${JSON.stringify({ cache: chartCache, charts: rows }, undefined, 2)}\n`);
      } else {
        for (const { name, version, repository, cached } of rows) {
          process.stdout.write(`${cached ? "cached" : "  -   "}  ${name} ${version}  ${repository}\n`);
        }
      }
    });
  command
    .command("fetch")
    .description("Pull pinned charts that are not in the cache, and check those that are")
    .action(async () => {
      const env = environment();
      const { helm } = await ensureToolchain({
        environment: env,
        report: toStderr,
        only: ["helm"],
        signal: interruptSignal(),
      });
      const problems = allPins(ROOT).flatMap((pin): string[] => {
        try {
          const { from } = locateChart(pin, { cache: env.chartCache, helm });
          toStderr(`${pin.name} ${pin.version}: from ${from === "cache" ? "the cache" : pin.repository}`);
          return [];
        } catch (error) {
          if (error instanceof ChartUnavailable) return [error.message];
          throw error;
        }
      });
      if (problems.length > 0) throw new Failure(problems.join("\n"), 3);
    });
  return command;
}
