import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ownValues } from "../../../../../charts/metaChart";
import { certManager } from "../../../../../charts/versions";
import { CONSUMER_NAMES, consumerPath, consumerVersion } from "../../../../../tools/lab/kube/consumers";
import { MODULE_DIR } from "../../../../../tools/lab/kube/tools";
import { ROOT } from "../../../../../tools/ground/root";

test("the Traefik that tests start is the one that the pinned chart deploys", () => {
  // with the chart itself: test/support/ingress.ts
  const chart = readFileSync(join(ROOT, "test", "charts", "traefik", "Chart.yaml"), "utf8");
  expect(consumerVersion("traefik")).toBe((parse(chart) as { appVersion: string }).appVersion);
});

test("cert-manager's definitions and controllers are those of the pinned chart", () => {
  expect(consumerVersion("cert-manager")).toBe(certManager.version);
});

test("the store of logs and its collector are those of the images that the chart deploys", () => {
  const { logs } = ownValues(ROOT) as unknown as Record<"logs", Record<string, { image: { tag: string } }>>;
  expect([logs["store"]?.image.tag, logs["collector"]?.image.tag]).toEqual(
    (["victoria-logs", "vlagent"] as const).map(consumerVersion),
  );
});

test.each([
  "actionlint",
  "traefik",
  "pebble",
  "certManager",
  "fakeGcs",
  "versitygw",
  "restic",
  "victoriaLogs",
])("go.sum vouches for what go.mod of %s pins", (folder) => {
  const [goMod, goSum] = ["go.mod", "go.sum"].map((file) =>
    readFileSync(join(MODULE_DIR, folder, file), "utf8"),
  );
  const [, module = "", version = ""] = /^\t(\S+) (v\S+)/m.exec(goMod ?? "") ?? [];
  expect(goSum).toContain(`${module} ${version} h1:`);
});

test("each has a place of its own in the cache, below the folder that is named", () => {
  const paths = CONSUMER_NAMES.map((name) => consumerPath(name, { cache: "/cache" }));
  expect(new Set(paths).size).toBe(CONSUMER_NAMES.length);
  for (const path of paths) expect(path).toMatch(/^\/cache\/consumers\/[0-9a-f]{16}\/[a-z-]+$/);
  expect(paths.some((path) => existsSync(path))).toBe(false);
});
