import { existsSync } from "node:fs";
import { environment } from "../../model/environment";
import type { NodeView, PodView } from "../../model/nodePods";
import { status } from "../controlPlane";
import { Failure } from "../failure";
import { ensureToolchain } from "../kube/toolchain";
import type { Report } from "../report";
import { run } from "../run";

/** A node as the list of nodes shows it. */
export interface KubeNode extends NodeView {
  readonly metadata: NodeView["metadata"] & { readonly creationTimestamp?: string };
  readonly status?: NodeView["status"] & {
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

/** A pod with what its containers ask for. */
export interface KubePod extends PodView {
  readonly spec: PodView["spec"] & {
    readonly containers?: readonly {
      readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
    }[];
  };
}

/** What the node tools do to a cluster. Each call throws a Failure with kubectl's words when it is refused. */
export interface NodesCluster {
  nodes(): Promise<KubeNode[]>;
  /** Of all namespaces. */
  pods(): Promise<KubePod[]>;
  cordon(node: string): Promise<void>;
  /** Asks for a pod's eviction; gives why it is not possible now, or `undefined` when it goes. */
  evict(pod: PodView): Promise<string | undefined>;
}

/** How a cluster is named: a kubeconfig, or the stack's control plane on this machine. Never the ambient one. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly local?: true;
  /** Stack, and name of its local control plane. */
  readonly stack: string;
}

/** The named cluster, through kubectl. Throws a Failure (exit code 2) when none is named, or it is not there. */
export async function openCluster(choice: ClusterChoice, report: Report): Promise<NodesCluster> {
  const kubeconfig = await kubeconfigOf(choice);
  const program = await kubectlProgram(report);
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(program, ["--kubeconfig", kubeconfig, ...args], input);
    if (code !== 0) throw new Failure(`kubectl ${args.slice(0, 2).join(" ")}: ${stderr.trim()}`);
    return stdout;
  };
  const list = async <T>(...args: string[]): Promise<T[]> =>
    (JSON.parse(await kubectl(["get", ...args, "--output", "json"])) as { items: T[] }).items;
  return {
    nodes: () => list<KubeNode>("nodes"),
    pods: () => list<KubePod>("pods", "--all-namespaces"),
    async cordon(node) {
      await kubectl(["cordon", "--", node]);
    },
    async evict({ metadata: { name, namespace } }) {
      const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
      const args = ["--kubeconfig", kubeconfig, "create", "--raw", path, "--filename", "-"];
      const { code, stderr } = await run(program, args, JSON.stringify(eviction));
      if (code === 0 || /not ?found/i.test(stderr)) return undefined;
      if (/TooManyRequests|disruption budget/i.test(stderr)) {
        return stderr.trim().replace(/^Error from server.*?: /, "");
      }
      throw new Failure(`evict ${namespace}/${name}: ${stderr.trim()}`);
    },
  };
}

/** The kubeconfig of the named cluster. Throws a Failure (exit code 2) when none is named, or it is not there. */
export async function kubeconfigOf({ kubeconfig, local, stack }: ClusterChoice): Promise<string> {
  if (kubeconfig !== undefined && !local) {
    if (existsSync(kubeconfig)) return kubeconfig;
    throw new Failure(`there is no file ${kubeconfig}`, 2);
  }
  if (!local || kubeconfig !== undefined) {
    throw new Failure(
      "name the cluster: --kubeconfig FILE, or --local for the stack's control plane on this machine",
      2,
    );
  }
  const plane = await status(stack, environment());
  if (plane.state === "running") return plane.kubeconfig;
  throw new Failure(
    `the control plane of ${stack} is ${plane.state}; start it: npx mybinder rehearse ${stack} --keep`,
    2,
  );
}

/** helm on PATH, or the one that MYBINDER_HELM names; else our own. */
export async function helmProgram(report: Report): Promise<string> {
  const env = environment();
  const found = await run(env.helm, ["version", "--short"]).catch(() => undefined);
  if (found?.code === 0) return env.helm;
  return (await ensureToolchain({ environment: env, report, only: ["helm"] })).helm;
}

/** kubectl on PATH, since the operator's may have login plugins; else our own. */
export async function kubectlProgram(report: Report): Promise<string> {
  const found = await run("kubectl", ["version", "--client"]).catch(() => undefined);
  if (found?.code === 0) return "kubectl";
  return (await ensureToolchain({ environment: environment(), report })).kubectl;
}
