import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { metaChartPins } from "../../charts/metaChart";
import { Failure } from "../../tools/ground/terminal/failure";
import { packStandIn } from "../../tools/ground/cluster/charts";
import { run } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";
import type { BenchMember } from "./members";

/** The files of the federation proxy's ConfigMap, as the meta chart of a checkout makes them for these members. */
export async function renderProxy(
  helm: string,
  members: readonly BenchMember[],
  checkout = ROOT,
): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-bench-"));
  try {
    cpSync(join(checkout, "charts", "mybinder"), folder, { recursive: true });
    mkdirSync(join(folder, "charts"), { recursive: true });
    for (const pin of metaChartPins(checkout)) packStandIn(pin, join(folder, "charts"));
    const federation = {
      enabled: true,
      host: "bench.example.org",
      members: Object.fromEntries(
        members.map(({ name, url }) => [name, { url, weight: 50, launchQuota: 100 }]),
      ),
    };
    const values = join(folder, "bench.json");
    const agent = { expectedVersions: { builder: "1" } };
    writeFileSync(values, JSON.stringify({ federationProxy: { federation, agent } }));
    const template = "templates/federation-proxy/configmap.yaml";
    const { code, stdout, stderr } = await run(helm, [
      ...["template", "bench", folder, "--values", values, "--show-only", template],
    ]);
    if (code !== 0) throw new Failure(stderr.trim());
    return (parse(stdout) as { data: Record<string, string> }).data;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
