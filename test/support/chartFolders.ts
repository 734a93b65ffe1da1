import { existsSync } from "node:fs";
import { join } from "node:path";
import { archiveName } from "../../charts/archive";
import { metaChartPins } from "../../charts/metaChart";
import { environment } from "../../model/environment";
import { ROOT } from "../../tools/root";

/**
 * What a test renders with, for `describe.each`: a name and a folder of chart archives, `undefined` for the stand-ins.
 * The real charts are among them where the chart cache has every one; else one line says how to get them.
 */
export function chartFolders(): [name: string, folder: string | undefined][] {
  const real = environment().chartCache;
  const missing = metaChartPins(ROOT).filter((pin) => !existsSync(join(real, archiveName(pin))));
  if (missing.length === 0) {
    return [
      ["the stand-ins", undefined],
      ["the real charts", real],
    ];
  }
  process.stderr.write(
    `skipped: ${String(missing.length)} real charts are not in ${real} (npx mybinder charts fetch)\n`,
  );
  return [["the stand-ins", undefined]];
}
