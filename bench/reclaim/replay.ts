import { Failure } from "../../tools/ground/terminal/failure";
import { Autoscaler, type ScaledNode } from "./autoscaler";
import { PLACEHOLDER, type Policy, type PolicyCluster, SESSION, until } from "./cluster";
import { DAY, type Session, STEP } from "./day";
import type { PodWatch, WatchedPod } from "./podWatch";

/** Minutes from asking for a node to pods on it: a machine of Google's starts, and its kubelet registers. */
const BOOT_MINUTES = 2;

/** What came of the day under one policy. */
export interface Replayed {
  /** Nodes at each step, those that start included: they are paid for. */
  readonly nodes: readonly number[];
  /** Seconds from a session pod's creation to its node, sorted; a simulated minute of waiting counts 60. */
  readonly latencies: readonly number[];
  readonly sessions: number;
  /** Sessions that had to wait for a node. */
  readonly waited: number;
  /** Sessions whose pod went before its end. */
  readonly killed: number;
}

/** Replays the day: at each step sessions end and begin on the API server, the scheduler places them, nodes come and go. */
export async function replay(options: {
  readonly policy: Policy;
  readonly cluster: PolicyCluster;
  readonly watch: PodWatch;
  readonly sessions: readonly Session[];
  readonly capacity: number;
  readonly report: (minute: number) => void;
  readonly signal: AbortSignal;
}): Promise<Replayed> {
  const day = new Day(options);
  await day.begin();
  for (let minute = 0; minute < DAY; minute += STEP) {
    options.signal.throwIfAborted();
    options.watch.assertOpen();
    await day.minute(minute);
    options.report(minute);
  }
  return day.result();
}

interface Running {
  readonly start: number;
  end: number;
  madeAt: number;
  placed: boolean;
}

class Day {
  private readonly scaler: Autoscaler;
  private readonly ready: string[] = [];
  private readonly coming: { readonly name: string; readonly readyAt: number }[] = [];
  private readonly running = new Map<string, Running>();
  private readonly counts: number[] = [];
  private readonly latencies: number[] = [];
  private readonly starts = new Map<number, { name: string; end: number }[]>();
  /** Sessions whose end the watch has not told yet. */
  private readonly ending = new Set<string>();
  private waited = 0;
  private killed = 0;

  constructor(private readonly of: Parameters<typeof replay>[0]) {
    this.scaler = new Autoscaler(of.capacity);
    of.sessions.forEach(({ start, end }, index) => {
      const list = this.starts.get(start) ?? [];
      list.push({ name: `jupyter-${String(index)}`, end });
      this.starts.set(start, list);
    });
  }

  /** The day begins with as many nodes as its first minute needs. */
  async begin(): Promise<void> {
    const { cluster, capacity, policy } = this.of;
    const pods = (this.starts.get(0)?.length ?? 0) + policy.placeholders;
    await cluster.prepare();
    for (let left = Math.ceil(pods / capacity); left > 0; left--) {
      const name = await cluster.addNode();
      await cluster.openNode(name);
      this.ready.push(name);
    }
  }

  async minute(now: number): Promise<void> {
    await this.end(now);
    for (const { name, readyAt } of [...this.coming]) {
      if (readyAt > now) continue;
      await this.of.cluster.openNode(name);
      this.coming.shift();
      this.ready.push(name);
    }
    const begin = this.starts.get(now) ?? [];
    for (const { name, end } of begin) this.running.set(name, { start: now, end, madeAt: 0, placed: false });
    await this.of.cluster.createSessions(begin, (name) => {
      const session = this.running.get(name);
      if (session) session.madeAt = performance.now();
    });
    await until(`the scheduler to place what fits (minute ${String(now)}, ${this.of.policy.name})`, () =>
      this.isQuiet(),
    );
    await this.place(now);
    await this.scale(now);
    this.counts.push(this.ready.length + this.coming.length);
  }

  result(): Replayed {
    const { counts: nodes, waited, killed } = this;
    const latencies = [...this.latencies].sort((a, b) => a - b);
    return { nodes, latencies, waited, killed, sessions: this.of.sessions.length };
  }

  private async end(now: number): Promise<void> {
    const ending = [...this.running].flatMap(([name, { end }]) => (end === now ? [name] : []));
    for (const name of this.running.keys()) if (this.pod(name) === undefined) this.lose(name);
    if (ending.length === 0) return;
    // What is created next is scheduled after these are gone: the scheduler sees them in the API server's order.
    await this.of.cluster.endSessions(now);
    for (const name of ending) {
      this.running.delete(name);
      this.ending.add(name);
    }
  }

  private lose(name: string): void {
    this.killed += 1;
    this.running.delete(name);
  }

  /** Whether each session has a place, or finds none, not even by displacing placeholders. */
  private isQuiet(): boolean {
    for (const name of this.ending) if (this.pod(name) === undefined) this.ending.delete(name);
    if (this.ending.size > 0) return false;
    const sessions = [...this.running.keys()].map((name) => this.pod(name));
    if (sessions.includes(undefined)) return false;
    const homeless = sessions.filter((pod) => pod?.node === undefined);
    if (homeless.some((pod) => !pod?.unschedulable)) return false;
    return homeless.length === 0 || sessions.length - homeless.length >= this.ready.length * this.of.capacity;
  }

  /** Takes down who was placed; whoever waited stays on as long as if there had been no wait. */
  private async place(now: number): Promise<void> {
    for (const [name, session] of this.running) {
      const pod = this.pod(name);
      if (session.placed || pod?.node === undefined) continue;
      session.placed = true;
      const waited = now - session.start;
      this.latencies.push(
        (Math.max(0, pod.boundAt - session.madeAt) / 1000) * Number(waited === 0) + waited * 60,
      );
      if (waited === 0) continue;
      this.waited += 1;
      session.end += waited;
      await this.of.cluster.moveEnd(name, session.end);
    }
  }

  private async scale(now: number): Promise<void> {
    const { cluster, watch, policy } = this.of;
    const pods = [...watch.pods];
    const nodes = this.ready.map((name): ScaledNode => {
      const on = pods.filter(([, { node }]) => node === name);
      const movable = on.filter(([, { component }]) => component === PLACEHOLDER).length;
      return { name, movable, sessions: on.length - movable };
    });
    const homeless = pods.filter(([, { node }]) => node === undefined).length;
    const room = this.ready.length * this.of.capacity - (pods.length - homeless);
    // The autoscaler leaves out pods that fit and are only not placed yet.
    const pending = Math.max(0, homeless - room);
    const { add, remove } = this.scaler.decide(now, nodes, pending, this.coming.length);
    for (let left = add; left > 0; left--) {
      this.coming.push({ name: await cluster.addNode(), readyAt: now + BOOT_MINUTES });
    }
    for (const name of remove) {
      if (pods.some(([, pod]) => pod.node === name && pod.component === SESSION)) {
        throw new Failure(`${policy.name}: a node with sessions was to be removed`);
      }
      await cluster.removeNode(name);
      for (const [pod, { node }] of pods) if (node === name) await cluster.deletePod(pod);
      this.ready.splice(this.ready.indexOf(name), 1);
    }
  }

  private pod(name: string): WatchedPod | undefined {
    return this.of.watch.pods.get(name);
  }
}
