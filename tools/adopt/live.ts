import { existsSync } from "node:fs";
import { EVENTS_SECRET } from "../../model/values/member";
import { Failure } from "../failure";
import { kubectlProgram } from "../nodes/cluster";
import type { KubeObject } from "../rehearse/kubectl";
import type { Report } from "../report";
import { run } from "../run";
import type { Live } from "./plan";

/** Looks at the cluster of a kubeconfig, and changes nothing. Throws Failure when it does not answer. */
export async function readLive(stack: string, kubeconfig: string, report: Report): Promise<Live> {
  if (!existsSync(kubeconfig)) throw new Failure(`there is no file ${kubeconfig}`, 2);
  const program = await kubectlProgram(report);
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(program, ["--kubeconfig", kubeconfig, ...args]);
    if (code !== 0) throw new Failure(`kubectl ${args.slice(0, 2).join(" ")}: ${stderr.trim()}`);
    return stdout;
  };
  const list = async (...args: string[]): Promise<KubeObject[]> =>
    (
      JSON.parse((await kubectl("get", ...args, "--output", "json")) || '{"items":[]}') as {
        items: KubeObject[];
      }
    ).items;
  const definitions = await list("customresourcedefinitions");
  const issuers = definitions.some(({ metadata: { name } }) => name === "clusterissuers.cert-manager.io");
  const releases = await kubectl(
    ...["get", "secrets", "--all-namespaces", "--selector", "owner=helm,status=deployed", "--no-headers"],
    ...["--output", "custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.labels.name"],
  );
  const secret = await kubectl(
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
