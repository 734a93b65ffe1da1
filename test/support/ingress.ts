import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { consumerPath, consumerVersion } from "../../tools/lab/kube/consumers";
import { environment } from "../../environment";
import { type ClusterAccess, kubectl, type KubeObject } from "../../tools/ground/cluster/kubectl";
import type { Rehearsed } from "./rehearsed";
import { type RunningTraefik, startTraefik, type TraefikOptions } from "./traefik";

interface PodTemplate {
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly { readonly image: string; readonly args: readonly string[] }[];
  };
}

/**
 * Starts Traefik as it was deployed on a rehearsed stack: with the arguments of its Deployment, the files of its ConfigMap
 * and no more rights than its service account has. `change` replaces an argument.
 */
export async function traefikOf(
  clusters: Rehearsed,
  stack: string,
  {
    pods,
    folder,
    change = (arg) => arg,
    ports = {},
  }: Pick<TraefikOptions, "pods" | "ports"> & {
    readonly folder: string;
    readonly change?: (arg: string) => string;
  },
): Promise<RunningTraefik> {
  const name = `${stack}-traefik`;
  const named = async (kind: string, wanted: string): Promise<KubeObject> => {
    const found = (await clusters.get(stack, kind)).find(({ metadata }) => metadata.name === wanted);
    if (!found) throw new Error(`no ${kind} ${wanted} was deployed`);
    return found;
  };
  const { spec } = (await named("deployment", name)).spec?.["template"] as PodTemplate;
  const files = (await named("configmap", `${name}-file-provider`)) as KubeObject & {
    readonly data: Readonly<Record<string, string>>;
  };
  const kubeconfig = join(folder, `${stack}.kubeconfig`);
  await writeKubeconfig(clusters.access(stack), [spec.serviceAccountName, "--namespace", stack], kubeconfig);
  const [{ image, args } = { image: "", args: [] }] = spec.containers;
  const version = consumerVersion("traefik");
  if (!image.endsWith(`:${version}`)) {
    throw new Error(`${stack} deploys ${image}, and tests start ${version}: tools/lab/kube/traefik/go.mod`);
  }
  const program = consumerPath("traefik", environment());
  return startTraefik(program, { args: args.map(change), files: files.data, kubeconfig, pods, ports });
}

/** Writes a kubeconfig, mode 0600, with a token of a service account. */
async function writeKubeconfig(
  access: ClusterAccess,
  account: readonly string[],
  file: string,
): Promise<void> {
  const token = await kubectl(access, ["create", "token", ...account, "--duration=4h"]);
  const view = await kubectl(access, ["config", "view", "--raw", "--minify", "--output=json"]);
  if (token.code !== 0 || view.code !== 0) throw new Error(`${token.stderr}${view.stderr}`);
  const config = JSON.parse(view.stdout) as { users: { name: string }[] };
  const users = config.users.map(({ name }) => ({ name, user: { token: token.stdout.trim() } }));
  writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
  chmodSync(file, 0o600);
}

/** Which workload has a pod, by the pod's address: the pod's name without what its controllers added. */
export async function workloads(clusters: Rehearsed, stack: string): Promise<Map<string, string>> {
  const pods = await clusters.get(stack, "pods");
  return new Map(
    pods.map(({ metadata, status }) => [
      String(status?.["podIP"]),
      metadata.name.replace(/(-[a-z0-9]{8,10})?-[a-z0-9]{5}$/, ""),
    ]),
  );
}
