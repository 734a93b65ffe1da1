import { join } from "node:path";
import { archiveName } from "../../../charts/archive";
import { ChartUnavailable, locateChart } from "../../../charts/source";
import type { ChartPin } from "../../../charts/versions";
import { allPins } from "../../ground/cluster/charts";
import { shellQuote } from "../../ground/terminal/shellQuote";
import type { Finding } from "./diagnosis";

/** What a deploy would find wrong with the cached charts, and what it would download. No repository is asked. */
export function chartCacheFindings(root: string, cache: string): Finding[] {
  const pins = allPins(root);
  const absent: ChartPin[] = [];
  const wrong = pins.flatMap((pin): Finding[] => {
    try {
      const { standIn, file } = locateChart(pin, { cache, helm: undefined });
      return standIn ? [damaged(pin, cache, `${file} is a stand-in of test/charts, not the chart`)] : [];
    } catch (error) {
      if (!(error instanceof ChartUnavailable)) throw error;
      if (!error.missing) return [damaged(pin, cache, error.problem)];
      absent.push(pin);
      return [];
    }
  });
  if (absent.length === 0) return wrong;
  const found =
    `${String(absent.length)} of ${String(pins.length)} pinned charts are not cached, so the next preview downloads them; ` +
    "to list them: npx mybinder charts list";
  return [
    ...wrong,
    { level: "warning", about: `chart cache ${cache}`, found, fix: "npx mybinder charts fetch" },
  ];
}

function damaged(pin: ChartPin, cache: string, found: string): Finding {
  return {
    level: "problem",
    about: `chart ${pin.name} ${pin.version}`,
    found,
    fix: `rm ${shellQuote(join(cache, archiveName(pin)))} && npx mybinder charts fetch`,
  };
}
