import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Environment } from "../../../environment";
import type { LabState } from "../../ground/cluster/lab";
import { ROOT } from "../../ground/root";
import { run } from "../../ground/terminal/run";
import { isAtLeast } from "../../ground/terminal/versions";
import { chartCacheFindings } from "./charts";
import { controlPlaneFindings } from "./controlPlanes";
import type { Check, Finding } from "./diagnosis";
import { missingPrograms, programFindings } from "./programs";

/** What can be wrong with this machine, without any cluster. */
export function machineChecks({ chartCache }: Environment, lab: LabState): Check[] {
  return [
    { name: "Node", worst: "problem", otherwise: "npm ci", run: () => nodeFindings(process.versions.node) },
    {
      name: "Go and the Kubernetes toolchain",
      worst: "problem",
      otherwise: "npx mybinder local up",
      run: async () => toolchainFindings(lab.unbuilt(), lab.neededGo(), await lab.goProblem()),
    },
    {
      name: "Pulumi's CLI",
      worst: "problem",
      otherwise: "pulumi version",
      run: async () => pulumiFindings(await pulumiVersion(), wantedPulumi()),
    },
    {
      name: "other programs",
      worst: "warning",
      otherwise: "npx mybinder doctor",
      run: async () => programFindings(await missingPrograms()),
    },
    {
      name: "control planes",
      worst: "warning",
      otherwise: "npx mybinder local status",
      run: () => controlPlaneFindings(lab),
    },
    {
      name: "chart cache",
      worst: "problem",
      otherwise: "npx mybinder charts list",
      run: () => chartCacheFindings(ROOT, chartCache),
    },
  ];
}

/** Whether this Node is one that package.json allows. */
export function nodeFindings(version: string): Finding[] {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  if (isAtLeast(version, engines.node)) return [];
  const found = `${version} is too old; required: ${engines.node}`;
  return [{ level: "problem", about: "Node", found, fix: "https://nodejs.org/en/download" }];
}

/** Go builds the toolchain and nothing else: without it, a toolchain that is whole serves on. */
export function toolchainFindings(
  missing: readonly string[],
  needed: string,
  problem: string | undefined,
): Finding[] {
  const programs = missing.length === 0 ? "" : `; not built yet: ${missing.join(", ")}`;
  if (problem !== undefined) {
    const found = `${problem}; required to build the Kubernetes programs: ${needed}${programs}`;
    const level = missing.length === 0 ? "warning" : "problem";
    return [{ level, about: "Go", found, fix: "https://go.dev/dl/" }];
  }
  if (missing.length === 0) return [];
  const found = `not built yet: ${missing.join(", ")}; the first use builds them, which takes minutes`;
  return [{ level: "warning", about: "Kubernetes toolchain", found, fix: "npx mybinder local up" }];
}

/** Whether the CLI is there and one that Pulumi.yaml allows; `version`: `undefined` when there is none. */
export function pulumiFindings(version: string | undefined, wanted: string): Finding[] {
  const fix = "https://www.pulumi.com/docs/iac/download-install/";
  if (version === undefined) {
    const found = `not on PATH; previews, deploys, secrets and traffic need ${wanted}; rehearsals do not`;
    return [{ level: "warning", about: "pulumi", found, fix }];
  }
  if (isAtLeast(version, wanted)) return [];
  return [{ level: "problem", about: "pulumi", found: `${version} is too old; required: ${wanted}`, fix }];
}

/** The version of Pulumi's CLI on PATH, `undefined` when there is none. Throws when there is one that does not say. */
export async function pulumiVersion(): Promise<string | undefined> {
  const ended = await run("pulumi", ["version"]).catch(() => undefined);
  if (ended && ended.code !== 0) throw new Error(`pulumi version: ${ended.stderr.trim()}`);
  return ended?.stdout.trim();
}

function wantedPulumi(): string {
  const { requiredPulumiVersion } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as {
    requiredPulumiVersion: string;
  };
  return requiredPulumiVersion;
}
