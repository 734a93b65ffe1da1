import { setTimeout as sleep } from "node:timers/promises";
import type { NodePoolShape } from "../../model/cluster/nodes";
import type { Client, KubeObject } from "../../tools/lab/controlPlane/client";
import { nodesOf, type NodeObject, isSchedulable } from "../../tools/lab/controlPlane/nodes";
import { Failure } from "../../tools/ground/terminal/failure";
import { metaChartValues } from "../../tools/ground/cluster/metaChartValues";

/** One policy that is replayed: which scheduler places the sessions, and how much head room is held. */
export interface Policy {
  readonly name: string;
  readonly schedulerName: string;
  /** Placeholder pods. */
  readonly placeholders: number;
}

/** Where the pods of a policy are. */
export function namespaceOf({ name }: Policy): string {
  return `reclaim-${name}`;
}

/** Component labels of the pods of a replay. */
export const SESSION = "singleuser-server";
export const PLACEHOLDER = "user-placeholder";

const POLICY_LABEL = "mybinder.org/bench-policy";
const AT_ONCE = 8;

/** The part of a simulated cluster that is one policy's: a namespace, and nodes that only its pods may use. */
export class PolicyCluster {
  private serial = 0;
  private readonly podSpec: Readonly<Record<string, unknown>>;

  constructor(
    private readonly client: Client,
    private readonly policy: Policy,
    private readonly shape: NodePoolShape,
  ) {
    this.podSpec = podSpec(policy, shape);
  }

  /** Makes the namespace and, where the policy has any, the placeholders: those of the chart, of its priority. */
  async prepare(): Promise<void> {
    const { placeholders } = this.policy;
    const name = namespaceOf(this.policy);
    await this.post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    await until(`service account of ${name}`, () => this.client.call({ path: account }).then(() => true));
    if (placeholders === 0) return;
    const values = metaChartValues();
    const { priorityClassName } = values.binderhub.jupyterhub.scheduling.userPlaceholder.extraPodSpec;
    const labels = { component: PLACEHOLDER };
    await this.post("/apis/scheduling.k8s.io/v1/priorityclasses", {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: priorityClassName },
      value: values.priorityClasses[priorityClassName],
    });
    await this.post(`/apis/apps/v1/namespaces/${name}/statefulsets`, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: PLACEHOLDER },
      spec: {
        replicas: placeholders,
        podManagementPolicy: "Parallel",
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...this.podSpec, priorityClassName } },
      },
    });
  }

  /** Makes a node that takes no pods yet; gives its name. */
  async addNode(): Promise<string> {
    const pool = { ...this.shape, name: `${this.policy.name}-${String(++this.serial)}`, count: 1 };
    const [node] = nodesOf([{ ...pool, labels: { ...pool.labels, [POLICY_LABEL]: this.policy.name } }]);
    if (!node) throw new Error("a pool of one node has a node");
    await this.post("/api/v1/nodes", { ...node, spec: { ...node.spec, unschedulable: true } });
    return node.metadata.name;
  }

  /** Lets a node take pods, and waits until the control plane has it so. */
  async openNode(name: string): Promise<void> {
    const path = `/api/v1/nodes/${name}`;
    await this.client.call({ method: "PATCH", path, body: { spec: { unschedulable: false } } });
    await until(`node ${name}`, async () => isSchedulable(await this.client.call<NodeObject>({ path })));
  }

  async removeNode(name: string): Promise<void> {
    await this.client.call({ method: "DELETE", path: `/api/v1/nodes/${name}` });
  }

  /** Makes session pods; calls `made` after each, in the order in which the API server answered. */
  async createSessions(
    sessions: readonly { readonly name: string; readonly end: number }[],
    made: (name: string) => void,
  ): Promise<void> {
    const queue = [...sessions];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const labels = { component: SESSION, end: String(next.end) };
        await this.post(this.pods, {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: next.name, labels },
          spec: this.podSpec,
        });
        made(next.name);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Ends the sessions of a minute. */
  async endSessions(minute: number): Promise<void> {
    const path = `${this.pods}?labelSelector=end%3D${String(minute)}&gracePeriodSeconds=0`;
    await this.client.call({ method: "DELETE", path });
  }

  /** Gives a session another end. */
  async moveEnd(name: string, minute: number): Promise<void> {
    const body = { metadata: { labels: { end: String(minute) } } };
    await this.client.call({ method: "PATCH", path: `${this.pods}/${name}`, body });
  }

  async deletePod(name: string): Promise<void> {
    await this.client.call({ method: "DELETE", path: `${this.pods}/${name}?gracePeriodSeconds=0` });
  }

  private get pods(): string {
    return `/api/v1/namespaces/${namespaceOf(this.policy)}/pods`;
  }

  private async post(path: string, body: KubeObject | Record<string, unknown>): Promise<void> {
    await this.client.call({ method: "POST", path, body });
  }
}

/** What a session asks for in every stack, on this policy's nodes alone. */
function podSpec(policy: Policy, { taints }: NodePoolShape): Record<string, unknown> {
  const { cpu, memory } = metaChartValues().binderhub.jupyterhub.singleuser;
  const requests = { cpu: String(cpu.guarantee), memory: memory.guarantee };
  return {
    schedulerName: policy.schedulerName,
    nodeSelector: { [POLICY_LABEL]: policy.name },
    tolerations: taints.map(({ key, value, effect }) => ({ key, value, effect })),
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "notebook", image: "registry.k8s.io/pause:3.10", resources: { requests } }],
  };
}

/** Asks every 10 ms until it is so. Throws a Failure after half a minute. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    if (await Promise.resolve(isSo()).catch(() => false)) return;
    if (performance.now() > deadline) throw new Failure(`waited 30 s in vain for ${what}`);
    await sleep(10);
  }
}
