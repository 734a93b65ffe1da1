import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PreparedChart, prepareMetaChart } from "../../../charts/metaChart";
import { ROOT } from "../../../tools/ground/root";
import { standInCache } from "../../support/program";

const charts = standInCache();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mybinder-meta-chart-"));
  cpSync(join(ROOT, "charts"), join(root, "charts"), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});
afterAll(charts.remove);

const prepare = (): PreparedChart => prepareMetaChart(root, { cache: charts.folder, helm: undefined });

test("the prepared chart is whole: own files and every dependency, without fixtures", () => {
  const { path, version, charts: parts } = prepare();
  expect(path).toMatch(/^\.\.\/\.build\/charts\/mybinder-[0-9a-f]{12}$/);
  expect(version).toBe("0.1.0");
  expect(parts).toHaveLength(10);
  const folder = join(root, "program", path);
  expect(readdirSync(join(folder, "charts"))).toHaveLength(10);
  expect(existsSync(join(folder, "values.schema.json"))).toBe(true);
  expect(existsSync(join(folder, "fixtures"))).toBe(false);
});

test.each([
  ["a template", "templates/cluster-entrypoint/service.yaml"],
  ["the common values", "values.yaml"],
  ["a file that a template reads", "files/badge.svg"],
])("editing %s changes the digest, and so the release", (_, file) => {
  const before = prepare();
  appendFileSync(join(root, "charts/mybinder", file), "\n");
  expect(prepare().digest).not.toBe(before.digest);
});

test("a new template changes the digest; a fixture or a chart vendored by hand does not", () => {
  const before = prepare();
  writeFileSync(join(root, "charts/mybinder/fixtures/new.yaml"), "a: 1\n");
  mkdirSync(join(root, "charts/mybinder/charts"), { recursive: true });
  writeFileSync(join(root, "charts/mybinder/charts/traefik-1.0.0.tgz"), "not looked at");
  expect(prepare().digest).toBe(before.digest);
  writeFileSync(join(root, "charts/mybinder/templates/new.yaml"), "");
  expect(prepare().digest).not.toBe(before.digest);
});

test("a prepared chart is used again as it is, and made again when it is gone", () => {
  const { path } = prepare();
  const marker = join(root, "program", path, "marker");
  writeFileSync(marker, "");
  expect(prepare().path).toBe(path);
  expect(existsSync(marker)).toBe(true);
  rmSync(join(root, "program", path), { recursive: true });
  expect(prepare().path).toBe(path);
  expect(existsSync(join(root, "program", path, "Chart.yaml"))).toBe(true);
});
