import { existsSync } from "node:fs";
import { join } from "node:path";
import { seconds } from "../../clock";
import { InCluster } from "../../inCluster";
import { Input } from "../input";
import type { Redirects } from "../runtime";
import { type Condition, type History, NOTHING, parseHistory, recorded } from "./history";

/** The ConfigMap that keeps the history, and its key. The chart makes it; Helm leaves the data alone. */
const STORE = { name: "federation-status", key: "status.json" };
/** Seconds between two looks of a replica. */
const PERIOD = 60;
const LIMITS = { timeoutMs: 10_000, maxBytes: 4 << 20 };

interface ConfigMapObject {
  readonly metadata: object;
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Keeps the history of all members. Each replica adds the launches that it redirected, and whoever comes first in a minute adds
 * the states: the API server refuses a write that does not know the last one. Without it, a replica keeps a history of its own.
 */
export class Recorder {
  private readonly api: InCluster | undefined;
  private readonly input: Input<History>;
  private known: History = NOTHING;
  private before: ReadonlyMap<string, number> | undefined;
  private pending = new Map<string, number>();
  private busy = false;
  private next = 0;
  written = 0;
  failed = 0;

  constructor(
    server: string | undefined,
    private readonly account: string,
    private readonly log: (line: string) => void,
    private readonly period = PERIOD,
  ) {
    this.api = server === undefined ? undefined : new InCluster(server, account, LIMITS);
    this.input = new Input(STORE.key, parseHistory, NOTHING, log);
  }

  get history(): History {
    return this.known;
  }

  /** Counts what HAProxy redirected since the last time; after its restart it begins at 0. */
  count(redirects: readonly Redirects[]): void {
    const totals = new Map(
      redirects.map(({ member, table, cookie, failover }) => [member, table + cookie + failover]),
    );
    for (const [member, total] of this.before ? totals : []) {
      const last = this.before?.get(member) ?? 0;
      const more = total >= last ? total - last : total;
      if (more > 0) this.pending.set(member, (this.pending.get(member) ?? 0) + more);
    }
    this.before = totals;
  }

  /** Begins to write when it is time. Does not wait, so that an API server that hangs holds nothing up. */
  refresh(conditions: ReadonlyMap<string, Condition>): void {
    if (this.busy || seconds() < this.next || conditions.size === 0) return;
    this.next = seconds() + this.period;
    const { api } = this;
    if (api === undefined || !existsSync(join(this.account, "token"))) {
      this.known = recorded(this.known, conditions, this.take(), new Date());
      return;
    }
    this.busy = true;
    void this.write(api, conditions).finally(() => {
      this.busy = false;
    });
  }

  private async write(api: InCluster, conditions: ReadonlyMap<string, Condition>): Promise<void> {
    const launches = this.take();
    try {
      const path = `/api/v1/namespaces/${api.namespace}/configmaps/${STORE.name}`;
      const object = await api.call<ConfigMapObject>("GET", path);
      this.input.accept(object.data?.[STORE.key]);
      const history = recorded(this.input.value, conditions, launches, new Date());
      await api.call("PUT", path, {
        ...object,
        data: { ...object.data, [STORE.key]: JSON.stringify(history) },
      });
      this.known = history;
      this.written += 1;
    } catch (error) {
      for (const [member, count] of launches) {
        this.pending.set(member, (this.pending.get(member) ?? 0) + count);
      }
      this.failed += 1;
      // soon: the other replica was faster; each at a time of its own
      this.next = seconds() + (this.period / 30) * (1 + 4 * Math.random());
      if (this.failed % 100 === 1) {
        this.log(`status: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  private take(): ReadonlyMap<string, number> {
    const { pending } = this;
    this.pending = new Map();
    return pending;
  }
}
