import type { KubeObject } from "../../tools/ground/cluster/kubectl";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import type { AssembledChart } from "./metaChart";
import type { Registered } from "./mocks";
import { placed } from "./placed";

/** What the program of a stack makes in its own namespace and for the whole cluster, cert-manager's release excepted. */
export async function stackObjects(
  chart: AssembledChart,
  stack: string,
  registered: readonly Registered[],
): Promise<Placed[]> {
  const rendered = await chart.renderRelease(stack, releaseValues(registered));
  return [...placed(rendered, stack), ...appliedObjects(registered)];
}

/** The registrations that are Kubernetes objects themselves. */
export function appliedObjects(registered: readonly Registered[]): Placed[] {
  return registered.flatMap(applied);
}

/** The values of the meta chart's release, secrets laid open. */
export function releaseValues(registered: readonly Registered[]): Record<string, unknown> {
  const release = registered.find(({ type, name }) => type.endsWith(":Release") && name === "mybinder");
  if (!release) throw new Error("the program registers no release");
  return release.inputs["values"] as Record<string, unknown>;
}

/** The object of a registration that is a Kubernetes object itself. */
function applied({ type, name, inputs }: Registered): Placed[] {
  const [, group = "", version = "", kind] =
    /^kubernetes:(?:([a-z0-9.-]+)\/)?([a-z0-9]+):([A-Z]\w+)$/.exec(type) ?? [];
  if (kind === undefined || kind === "Release") return [];
  const metadata = { name, ...(inputs["metadata"] as object | undefined) } as KubeObject["metadata"];
  const apiVersion = group === "" || group === "core" ? version : `${group}/${version}`;
  return [{ namespace: metadata.namespace ?? "", object: { apiVersion, kind, ...inputs, metadata } }];
}
