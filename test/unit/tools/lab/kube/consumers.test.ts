import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ownValues } from "../../../../../charts/metaChart";
import { certManager } from "../../../../../charts/versions";
import { CONSUMER_NAMES, consumerPath, consumerVersion } from "../../../../../tools/lab/kube/consumers";
import { takeToolchainLibraries } from "../../../../../tools/lab/kube/libraries";
import { buildPlan, MODULE_DIR, parsePins } from "../../../../../tools/lab/kube/tools";
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
  "coredns",
  "kubeRouter",
])("go.sum vouches for what go.mod of %s pins", (folder) => {
  const [goMod, goSum] = ["go.mod", "go.sum"].map((file) =>
    readFileSync(join(MODULE_DIR, folder, file), "utf8"),
  );
  const pinned = /^\t(\S+) (v\S+)/m.exec(goMod ?? "");
  // a fork in its place
  const [, module = "", version = ""] = /^replace \S+ => (\S+) (v\S+)$/m.exec(goMod ?? "") ?? pinned ?? [];
  expect(goSum).toContain(`${module} ${version} h1:`);
});

test("a program that shares the toolchain's libraries needs their versions, and go.sum vouches for them", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-libraries-"));
  try {
    writeFileSync(
      join(folder, "go.mod"),
      "module example\n\ngo 1.23.0\n\nrequire (\n\texample.org/a v1.2.3\n)\n",
    );
    writeFileSync(join(folder, "go.sum"), "example.org/a v1.2.3 h1:a=\n");
    takeToolchainLibraries(folder, "example.org/b v1.0.0 h1:b=\n");
    const [goMod, goSum] = ["go.mod", "go.sum"].map((file) => readFileSync(join(folder, file), "utf8"));
    const { modules } = parsePins(goMod ?? "");
    expect(modules.get("example.org/a")).toBe("v1.2.3");
    const client = buildPlan().pins.modules.get("k8s.io/client-go") ?? "none";
    expect(modules.get("k8s.io/client-go")).toBe(client);
    expect(goMod).toMatch(/^\tk8s\.io\/client-go => k8s\.io\/client-go v\S+$/m);
    expect(goMod).not.toMatch(/^tool|mybinder\.org/m);
    expect(goSum).toMatch(
      /^example\.org\/a v1[^]*^k8s\.io\/client-go v[^]*^example\.org\/b v1\.0\.0 h1:b=\n$/m,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("each has a place of its own in the cache, below the folder that is named", () => {
  const paths = CONSUMER_NAMES.map((name) => consumerPath(name, { cache: "/cache" }));
  expect(new Set(paths).size).toBe(CONSUMER_NAMES.length);
  for (const path of paths) expect(path).toMatch(/^\/cache\/consumers\/[0-9a-f]{16}\/[a-z-]+$/);
  expect(paths.some((path) => existsSync(path))).toBe(false);
});
