import { EVENTS_SECRET } from "../../../model/values/member";
import { accessOf } from "../../ground/cluster/clusterChoice";
import { Failure } from "../../ground/terminal/failure";
import type { Lab } from "../../ground/cluster/lab";
import { type ClusterAccess, helm, kubectl, type KubeObject } from "../../ground/cluster/kubectl";
import { stackConfig } from "../../ground/stackFile/stacks";
import type { Report } from "../../ground/terminal/report";
import type { Live } from "./plan";

/** Access to the cluster of a stack's kubeconfig, in the stack's context. Throws Failure (exit code 2) when there is no such file. */
export function accessTo(
  stack: string,
  kubeconfig: string,
  report: Report,
  lab: Lab,
): Promise<ClusterAccess> {
  return accessOf({ name: stack, config: stackConfig(stack) }, { kubeconfig }, report, lab);
}

/** Runs kubectl and gives what it printed. Throws Failure with its words. */
export async function ask(access: ClusterAccess, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(access, [...args, "--request-timeout", "15s"]);
  if (code !== 0) throw new Failure(`kubectl ${args.slice(0, 2).join(" ")}: ${stderr.trim()}`);
  return stdout;
}

/** Looks at the cluster of a stack, and changes nothing. Throws Failure when it does not answer. */
export async function readLive(stack: string, access: ClusterAccess): Promise<Live> {
  const list = async (...args: string[]): Promise<KubeObject[]> =>
    (
      JSON.parse((await ask(access, "get", ...args, "--output", "json")) || '{"items":[]}') as {
        items: KubeObject[];
      }
    ).items;
  const definitions = await list("customresourcedefinitions");
  const issuers = definitions.some(({ metadata: { name } }) => name === "clusterissuers.cert-manager.io");
  const releases = await ask(
    access,
    ...["get", "secrets", "--all-namespaces", "--selector", "owner=helm,status=deployed", "--no-headers"],
    ...["--output", "custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.labels.name"],
  );
  const secret = await ask(
    access,
    ...["get", "secrets", "--namespace", stack, "--field-selector", `metadata.name=${EVENTS_SECRET}`],
    ...["--output", "jsonpath={range .items[*]}{.metadata}{end}"],
  );
  return {
    releases: releases
      .split("\n")
      .filter(Boolean)
      .map((line) => line.trim().split(/\s+/).join("/")),
    objects: [
      ...definitions,
      ...(await list("namespaces")),
      ...(issuers ? await list("clusterissuers.cert-manager.io") : []),
      ...(await list("persistentvolumeclaims", "--namespace", stack)),
      ...(secret === ""
        ? []
        : [{ apiVersion: "v1", kind: "Secret", metadata: JSON.parse(secret) as KubeObject["metadata"] }]),
    ],
  };
}

/** The data of a Secret, decoded; empty when there is none of that name. Throws Failure when it is refused. */
export async function secretData(
  access: ClusterAccess,
  namespace: string,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const args = ["get", "secret", name, "--namespace", namespace, "--ignore-not-found", "--output", "json"];
  const text = await ask(access, ...args);
  const { data = {} } = (text === "" ? {} : JSON.parse(text)) as { data?: Record<string, string> };
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

/** The values that a release was given; empty when there is no such release. Throws Failure with helm's words. */
export async function releaseValues(
  access: ClusterAccess,
  release: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await helm(access, [
    ...["get", "values", release, "--namespace", release, "--output", "json"],
  ]);
  if (code === 0) return (JSON.parse(stdout) ?? {}) as Readonly<Record<string, unknown>>;
  if (stderr.includes("not found")) return {};
  throw new Failure(`helm get values ${release}: ${stderr.trim()}`);
}
