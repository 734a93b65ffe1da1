import type { NodeView, PodView } from "../../../model/cluster/nodePods";
import { type ClusterChoice, kubectlAccessOf } from "../../ground/cluster/clusterChoice";
import { kubectl as runKubectl } from "../../ground/cluster/kubectl";
import { Failure } from "../../ground/terminal/failure";
import type { Lab } from "../../ground/cluster/lab";
import type { Report } from "../../ground/terminal/report";
import { stackConfig } from "../../ground/stackFile/stacks";

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

/** The named cluster, through kubectl. Throws a Failure (exit code 2) when none is named, or it is not there. */
export async function openCluster(choice: ClusterChoice, report: Report, lab: Lab): Promise<NodesCluster> {
  const access = await kubectlAccessOf(
    { name: choice.stack, config: stackConfig(choice.stack) },
    choice,
    report,
    lab,
  );
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await runKubectl(access, args, input);
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
      const args = ["create", "--raw", path, "--filename", "-"];
      const { code, stderr } = await runKubectl(access, args, JSON.stringify(eviction));
      if (code === 0 || /not ?found/i.test(stderr)) return undefined;
      if (/TooManyRequests|disruption budget/i.test(stderr)) {
        return stderr.trim().replace(/^Error from server.*?: /, "");
      }
      throw new Failure(`evict ${namespace}/${name}: ${stderr.trim()}`);
    },
  };
}
