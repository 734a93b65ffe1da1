import { readFileSync } from "node:fs";
import { join } from "node:path";
import { metaChartPins } from "../../../charts/metaChart";
import { ROOT } from "../../../tools/ground/root";
import { chartFolders } from "../../support/chartFolders";

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test("with the published charts alone, those that are missing are named, with the command that gets them", () => {
  Object.assign(process.env, { REAL_CHARTS: "1", MYBINDER_CHART_CACHE: "/nowhere/charts" });
  const names = metaChartPins(ROOT).map(({ name, version }) => `${name} ${version}`);
  expect(names.length).toBeGreaterThan(5);
  expect(chartFolders).toThrow(`not in /nowhere/charts: ${names.join(", ")} (npx mybinder charts fetch)`);
});

test("CI runs the tests of published charts where it can fetch them", () => {
  const run = readFileSync(join(ROOT, ".ci", "run"), "utf8");
  expect(run).toMatch(
    /^if timeout \d+ npx mybinder charts fetch; then\n {2}REQUIRE_REAL=1 npm run test:real /m,
  );
});
