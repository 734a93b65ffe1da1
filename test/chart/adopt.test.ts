import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { archiveName } from "../../charts/archive";
import { metaChartPins } from "../../charts/metaChart";
import { environment } from "../../environment";
import { compareObjects } from "../../tools/operate/adopt/losses";
import { renderableValues } from "../../tools/ground/cluster/renderableValues";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { AssembledChart } from "../support/metaChart";

/*
 * What Helm would delete of the live releases: the kinds and names that the former chart renders with its public
 * configuration (test/support/former/objects.txt, read in August 2026) beside those of ours.
 */

const FORMER = readFileSync(join(ROOT, "test", "support", "former", "objects.txt"), "utf8")
  .trim()
  .split("\n")
  .map((line) => {
    const [stack = "", object = ""] = line.split(" ");
    const [kind = "", name = ""] = object.split("/");
    return { stack, object: { apiVersion: "v1", kind, metadata: { name } } };
  });
/** Those that the take-over makes Helm keep. */
const KEPT = [
  "ClusterIssuer/letsencrypt-prod",
  "ClusterIssuer/letsencrypt-staging",
  "Secret/events-archiver-secrets",
];

const cache = environment().chartCache;
const missing = metaChartPins(ROOT).filter((pin) => !existsSync(join(cache, archiveName(pin))));
if (missing.length > 0) {
  process.stderr.write(
    `skipped: ${String(missing.length)} real charts are not in ${cache} (npx mybinder charts fetch)\n`,
  );
}

const kinds: [string, string | undefined][] = [
  ["stand-ins", undefined],
  ...(missing.length === 0 ? [["the real charts", cache] as [string, string]] : []),
];

describe.each(kinds)("with %s", (_, charts) => {
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create(charts);
  });
  afterAll(() => {
    chart.remove();
  });

  test.each([
    ["bids-ovh", ["minesweeper"]],
    ["hetzner-2i2c", ["minesweeper"]],
    ["hetzner-gesis", ["minesweeper"]],
    ["staging", ["minesweeper"]],
    ["prod", ["minesweeper"]],
  ])("%s loses %j, and nothing else that is not replaced", async (name, expected) => {
    const objects = FORMER.filter(({ stack }) => stack === name).map(({ object }) => object);
    const values = { binderhubEnabled: name !== "prod" };
    const ours = await chart.renderRelease(name, renderableValues(loadStackFile(name).stack));
    const { losses, replaced } = compareObjects(name, { objects, values }, ours, ({ kind, metadata }) =>
      KEPT.includes(`${kind}/${metadata.name}`),
    );
    const names = losses.map((loss) => loss.name).sort();
    // stand-ins lack accounts and roles of the charts that they stand for
    expect(charts === undefined ? names.filter((one) => expected.includes(one)) : names).toEqual(expected);
    expect(replaced.length).toBeGreaterThan(10);
  });
});
