import { isDeepStrictEqual } from "node:util";
import { indent, masked } from "./applyObject";
import { type ClusterAccess, helm, type KubeObject, parseObjects } from "../../ground/cluster/kubectl";
import type { Action } from "./messages";

/** The inputs of a `helm.v3.Release`, as Pulumi would pass them to its provider. */
export interface ReleaseInputs {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly description: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly skipCrds: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly maxHistory: number;
}

/** What Helm installed. */
export interface InstalledRelease {
  readonly action: Action;
  readonly objects: readonly KubeObject[];
  readonly revision: number;
}

/** A release as `helm … --output json` prints it: one call tells all. */
interface HelmRelease {
  readonly version: number;
  readonly info: { readonly status: string; readonly description: string };
  readonly config?: Readonly<Record<string, unknown>>;
  readonly manifest: string;
  readonly hooks?: readonly { readonly manifest: string }[];
}

/**
 * Installs or upgrades a release with helm itself. It does not wait: the caller does, and can say why something is
 * not ready. A release that an earlier rehearsal left half-made is taken away first, and `report` says so.
 * Throws with the API server's reason and the object when one is refused.
 */
export async function installRelease(
  access: ClusterAccess,
  inputs: ReleaseInputs,
  report: (text: string) => void,
): Promise<InstalledRelease> {
  const found = await releaseStatus(access, inputs);
  const before = found && (await recovered(access, inputs, found, report));
  if (before && isUnchanged(inputs, before)) return installed("unchanged", before);
  const { name, namespace, chart, description, timeout, maxHistory } = inputs;
  const limits = ["--timeout", `${String(timeout)}s`, "--history-max", String(maxHistory)];
  const crds = inputs.skipCrds ? ["--skip-crds"] : [];
  const { code, stdout, stderr } = await helm(
    access,
    [
      "upgrade",
      name,
      chart,
      "--install",
      "--namespace",
      namespace,
      "--description",
      description,
      ...limits,
      ...crds,
      "--values",
      "-",
      "--output",
      "json",
    ],
    JSON.stringify(inputs.values),
  );
  if (code !== 0) throw new Error(await explainRefusal(access, inputs, stderr));
  return installed(before ? "updated" : "created", JSON.parse(stdout) as HelmRelease);
}

async function releaseStatus(
  access: ClusterAccess,
  { name, namespace }: ReleaseInputs,
): Promise<HelmRelease | undefined> {
  const { code, stdout, stderr } = await helm(access, [
    "status",
    name,
    "--namespace",
    namespace,
    "--output",
    "json",
  ]);
  if (code === 0) return JSON.parse(stdout) as HelmRelease;
  if (stderr.includes("release: not found")) return undefined;
  throw new Error(`helm status ${name}: ${stderr.trim()}`);
}

/** Takes back what a killed or refused install left, so that Helm accepts another. */
async function recovered(
  access: ClusterAccess,
  { name, namespace }: ReleaseInputs,
  found: HelmRelease,
  report: (text: string) => void,
): Promise<HelmRelease | undefined> {
  const { status } = found.info;
  if (status === "deployed") return found;
  const first = found.version === 1 || status === "uninstalling" || status === "pending-install";
  report(`release ${name} was left ${status} by an earlier run; ${first ? "removing" : "rolling back"} it`);
  const args = first ? ["uninstall", name, "--wait", "--timeout", "60s"] : ["rollback", name];
  const { code, stderr } = await helm(access, [...args, "--namespace", namespace]);
  if (code !== 0) throw new Error(`helm ${args.join(" ")} --namespace ${namespace}: ${stderr.trim()}`);
  return first ? undefined : found;
}

function isUnchanged({ description, values }: ReleaseInputs, { info, config = {} }: HelmRelease): boolean {
  const same = isDeepStrictEqual(config, JSON.parse(JSON.stringify(values)));
  return same && info.status === "deployed" && info.description === description;
}

/** Every object of a release, hooks included, as Helm rendered it. */
function installed(action: Action, { version, manifest, hooks = [] }: HelmRelease): InstalledRelease {
  const objects = [manifest, ...hooks.map((hook) => hook.manifest)].flatMap(parseObjects);
  return { action, objects, revision: version };
}

/** Helm's error, and the object that the API server named in it, rendered again with the same values. */
async function explainRefusal(access: ClusterAccess, inputs: ReleaseInputs, stderr: string): Promise<string> {
  const reason = stderr
    .split("\n")
    .filter((line) => !line.startsWith("WARNING:") && line.trim() !== "")
    .join("\n")
    .replace(/^Error: /, "");
  if (reason.includes("field is immutable")) {
    return `${reason}\n    The cluster holds an earlier rehearsal with other charts; start from scratch: npm stop (or mybinder local down)`;
  }
  const named = /([A-Z][A-Za-z]+)(?:\.[a-z0-9.-]+)? "([^"]+)" is (?:invalid|forbidden)/.exec(reason);
  if (!named) return reason;
  const [, kind, name] = named;
  const { stdout } = await helm(
    access,
    ["template", inputs.name, inputs.chart, "--namespace", inputs.namespace, "--values", "-"],
    JSON.stringify(inputs.values),
  );
  const object = parseObjects(stdout).find((one) => one.kind === kind && one.metadata.name === name);
  return object ? `${reason}\n${indent(masked(object as unknown as Record<string, unknown>))}` : reason;
}
