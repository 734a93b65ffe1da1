import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveName } from "../../../../../charts/archive";
import { certManager } from "../../../../../charts/versions";
import { chartCacheFindings } from "../../../../../tools/operate/doctor/charts";
import { orphanFindings } from "../../../../../tools/operate/doctor/controlPlanes";
import { nodeFindings, pulumiFindings, toolchainFindings } from "../../../../../tools/operate/doctor/machine";
import { missingPrograms, programFindings, PROGRAMS } from "../../../../../tools/operate/doctor/programs";
import { allPins, packStandIn } from "../../../../../tools/ground/cluster/charts";
import { ROOT } from "../../../../../tools/ground/root";
import { isAtLeast } from "../../../../../tools/ground/terminal/versions";

test.each([
  ["v3.248.0", ">=3.219.0", true],
  ["3.219.0", ">=3.219.0", true],
  ["v3.218.9", ">=3.219.0", false],
  ["20.9.0", ">=20.19", false],
  ["22.0.0", ">=20.19", true],
  ["1.26", "1.26.0", true],
  ["1.26", "1.26.1", false],
  ["1.9.9", "1.26.0", false],
  ["dev", "1.0", false],
])("%s is at least %s: %s", (found, needed, expected) => {
  expect(isAtLeast(found, needed)).toBe(expected);
});

test("a Node that is too old is a problem", () => {
  expect(nodeFindings("18.20.0")).toMatchObject([
    { level: "problem", found: "18.20.0 is too old; required: >=20.19" },
  ]);
  expect(nodeFindings(process.versions.node)).toEqual([]);
});

test("without Go, a toolchain that is whole serves on", () => {
  expect(toolchainFindings([], "1.26.0", undefined)).toEqual([]);
  expect(toolchainFindings([], "1.26.0", "Go is not installed")).toMatchObject([{ level: "warning" }]);
  expect(toolchainFindings(["helm"], "1.26.0", undefined)).toMatchObject([
    { level: "warning", fix: "npx mybinder local up" },
  ]);
  expect(toolchainFindings(["helm"], "1.26.0", "Go 1.25.1 is too old")).toEqual([
    {
      level: "problem",
      about: "Go",
      found: "Go 1.25.1 is too old; required to build the Kubernetes programs: 1.26.0; not built yet: helm",
      fix: "https://go.dev/dl/",
    },
  ]);
});

test("no pulumi is a warning, one that would refuse to run is a problem", () => {
  expect(pulumiFindings("v3.248.0", ">=3.219.0")).toEqual([]);
  expect(pulumiFindings(undefined, ">=3.219.0")).toMatchObject([{ level: "warning" }]);
  expect(pulumiFindings("v3.100.0", ">=3.219.0")).toMatchObject([
    { level: "problem", found: "v3.100.0 is too old; required: >=3.219.0" },
  ]);
});

test("a program that is missing is named with its package and what does not work", async () => {
  const [haproxy] = PROGRAMS.filter(({ name }) => name === "haproxy");
  expect(programFindings(haproxy ? [haproxy] : [])).toEqual([
    {
      level: "warning",
      about: "haproxy",
      found:
        "not on PATH: rehearsals do not check its configuration, and the tests and the bench of the proxy are skipped",
      fix: "apt-get install haproxy",
    },
  ]);
  const programs = ["sh", "no-such-program"].map((name) => ({
    name,
    debianPackage: "x",
    without: "nothing",
  }));
  expect(await missingPrograms(programs)).toEqual(programs.slice(1));
});

test("every program that a test asks for is one of them, with the same package", () => {
  const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".test.ts"),
  );
  const asked = tests.flatMap((file) => {
    const text = readFileSync(join(ROOT, "test", file), "utf8");
    const pairs = [...text.matchAll(/(?:requireReal\(|^ {2}\[)"([\w.-]+)", "([\w-]+)"[)\]]/gm)];
    return text.includes("requireReal") ? pairs.map(([, name = "", packaged = ""]) => [name, packaged]) : [];
  });
  expect(asked.length).toBeGreaterThan(10);
  const known = PROGRAMS.map(({ name, debianPackage }) => `${name} ${debianPackage}`);
  expect(asked.map((pair) => pair.join(" ")).filter((pair) => !known.includes(pair))).toEqual([]);
});

test("programs of a control plane whose folder is gone are found by their arguments", () => {
  const process = (pid: number, ...argv: string[]) => ({ pid, started: "1", argv });
  const processes = [
    process(11, "/c/kube/etcd", "--name=mybinder", "--data-dir=/s/gone/etcd"),
    process(12, "/c/kube/kube-apiserver", "--secure-port=1", "--cert-dir=/s/gone/pki"),
    process(13, "/c/kube/kube-scheduler", "--config=/s/gone/scheduler.json"),
    process(16, "/usr/sbin/haproxy", "-f", "/s/gone/proxy/haproxy.cfg"),
    process(17, "/usr/bin/node", "/s/gone/proxy/agent.js", "run"),
    process(14, "/c/kube/etcd", "--data-dir=/s/there/etcd"),
    process(15, "/c/kube/kwok", "--config=/project/tools/stages.yaml"),
  ];
  expect(orphanFindings(processes, (path) => path === "/s/there")).toEqual([
    {
      level: "warning",
      about: "control plane",
      found: "5 of its programs still run, but its folder /s/gone is gone",
      fix: "kill 11 12 13 16 17",
    },
  ]);
});

test("the chart cache: what will be downloaded, what is damaged, and a stand-in in a real chart's place", () => {
  const cache = mkdtempSync(join(tmpdir(), "mybinder-doctor-"));
  try {
    const all = allPins(ROOT);
    expect(chartCacheFindings(ROOT, cache)).toMatchObject([
      {
        level: "warning",
        found: expect.stringContaining(
          `${String(all.length)} of ${String(all.length)} pinned charts`,
        ) as string,
        fix: "npx mybinder charts fetch",
      },
    ]);
    packStandIn(certManager, cache);
    const [harbor] = all.filter(({ name }) => name === "harbor");
    if (!harbor) throw new Error("no harbor");
    writeFileSync(join(cache, archiveName(harbor)), "not a chart");
    const findings = chartCacheFindings(ROOT, cache);
    expect(findings.map(({ level, about }) => [level, about])).toEqual([
      ["problem", `chart harbor ${harbor.version}`],
      ["problem", `chart cert-manager ${certManager.version}`],
      ["warning", `chart cache ${cache}`],
    ]);
    expect(findings[0]?.found).toMatch(/is damaged \(.+\)$/);
    expect(findings[0]?.fix).toBe(`rm ${join(cache, archiveName(harbor))} && npx mybinder charts fetch`);
    expect(findings[1]?.found).toContain("is a stand-in of test/charts");
  } finally {
    rmSync(cache, { recursive: true });
  }
});
