import { existsSync, readFileSync } from "node:fs";
import { activeBans, type Ban, parseBanList } from "../../model/federation/bans/list";
import { BANS_SECRET } from "../../model/federation/bans/objects";
import type { TrafficTable } from "../../model/federation/trafficShare";
import { seconds } from "../clock";
import { readJson } from "../readJson";
import { Arrivals } from "./arrivals";
import { type AgentConfig, type LaunchResults, parseLaunches, parseTraffic, type Paths } from "./config";
import { ConfigMaps } from "./configMaps";
import { decide, firstPlan, judgeRound, type MemberView, type Plan } from "./decide";
import { Clients } from "./clients";
import { activeHosts, Counters, metricsText } from "./exposition";
import type { MemberState } from "./health";
import { Input } from "./input";
import { persistMap } from "./mapFile";
import { Names } from "./names";
import { Watch } from "./observe";
import type { Published } from "./published";
import { type Redirects, Runtime } from "./runtime";
import { Status } from "./status/status";
import { DIGEST_KEY, isFirst, isWhole, makeTable, movedSlots, ownersOf, stickyOf, type Table } from "./table";

/** Name of HAProxy's stick table that counts redirects: the backend it is in. */
const REDIRECTS = "route:launches";
/** ConfigMaps that operators and synthetic launches write, and their one key. */
const TRAFFIC = { name: "federation-traffic", key: "traffic.json" };
const LAUNCHES = { name: "federation-launches", key: "launches.json" };
const BANS = BANS_SECRET;

/** Asks the members, decides, and keeps HAProxy's table as decided. */
export class Agent {
  private readonly config: AgentConfig;
  private readonly runtime: Runtime;
  private readonly configMaps: ConfigMaps;
  private readonly traffic: Input<TrafficTable>;
  private readonly launches: Input<LaunchResults>;
  private readonly bans: Input<readonly Ban[]>;
  private readonly clients: Clients;
  private readonly watches: ReadonlyMap<string, Watch>;
  private readonly arrivals: Arrivals;
  private readonly counters = new Counters();
  private readonly status: Status;
  private views: readonly MemberView[] = [];
  /** What the members were like when any of them answered last. */
  private basis: readonly MemberView[] = [];
  private states: ReadonlyMap<string, MemberState> = new Map();
  private owners: string[] = [];
  private redirects: readonly Redirects[] = [];
  private roundStarted = -Infinity;
  private lastRound = 0;
  private made: { readonly key: string; readonly table: Table } | undefined;
  /** Whether a whole table was in place when this agent started. */
  private readonly inherited: boolean;

  constructor(
    private readonly paths: Paths,
    private readonly build: string,
    private readonly log: (line: string) => void,
  ) {
    this.config = readJson(paths.config) as AgentConfig;
    this.runtime = new Runtime(paths.socket);
    const { apiServer, members, periodSeconds, quotaSeconds } = this.config;
    this.configMaps = new ConfigMaps(
      apiServer,
      paths.account,
      paths.input,
      [
        { kind: "configmaps", name: TRAFFIC.name },
        { kind: "configmaps", name: LAUNCHES.name },
        { kind: "secrets", name: BANS.name },
      ],
      log,
    );
    this.traffic = new Input(TRAFFIC.key, parseTraffic, {}, log);
    this.launches = new Input(LAUNCHES.key, parseLaunches, {}, log);
    this.bans = new Input<readonly Ban[]>(BANS.key, parseBanList, [], log);
    this.clients = new Clients(paths.clients, this.runtime, log);
    this.status = new Status(this.config, paths.account, log);
    const { lookup } = new Names();
    this.watches = new Map(members.map((member) => [member.name, new Watch(member, this.config, lookup)]));
    this.arrivals = new Arrivals(quotaSeconds + periodSeconds);
    const table = existsSync(paths.table) ? readFileSync(paths.table, "utf8") : "";
    this.inherited = isWhole(table);
    if (this.inherited) this.goOnFrom(table);
  }

  /**
   * Writes what HAProxy starts from: the banned clients, and a table, after a first round of requests, unless there is one
   * already.
   */
  async init(): Promise<void> {
    this.readInputs();
    this.clients.write(activeBans(this.bans.value, new Date()));
    if (this.inherited) return;
    await this.round();
    const [traffic, now] = [this.traffic.value, new Date()];
    this.persist(this.tableOf(decide(this.views, traffic, now) ?? firstPlan(this.config, traffic, now)));
  }

  /** What is to be done each second: read the inputs, ask the members when it is time, commit what follows. */
  async tick(): Promise<Published> {
    this.configMaps.refresh();
    this.readInputs();
    let answered = seconds();
    if (answered - this.roundStarted >= this.config.periodSeconds) {
      const start = answered;
      await this.round();
      answered = seconds();
      this.counters.rounds.observe(answered - start);
    }
    await this.commit(answered);
    await this.clients.commit(activeBans(this.bans.value, new Date()));
    await this.countRedirects();
    this.status.note(this.views, this.traffic.value, this.redirects);
    return this.publish();
  }

  /**
   * Takes the table in place as the first memory: an agent that was started again in the middle of a fault must not judge by
   * one look what it would otherwise judge by several, in either direction.
   */
  private goOnFrom(table: string): void {
    this.owners = ownersOf(table);
    // nobody answered `init`: the table is a hope, and the first round says how they are
    if (isFirst(table)) return;
    const taking = stickyOf(table);
    const memory = { against: 0, skewedSince: undefined, failedLook: undefined };
    this.states = new Map(
      this.config.members.map(({ name }) => [name, { ...memory, healthy: taking.has(name), factor: 1 }]),
    );
  }

  private readInputs(): void {
    this.traffic.accept(this.configMaps.text(TRAFFIC.name, TRAFFIC.key));
    this.launches.accept(this.configMaps.text(LAUNCHES.name, LAUNCHES.key));
    this.bans.accept(this.configMaps.text(BANS.name, BANS.key));
  }

  private async round(): Promise<void> {
    const { config, watches, states } = this;
    // the pace is of the starts, so that an unreachable member does not slow down the others' rounds
    this.roundStarted = seconds();
    const asked = [...watches].map(async ([name, watch]) => [name, await watch.look()] as const);
    const views = judgeRound({
      config,
      observations: new Map(await Promise.all(asked)),
      launches: this.launches.value,
      last: states,
      now: new Date(),
      time: seconds(),
      arrivals: this.arrivals.peak * config.replicas,
    });
    for (const { member, state, verdict } of views) {
      if (states.get(member.name)?.healthy !== state.healthy) {
        this.log(`${member.name} is ${state.healthy ? "healthy" : `not healthy: ${verdict.reason}`}`);
      }
    }
    this.views = views;
    this.states = new Map(views.map(({ member, state }) => [member.name, state]));
    if (views.some(({ verdict }) => verdict.answers)) this.basis = views;
    // of the day, for Prometheus
    this.lastRound = new Date().getTime() / 1000;
  }

  private async commit(since: number): Promise<void> {
    const plan = decide(this.basis, this.traffic.value, new Date());
    if (!plan) return;
    const table = this.tableOf(plan);
    try {
      // HAProxy itself is asked, since it may have been restarted, or its last commit may have been lost
      if ((await this.runtime.lookup(this.paths.table, DIGEST_KEY)) === table.digest) return;
      this.persist(table);
      await this.runtime.replaceMap(this.paths.table, table.lines);
    } catch (error) {
      this.counters.failedCommits += 1;
      this.log(
        `table ${table.digest} not committed: ${error instanceof Error ? error.message : String(error)}`,
      );
      return;
    }
    const moved = movedSlots(this.owners, table.owners);
    this.owners = [...table.owners];
    this.counters.commits += 1;
    this.counters.movedSlots += moved;
    this.counters.decisions.observe(seconds() - since);
    this.log(`table ${table.digest} committed, ${String(moved)} slots moved`);
  }

  private async countRedirects(): Promise<void> {
    try {
      this.redirects = await this.runtime.redirects(REDIRECTS);
    } catch {
      // counted the next time
      return;
    }
    const total = this.redirects.reduce(
      (sum, { table, cookie, failover }) => sum + table + cookie + failover,
      0,
    );
    this.arrivals.note(total, seconds());
  }

  /** The table of a plan, rebuilt only when the plan changes: with 300 members it takes 50 ms. */
  private tableOf(plan: Plan): Table {
    const key = JSON.stringify(plan);
    if (this.made?.key !== key) this.made = { key, table: makeTable(plan.candidates, plan.pages) };
    return this.made.table;
  }

  /** What HAProxy starts from the next time. Whole or not at all. */
  private persist({ lines }: Table): void {
    persistMap(this.paths.table, lines);
  }

  private publish(): Published {
    const { views, owners, redirects, lastRound, build } = this;
    const inputsValid = {
      traffic: this.traffic.valid,
      launches: this.launches.valid,
      bans: this.bans.valid,
    };
    return {
      metrics: metricsText(this.counters, {
        views,
        owners,
        redirects,
        inputsValid,
        inputsLive: this.configMaps.live,
        lastRound,
        build,
        bannedClients: this.clients.count,
        ...this.status.counts,
      }),
      activeHosts: activeHosts(views, owners),
      ...this.status.texts(),
      rounds: this.counters.rounds.count,
    };
  }
}
