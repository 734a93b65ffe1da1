import { seconds } from "../clock";
import { ApiError, type InCluster } from "../inCluster";
import type { ScannerConfig } from "./config";
import { CpuHistory } from "./cpu";
import { PerMinute } from "./limit";
import { type Match, matchesOf, type ReadyRule, ready } from "./match";
import { originOf, podsOf, type Scanned } from "./pods";
import type { Process, ProcessTable } from "./processes";

/** What came of a match. `limited`: too many in this minute, so it was only reported. `gone`: it had ended by itself. */
export const OUTCOMES = ["reported", "deleted", "ended", "limited", "gone"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What was done since the start, and what the last scan saw. */
export interface Seen {
  readonly matches: Map<string, number>;
  readonly outcomes: Record<Outcome, number>;
  /** Texts that took a pattern too long. */
  slow: number;
  pods: number;
  processes: number;
}

/** What the scanner needs of its machine and cluster. */
export interface Means {
  readonly api: Pick<InCluster, "call">;
  readonly table: Pick<ProcessTable, "of" | "is">;
  /** Ends a process at once. Throws with ESRCH where it is gone. */
  readonly end: (pid: number) => void;
  readonly log: (line: string) => void;
  readonly clock?: () => number;
}

/** Looks at the processes of user and build pods of one node, and does what the rules say: one scan after the other. */
export class Scanner {
  readonly seen: Seen;
  private readonly rules: readonly ReadyRule[];
  private readonly history: CpuHistory;
  private readonly deletions: PerMinute;
  private readonly endings: PerMinute;
  private readonly clock: () => number;
  private said = new Set<string>();

  /** Throws where a rule cannot be used, or the namespace is one of the cluster's own. */
  constructor(
    private readonly config: ScannerConfig,
    private readonly node: string,
    private readonly means: Means,
  ) {
    const { namespace, rules, limits } = config;
    if (namespace.startsWith("kube-")) throw new Error(`namespace ${namespace}: it is the cluster's own`);
    this.clock = means.clock ?? seconds;
    this.rules = rules.map(ready);
    this.history = new CpuHistory(Math.max(0, ...rules.map(({ cpu }) => cpu?.seconds ?? 0)));
    this.deletions = new PerMinute(limits.deletionsPerMinute, this.clock);
    this.endings = new PerMinute(limits.endingsPerMinute, this.clock);
    const none = Object.fromEntries(OUTCOMES.map((one) => [one, 0])) as Record<Outcome, number>;
    this.seen = {
      matches: new Map(rules.map(({ name }) => [name, 0])),
      outcomes: none,
      slow: 0,
      pods: 0,
      processes: 0,
    };
  }

  /** One scan. Rejects when the API server does not answer or /proc cannot be read, and at the end with what could not be done. */
  async scan(): Promise<void> {
    const pods = await podsOf(this.means.api, this.config.namespace, this.node);
    const found = this.means.table.of(new Set(pods.keys())).flatMap((process) => {
      const scanned = pods.get(process.podUid);
      // the Docker that builds is ours, what it runs is not
      return scanned && (!scanned.docker || process.docker) ? [{ process, scanned }] : [];
    });
    this.seen.pods = pods.size;
    this.seen.processes = found.length;
    this.history.add(
      found.map(({ process }) => process),
      this.clock(),
    );
    const matches = this.rules.flatMap((rule) => {
      const { matches, slow } = matchesOf(rule, found, this.history);
      this.seen.slow += slow;
      return matches;
    });
    await this.act(matches);
  }

  private async act(matches: readonly Match[]): Promise<void> {
    const before = this.said;
    this.said = new Set();
    const deleted = new Set<string>();
    const failures = new Set<string>();
    for (const match of [...matches].sort(byWeight)) {
      const { rule } = match;
      this.seen.matches.set(rule.name, (this.seen.matches.get(rule.name) ?? 0) + 1);
      try {
        if (rule.action === "report") this.say(match, "reported", before);
        else await this.stop(match, deleted, before);
      } catch (error) {
        failures.add(error instanceof Error ? error.message : String(error));
      }
    }
    if (failures.size > 0) throw new Error([...failures].join("; "));
  }

  /** Deletes the pod, or ends the processes: all that is ever done where Docker builds, since its pod is ours. */
  private async stop(match: Match, deleted: Set<string>, before: ReadonlySet<string>): Promise<void> {
    const { rule, scanned, processes } = match;
    const { uid, deletionTimestamp } = scanned.pod.metadata;
    if (deleted.has(uid) || deletionTimestamp !== undefined) return;
    if (rule.action === "delete-pod" && !scanned.docker) {
      deleted.add(uid);
      this.say(match, await this.delete(scanned), before);
      return;
    }
    for (const process of processes) this.say({ ...match, processes: [process] }, this.end(process), before);
  }

  private async delete({ pod: { metadata } }: Scanned): Promise<Outcome> {
    if (!this.deletions.take()) return "limited";
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    try {
      // of this UID alone: a pod with the same name may have come since
      await this.means.api.call("DELETE", path, { preconditions: { uid: metadata.uid } });
      return "deleted";
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return "gone";
      throw error;
    }
  }

  private end(process: Process): Outcome {
    if (!this.endings.take()) return "limited";
    if (!this.means.table.is(process)) return "gone";
    try {
      this.means.end(process.pid);
      return "ended";
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return "gone";
      throw error;
    }
  }

  /**
   * Counts what came of a match, and says it; a report of the same thing only once. Of matches beyond the limit one for each rule
   * and pod: whoever starts processes decides how many there are.
   */
  private say({ rule, scanned, processes }: Match, outcome: Outcome, before: ReadonlySet<string>): void {
    this.seen.outcomes[outcome] += 1;
    const { pod } = scanned;
    const [first] = rule.scope === "pod" ? [] : processes;
    const of = outcome === "limited" ? [] : [first?.pid, first?.started];
    const key = [rule.name, outcome, pod.metadata.uid, ...of].join(" ");
    const isSaid = before.has(key) || this.said.has(key);
    this.said.add(key);
    if (isSaid) return;
    const line = {
      action: rule.action,
      outcome,
      rule: rule.name,
      pod: pod.metadata.name,
      ...originOf(pod),
      ...(first ? { pid: first.pid } : { processes: processes.length }),
      cpuSeconds: Math.round(sum(processes.map(({ cpuSeconds }) => cpuSeconds))),
      memoryMB: Math.round(sum(processes.map(({ memoryBytes }) => memoryBytes)) / 1e6),
    };
    this.means.log(JSON.stringify(line));
  }
}

/** What ends most goes first: it makes the rest needless. */
function byWeight(a: Match, b: Match): number {
  const weight = { "delete-pod": 0, "end-process": 1, report: 2 };
  return weight[a.rule.action] - weight[b.rule.action];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
