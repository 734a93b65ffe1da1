/**
 * Our imitation of the cluster autoscaler, by the rules it documents, one look a minute. The autoscaler itself is in no
 * registry that this project builds from. Nodes are added while pods are unschedulable; a node is removed when for ten
 * minutes it has had no pod without a controller (a session has none), was used less than half, and what it has fits
 * elsewhere; after a node was added, none is removed for ten minutes.
 * Source: https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
 */

/** A node as the autoscaler sees it. */
export interface ScaledNode {
  readonly name: string;
  /** Sessions: pods without a controller. */
  readonly sessions: number;
  /** Placeholders: pods of a StatefulSet, which may be moved. */
  readonly movable: number;
}

/** What to do now. */
export interface Scaling {
  readonly add: number;
  readonly remove: readonly string[];
}

const UNNEEDED_MINUTES = 10;
const DELAY_AFTER_ADD_MINUTES = 10;
const UTILIZATION = 0.5;

/** Decides each minute; remembers since when each node has been unneeded. */
export class Autoscaler {
  private readonly unneededSince = new Map<string, number>();
  private lastAdded = -Infinity;

  /** `capacity`: pods of one node. */
  constructor(private readonly capacity: number) {}

  /** `pending`: pods that fit nowhere; `coming`: nodes that were asked for and are not there yet. */
  decide(now: number, nodes: readonly ScaledNode[], pending: number, coming: number): Scaling {
    const add = Math.max(0, Math.ceil(pending / this.capacity) - coming);
    if (add > 0) this.lastAdded = now;
    const remove: string[] = [];
    let room = nodes.reduce((sum, node) => sum + this.roomOf(node), 0);
    for (const node of nodes) {
      if (!this.isUnneeded(node, room) || pending > 0) {
        this.unneededSince.delete(node.name);
        continue;
      }
      const since = this.unneededSince.get(node.name) ?? now;
      this.unneededSince.set(node.name, since);
      if (now - since < UNNEEDED_MINUTES || now - this.lastAdded < DELAY_AFTER_ADD_MINUTES) continue;
      remove.push(node.name);
      this.unneededSince.delete(node.name);
      room -= this.roomOf(node) + node.movable;
    }
    return { add, remove };
  }

  private isUnneeded(node: ScaledNode, room: number): boolean {
    const elsewhere = room - this.roomOf(node);
    return node.sessions === 0 && node.movable < this.capacity * UTILIZATION && node.movable <= elsewhere;
  }

  private roomOf({ sessions, movable }: ScaledNode): number {
    return this.capacity - sessions - movable;
  }
}
