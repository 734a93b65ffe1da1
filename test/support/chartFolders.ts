import { existsSync } from "node:fs";
import { join } from "node:path";
import { archiveName } from "../../charts/archive";
import { metaChartPins } from "../../charts/metaChart";
import { environment } from "../../environment";
import { ROOT } from "../../tools/ground/root";

/**
 * Folder of the chart cache when it has every chart of the meta chart; else `undefined`, and one line says which are missing
 * and how to get them. With REAL_CHARTS=1 throws that instead.
 */
export function realChartFolder(): string | undefined {
  const { chartCache, realCharts } = environment();
  const missing = metaChartPins(ROOT).filter((pin) => !existsSync(join(chartCache, archiveName(pin))));
  if (missing.length === 0) return chartCache;
  const names = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
  const message = `not in ${chartCache}: ${names} (npx mybinder charts fetch)`;
  if (realCharts) throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return undefined;
}

/**
 * What a test renders with, for `describe.each`: a name and a folder of chart archives, `undefined` for the stand-ins.
 * The real charts are among them where the chart cache has every one; with REAL_CHARTS=1 they are the only ones.
 */
export function chartFolders(): [name: string, folder: string | undefined][] {
  const real = realChartFolder();
  return [
    ...(environment().realCharts ? [] : [["the stand-ins", undefined] satisfies [string, undefined]]),
    ...(real === undefined ? [] : [["the real charts", real] satisfies [string, string]]),
  ];
}
