import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../../ground/terminal/run";
import { ROOT } from "../../ground/root";
import type { ChartChange } from "./preview";

const CHART_YAML = "charts/mybinder/Chart.yaml";
const VERSIONS = "charts/versions.ts";

/** The charts whose version differs from that of a commit. One that is new was "-" before, one that is gone is "-" now. */
export async function chartChanges(base: string): Promise<ChartChange[]> {
  const before = async (file: string): Promise<string> => {
    const { code, stdout } = await run("git", ["-C", ROOT, "show", `${base}:${file}`]);
    return code === 0 ? stdout : "";
  };
  const now = (file: string): string => readFileSync(join(ROOT, file), "utf8");
  const old = chartVersions(await before(CHART_YAML), await before(VERSIONS));
  const fresh = chartVersions(now(CHART_YAML), now(VERSIONS));
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((name) => {
    const [from, to] = [old.get(name) ?? "-", fresh.get(name) ?? "-"];
    return from === to ? [] : [{ name, from, to }];
  });
}

/** Versions of charts by name, from the texts of the two files that pin them. */
export function chartVersions(chartYaml: string, versions: string): Map<string, string> {
  const { dependencies = [] } = (parse(chartYaml) ?? {}) as {
    dependencies?: { name: string; version: string }[];
  };
  const beside = [...versions.matchAll(/name: "([^"]+)",\s+version: "([^"]+)",\s+repository:/g)];
  return new Map([
    ...dependencies.map(({ name, version }): [string, string] => [name, version]),
    ...beside.map(([, name = "", version = ""]): [string, string] => [name, version]),
  ]);
}
