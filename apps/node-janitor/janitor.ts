import { evictable, overdue, stranded } from "../../model/cluster/eviction";
import type { NodeView, PodView } from "../../model/cluster/nodePods";
import { CautiousClock } from "../clock";
import { ApiError, type InCluster } from "../inCluster";

/** `janitor.json`. */
export interface JanitorConfig {
  /** Where our pods are; nothing is touched elsewhere. */
  readonly namespace: string;
  /** Seconds between two rounds. */
  readonly periodSeconds: number;
  /** How long a finished pod is kept. */
  readonly finishedMinutes: number;
}

/** What was done since the start. */
export interface Counts {
  evicted: number;
  /** Evictions that a disruption budget refused; they are tried again. */
  refused: number;
  removed: number;
}

/** Looks at nodes and pods, and does what follows: one round after the other. */
export class Janitor {
  readonly counts: Counts = { evicted: 0, refused: 0, removed: 0 };
  private readonly pods: string;
  private said = "";

  constructor(
    private readonly config: JanitorConfig,
    private readonly api: Pick<InCluster, "call">,
    private readonly log: (line: string) => void,
    private readonly clock = new CautiousClock(config.finishedMinutes * 60_000),
  ) {
    this.pods = `/api/v1/namespaces/${config.namespace}/pods`;
  }

  /** Removes finished pods and moves system pods off cordoned nodes. Rejects when the API server does not answer. */
  async round(): Promise<void> {
    const { items: nodes } = await this.api.call<{ items: NodeView[] }>("GET", "/api/v1/nodes");
    const { items: pods } = await this.api.call<{ items: PodView[] }>("GET", this.pods);
    const now = new Date(this.clock.now());
    for (const pod of overdue(pods, this.config.finishedMinutes, now)) await this.remove(pod);
    for (const pod of evictable(nodes, pods)) await this.evict(pod);
    this.sayStranded(stranded(nodes, pods));
  }

  private async remove({ metadata: { name } }: PodView): Promise<void> {
    if (await this.gone(this.api.call("DELETE", `${this.pods}/${name}`))) return;
    this.counts.removed += 1;
    this.log(`removed ${name}, which had finished`);
  }

  private async evict({ metadata: { name, namespace }, spec: { nodeName } }: PodView): Promise<void> {
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    try {
      if (await this.gone(this.api.call("POST", `${this.pods}/${name}/eviction`, eviction))) return;
      this.counts.evicted += 1;
      this.log(`evicted ${name} from ${nodeName ?? ""}, which is cordoned`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429) throw error;
      this.counts.refused += 1;
      this.log(`${name} stays on ${nodeName ?? ""} for now: ${error.reason}`);
    }
  }

  /** Whether somebody else was faster. */
  private async gone(call: Promise<unknown>): Promise<boolean> {
    try {
      await call;
      return false;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return true;
      throw error;
    }
  }

  /** Says what stays because it has nowhere to go; once, until that is something else. */
  private sayStranded(pods: readonly PodView[]): void {
    const names = pods.map(({ metadata }) => metadata.name).join(", ");
    if (names !== "" && names !== this.said) this.log(`no other node could take, so they stay: ${names}`);
    this.said = names;
  }
}
