import type { MemberView } from "./decide";
import { Histogram, metric, type Sample } from "../metrics";
import type { Redirects } from "./runtime";
import { type Condition, STATES } from "./status/history";
import { capacityOf } from "./versions";
import { sharesOf } from "./table";

/** What the agent counts from its start. */
export class Counters {
  readonly decisions = new Histogram(
    "federation_decision_seconds",
    "Time from the last answer of a round to the committed table",
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  );
  readonly rounds = new Histogram(
    "federation_round_seconds",
    "Time in which all members answered, or were given up",
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  commits = 0;
  failedCommits = 0;
  movedSlots = 0;
}

/** What is known at the moment. */
export interface Snapshot {
  readonly views: readonly MemberView[];
  readonly owners: readonly string[];
  readonly redirects: readonly Redirects[];
  readonly inputsValid: Readonly<Record<string, boolean>>;
  readonly inputsLive: boolean;
  readonly lastRound: number;
  readonly build: string;
  /** Banned clients that HAProxy refuses. */
  readonly bannedClients: number;
  readonly conditions: ReadonlyMap<string, Condition>;
  readonly statusWrites: { readonly written: number; readonly failed: number };
}

/** All metrics of the agent, in Prometheus' text format. A check that is no longer made has no series. */
export function metricsText(counters: Counters, snapshot: Snapshot): string {
  const {
    views,
    owners,
    redirects,
    inputsValid,
    inputsLive,
    lastRound,
    build,
    bannedClients,
    conditions,
    statusWrites,
  } = snapshot;
  const shares = sharesOf(owners);
  const perMember = (value: (view: MemberView) => number | undefined): Sample[] =>
    views.flatMap((view): Sample[] => {
      const number = value(view);
      return number === undefined ? [] : [[{ member: view.member.name }, number]];
    });
  return [
    metric("federation_build_info", "gauge", "The agent's bundle", [[{ bundle: build }, 1]]),
    metric("federation_banned_clients", "gauge", "Addresses and blocks that HAProxy refuses", [
      [{}, bannedClients],
    ]),
    metric(
      "federation_member_up",
      "gauge",
      "1 while the member is counted as healthy",
      perMember(({ state }) => Number(state.healthy)),
    ),
    metric(
      "federation_member_check",
      "gauge",
      "1 while a check of a member is good",
      views.flatMap(({ member, verdict }) =>
        Object.entries(verdict.checks).map(([check, ok]): Sample => [
          { member: member.name, check },
          Number(ok),
        ]),
      ),
    ),
    metric(
      "federation_member_free",
      "gauge",
      "Part of the member's quota that is free",
      perMember(
        ({ verdict: { load } }) => load && Math.max(0, load.quota - load.used) / Math.max(1, load.quota),
      ),
    ),
    metric(
      "federation_member_used",
      "gauge",
      "Pods that count against the member's quota; what it says beyond twice the quota that the deployment knows does not count",
      perMember(
        ({ member, verdict: { load } }) => load && Math.min(load.used, 2 * capacityOf(member, undefined)),
      ),
    ),
    metric(
      "federation_member_quota",
      "gauge",
      "The member's quota: what it says, and no more than the deployment knows",
      perMember(({ member, verdict: { load } }) => load && capacityOf(member, load)),
    ),
    metric(
      "federation_last_resort",
      "gauge",
      "1 while no member is well and has room, and launches go to whoever answers",
      [[{}, Number(views.length > 0 && !views.some(({ state }) => state.healthy && state.factor > 0))]],
    ),
    metric(
      "federation_member_share",
      "gauge",
      "Part of the slots that the member owns",
      perMember(({ member }) => shares.get(member.name) ?? 0),
    ),
    metric(
      "federation_redirects_total",
      "counter",
      "Launches redirected, by member and by what chose it",
      redirects.flatMap(({ member, table, cookie, failover }): Sample[] => [
        [{ member, reason: "table" }, table],
        [{ member, reason: "cookie" }, cookie],
        [{ member, reason: "failover" }, failover],
      ]),
    ),
    metric("federation_table_commits_total", "counter", "Tables given to HAProxy", [
      [{ result: "committed" }, counters.commits],
      [{ result: "failed" }, counters.failedCommits],
    ]),
    metric("federation_slots_moved_total", "counter", "Slots that changed their owner", [
      [{}, counters.movedSlots],
    ]),
    metric(
      "federation_input_valid",
      "gauge",
      "1 while an input file is readable; 0: the last good one is used",
      Object.entries(inputsValid).map(([input, ok]): Sample => [{ input }, Number(ok)]),
    ),
    metric(
      "federation_inputs_live",
      "gauge",
      "1 while the API server tells the inputs; 0: its last word holds, or the mounted files",
      [[{}, Number(inputsLive)]],
    ),
    metric("federation_last_round_timestamp_seconds", "gauge", "When the members were asked last", [
      [{}, lastRound],
    ]),
    metric(
      "federation_member_state",
      "gauge",
      "1 for the state of a member that holds, as people see it at /status",
      [...conditions].flatMap(([member, { state }]) =>
        STATES.map((each): Sample => [{ member, state: each }, Number(each === state)]),
      ),
    ),
    metric("federation_status_writes_total", "counter", "Minutes written to ConfigMap federation-status", [
      [{ result: "written" }, statusWrites.written],
      [{ result: "failed" }, statusWrites.failed],
    ]),
    counters.decisions.toString(),
    counters.rounds.toString(),
  ].join("");
}

/** The answer of /active_hosts: the members that take launches, as the API of old has it: prime is the first for pages. */
export function activeHosts(views: readonly MemberView[], owners: readonly string[]): string {
  const shares = sharesOf(owners);
  const active = views.filter(({ member }) => shares.has(member.name));
  const [prime] = views;
  const hosts = active.map(({ member: { name, url, weight, healthPath } }) => [
    name,
    {
      prime: name === prime?.member.name,
      url,
      weight,
      health: `${url}${healthPath ?? "/health"}`,
      versions: `${url}/versions`,
    },
  ]);
  return JSON.stringify({ active_hosts: Object.fromEntries(hosts) as unknown });
}
