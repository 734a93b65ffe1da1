import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { archiveName } from "../charts/archive";
import type { Environment } from "../environment";
import { up } from "../tools/lab/controlPlane";
import type { Toolchain } from "../tools/lab/kube/toolchain";
import { allPins, packStandIn } from "../tools/ground/cluster/charts";
import { run } from "../tools/ground/terminal/run";
import { copyProject } from "../tools/ground/projectCopy";
import { type Report, silent } from "../tools/ground/terminal/report";
import { ROOT } from "../tools/ground/root";
import { loadStackFile } from "../tools/ground/stackFile/stacks";
import { secondsOfProgram } from "./measure";

interface Setting {
  readonly base: string;
  readonly toolchain: Toolchain;
  readonly environment: Environment;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Times of the real engine, beside those of an empty Pulumi program; one row that says so where there is no pulumi. */
export async function pulumiRows(setting: Setting): Promise<string[][]> {
  const version = await run("pulumi", ["version"]).catch(() => undefined);
  if (version?.code !== 0) return [["pulumi preview and up", "not measured: no pulumi on PATH", ""]];
  const { pools } = loadStackFile("local").stack;
  const plane = await up({ ...setting, name: "local", pools, report: silent });
  const { folder: charts, kind } = chartFolder(setting);
  const env = {
    PULUMI_BACKEND_URL: `file://${mkdir(setting.base, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "local",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    MYBINDER_KUBECONFIG: plane.kubeconfig,
    MYBINDER_CHART_CACHE: charts,
    MYBINDER_HELM: setting.toolchain.helm,
  };
  const pulumi = (cwd: string, ...args: string[]): Promise<number> =>
    secondsOfProgram("pulumi", [...args, "--non-interactive"], { cwd, env, signal: setting.signal });

  // A copy, so that Pulumi writes its salts into no file of ours.
  const project = join(setting.base, "project");
  copyProject(project);
  const empty = emptyProgram(setting.base);
  writeProxy(project, "three", 3);
  writeProxy(project, "hundred", 100);
  await pulumi(project, "stack", "init", "local", "--secrets-provider", "passphrase");
  for (const stack of ["three", "hundred"]) {
    await pulumi(project, "stack", "init", stack, "--secrets-provider", "passphrase");
  }
  await pulumi(empty, "stack", "init", "empty", "--secrets-provider", "passphrase");
  const best = async (cwd: string, stack: string): Promise<number> =>
    Math.min(await pulumi(cwd, "preview", "--stack", stack), await pulumi(cwd, "preview", "--stack", stack));

  const emptySeconds = await best(empty, "empty");
  const preview = await best(project, "local");
  const first = await pulumi(project, "up", "--stack", "local", "--yes", "--skip-preview");
  const second = await pulumi(project, "up", "--stack", "local", "--yes", "--skip-preview");
  const [three, hundred] = [await best(project, "three"), await best(project, "hundred")];
  const rows: [string, number, string][] = [
    ["pulumi preview of an empty program", emptySeconds, "-"],
    [
      `pulumi preview of local, ${kind}`,
      preview,
      `2 s and at most twice the empty one (${(2 * emptySeconds).toFixed(1)} s)`,
    ],
    ["pulumi up of local, first", first, "-"],
    ["pulumi up of local, nothing changed", second, "4 s"],
    ["pulumi preview of a proxy with 3 members", three, "-"],
    [
      "pulumi preview of a proxy with 100 members",
      hundred,
      `at most twice 3 members (${(2 * three).toFixed(1)} s)`,
    ],
  ];
  return rows.map(([what, seconds, budget]) => [what, `${seconds.toFixed(1)} s`, budget]);
}

/** The real charts where all of them are cached, else a folder of stand-ins. */
function chartFolder({ base, environment: { chartCache } }: Setting): { folder: string; kind: string } {
  const pins = allPins(ROOT);
  if (pins.every((pin) => existsSync(join(chartCache, archiveName(pin))))) {
    return { folder: chartCache, kind: "real charts" };
  }
  const folder = mkdir(base, "charts");
  for (const pin of pins) packStandIn(pin, folder);
  return { folder, kind: "stand-ins" };
}

function mkdir(base: string, name: string): string {
  const folder = join(base, name);
  mkdirSync(folder);
  return folder;
}

/** A program in TypeScript as Pulumi starts it by itself, at its fastest: no types are checked, and swc strips them. */
function emptyProgram(base: string): string {
  const folder = mkdir(base, "empty");
  const compilerOptions = { target: "es2022", module: "node16", noCheck: true };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, "ts-node": { swc: true }, include: ["index.ts"] }),
  );
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"name": "empty", "main": "index.ts"}\n');
  writeFileSync(
    join(folder, "index.ts"),
    'import * as pulumi from "@pulumi/pulumi";\nexport const stack = pulumi.getStack();\n',
  );
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    stringify({ name: "empty", main: "index.ts", runtime: "nodejs" }),
  );
  return folder;
}

function writeProxy(project: string, name: string, count: number): void {
  const disable = { "pulumi:disable-default-providers": ["kubernetes", "gcp"] };
  const cluster = {
    kind: "existing",
    pools: { all: { purpose: "core", count: 1, cpus: 8, memoryGiB: 64, diskGiB: 900 } },
  };
  const members = Array.from({ length: count }, (_, index) => ({
    name: `${name}-${String(index)}`,
    weight: 1,
  }));
  const write = (stack: string, config: Record<string, unknown>): void => {
    const keys = Object.entries(config).map(([key, value]): [string, unknown] => [`mybinder:${key}`, value]);
    writeFileSync(
      join(project, `Pulumi.${stack}.yaml`),
      stringify({ config: { ...disable, ...Object.fromEntries(keys) } }),
    );
  };
  for (const { name: member } of members) {
    write(member, { role: "member", domain: `${member}.mybinder.org`, cluster, registry: { kind: "none" } });
  }
  write(name, { role: "proxy", domain: `${name}.mybinder.org`, cluster, federation: { members } });
}
