import { join } from "node:path";
import { type ManifestDocument, PULUMI, splitManifest } from "../../ground/cluster/manifest";
import { Failure } from "../../ground/terminal/failure";
import { run } from "../../ground/terminal/run";
import type { ReleaseInputs } from "../rehearse/installRelease";
import type { Registered } from "./messages";

/** Versions of a cluster, which charts may ask for. */
export interface HelmTarget {
  /** "v1.35.2" */
  readonly kubeVersion: string;
  /** "apps/v1", "policy/v1/PodDisruptionBudget" */
  readonly apiVersions: readonly string[];
}

interface Rendering {
  readonly helm: string;
  readonly root: string;
  readonly target: HelmTarget | undefined;
}

/** Of a release, what its objects show better, and what only says that something in it changed. */
const OF_OBJECTS = ["chart", "values", "description"];

/** What registrations make: objects of releases, by helm itself, those of the program, and its other resources. */
export async function registeredDocuments(
  registered: readonly Registered[],
  rendering: Rendering,
): Promise<ManifestDocument[]> {
  const made = registered.filter(({ type }) => !type.startsWith("pulumi:"));
  const releases = await Promise.all(made.filter(isRelease).map((one) => release(one, rendering)));
  return [
    ...releases.flat(),
    ...made.filter((one) => !isRelease(one)).map((one) => objectOf(one) ?? resource(one)),
  ];
}

const isRelease = ({ type }: Registered): boolean => type === "kubernetes:helm.sh/v3:Release";

async function release(
  registered: Registered,
  { helm, root, target }: Rendering,
): Promise<ManifestDocument[]> {
  const { name, namespace, chart, values, skipCrds } = registered.inputs as unknown as ReleaseInputs;
  const args = [
    ...["template", name, join(root, "program", chart), "--namespace", namespace, "--skip-tests"],
    ...(skipCrds ? [] : ["--include-crds"]),
    ...(target ? ["--kube-version", target.kubeVersion] : []),
    ...(target?.apiVersions.flatMap((version) => ["--api-versions", version]) ?? []),
    ...["--values", "-"],
  ];
  const { code, stdout, stderr } = await run(helm, args, JSON.stringify(values));
  if (code !== 0) throw new Failure(`release ${name}: ${stderr.trim()}`);
  return [...splitManifest(stdout, namespace), resource(registered)];
}

/** The object of a registration that is a Kubernetes object itself. */
function objectOf({ type, name, inputs }: Registered): ManifestDocument | undefined {
  const [, group = "", version = "", kind] =
    /^kubernetes:(?:([a-z0-9.-]+)\/)?([a-z0-9]+):([A-Z]\w+)$/.exec(type) ?? [];
  if (kind === undefined) return undefined;
  const metadata = { name, ...(inputs["metadata"] as { namespace?: string } | undefined) };
  const apiVersion = group === "" || group === "core" ? version : `${group}/${version}`;
  const object = { apiVersion, kind, ...inputs, metadata };
  return { text: JSON.stringify(object), namespace: metadata.namespace ?? "" };
}

function resource({ type, name, inputs }: Registered): ManifestDocument {
  const shown = isRelease({ type, name, inputs })
    ? Object.fromEntries(Object.entries(inputs).filter(([key]) => !OF_OBJECTS.includes(key)))
    : inputs;
  const object = { apiVersion: PULUMI, kind: type, metadata: { name }, inputs: shown };
  return { text: JSON.stringify(object), namespace: "" };
}
