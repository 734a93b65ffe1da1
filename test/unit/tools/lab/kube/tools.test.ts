import { readFileSync } from "node:fs";
import { join } from "node:path";

import { buildFlags, buildPlan, MODULE_DIR, PACKAGES, parsePins } from "../../../../../tools/lab/kube/tools";

const goMod = readFileSync(join(MODULE_DIR, "go.mod"), "utf8");
const goSum = readFileSync(join(MODULE_DIR, "go.sum"), "utf8");

test("go.mod pins every program's module to one version", () => {
  const { go, modules } = parsePins(goMod);
  expect(go).toMatch(/^\d+\.\d+\.\d+$/);
  const pinned = ["k8s.io/kubernetes", "helm.sh/helm/v3", "sigs.k8s.io/kwok", "go.etcd.io/etcd/server/v3"];
  for (const module of pinned) expect(modules.get(module)).toMatch(/^v\d+\.\d+\.\d+$/);
});

test("each staging module of Kubernetes is replaced by the release that belongs to it", () => {
  const minorAndPatch = parsePins(goMod).modules.get("k8s.io/kubernetes")?.replace("v1.", "v0.");
  const replaced = [...goMod.matchAll(/^\t(\S+) => (\S+) (\S+)$/gm)];
  expect(replaced.length).toBeGreaterThan(25);
  for (const [, from, to, version] of replaced) expect([from, version]).toEqual([to, minorAndPatch]);
});

test("what is built is what go.mod lists as tools", () => {
  const tools = /^tool \(\n([^)]*)\)/m.exec(goMod)?.[1]?.trim().split(/\s+/);
  expect(tools?.sort()).toEqual(Object.values(PACKAGES).sort());
});

test("go.sum vouches for the programs' modules themselves", () => {
  const { modules } = parsePins(goMod);
  for (const module of [
    "k8s.io/kubernetes",
    "helm.sh/helm/v3",
    "sigs.k8s.io/kwok",
    "go.etcd.io/etcd/server/v3",
  ]) {
    expect(goSum).toContain(`${module} ${modules.get(module) ?? "?"} h1:`);
  }
});

test("the linker stamps the versions that go.mod pins", () => {
  const goModText =
    "go 1.26.0\n\nrequire (\n\thelm.sh/helm/v3 v3.22.0 // indirect\n\tk8s.io/kubernetes v1.36.3\n)\n";
  const flags = buildFlags(parsePins(goModText));
  const ldflags = flags.at(-1);
  expect(flags).toContain("-mod=readonly");
  expect(ldflags).toContain("-X k8s.io/component-base/version.gitVersion=v1.36.3");
  expect(ldflags).toContain("-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=36");
  expect(ldflags).toContain("-X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=36");
  expect(ldflags).toContain("-X helm.sh/helm/v3/internal/version.version=v3.22.0");
});

test("a go.mod without a go directive is refused", () => {
  expect(() => parsePins("module x\n")).toThrow("go.mod has no go directive");
});

test("the cache key is stable", () => {
  expect(buildPlan().key).toBe(buildPlan().key);
  expect(buildPlan().key).toMatch(/^[0-9a-f]{16}$/);
});
