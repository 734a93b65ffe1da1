import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../clock";
import type { LaunchResults } from "../federation-agent/config";
import type { Kind, LauncherConfig, LaunchMember } from "./config";
import type { Counts } from "./counts";
import { isTheMembers } from "./failure";
import { launch } from "./launch";
import { hasRoom } from "./room";
import { after, due, FAILURES_TO_SAY_SO, firstSchedule, type Schedule } from "./schedule";
import type { Servers } from "./servers";
import { buildCount, specOf } from "./spelling";

/** What a launcher needs of the world around it. */
export interface Surroundings {
  readonly servers: Servers;
  readonly counts: Counts;
  /** Whether this replica is the one that launches. */
  readonly held: () => boolean;
  readonly publish: (result: readonly [string, LaunchResults[string]]) => Promise<void>;
  readonly log: (line: string) => void;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Launches at one member, one launch after the other. */
export class MemberLauncher {
  private schedule: Schedule;

  constructor(
    private readonly config: LauncherConfig,
    private readonly member: LaunchMember,
    private readonly around: Surroundings,
  ) {
    this.schedule = firstSchedule(seconds(), config, around.random);
  }

  /** Goes on until the signal, which also ends the launch that runs. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const kind = this.around.held() ? due(this.schedule, seconds()) : undefined;
      if (kind !== undefined) await this.once(kind, signal);
      else await sleep(500, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One launch, from the question whether there is room to the shutdown of its server. */
  async once(kind: Kind, signal: AbortSignal): Promise<void> {
    const { config, member, around } = this;
    await around.servers.tidy(config.limits.stopping);
    let ok: boolean | undefined;
    if (await hasRoom(member, config.headroom)) ok = await this.launch(kind, signal);
    else {
      around.counts.skipped(member.name, kind);
      around.log(`${member.name}, ${kind}: left out, the room that it has is for people`);
    }
    if (signal.aborted) return;
    this.schedule = after(this.schedule, [kind, ok], seconds(), config, around.random);
    if (kind === "cached" && ok !== undefined) await this.say(ok);
  }

  /** Resolves to whether the member can launch; undefined when the launch does not tell. */
  private async launch(kind: Kind, signal: AbortSignal): Promise<boolean | undefined> {
    const { config, member, around } = this;
    const { counts, servers, log } = around;
    const { members, limits } = config;
    const spec = specOf(kind, config, buildCount(new Date(), members.indexOf(member), members.length));
    counts.started(member.name);
    const { phases, server, failure } = await launch(member, spec, config, {
      signal,
      got: (running) => {
        servers.add(running);
      },
    });
    const taken = new Map(phases);
    const start = seconds();
    const gone = server === undefined || (await servers.remove(server, limits.stopping));
    if (server) taken.set("stopping", seconds() - start);
    counts.ended(member.name, kind, taken, failure);
    const total = [...phases.values()].reduce((sum, each) => sum + each, 0).toFixed(1);
    const how = failure ? `${failure.phase}: ${failure.reason} (${failure.message})` : "launched";
    log(`${member.name}, ${kind}: ${how} after ${total} s`);
    if (!gone) {
      counts.noteLeft(member.name, kind);
      log(
        `${member.name}, ${kind}: its server did not stop; it is told again, and the hub's culler stops it`,
      );
    }
    return failure ? (isTheMembers(failure) ? false : undefined) : true;
  }

  /** Tells the agents. One failure alone is no news: it may have met a node that went away. */
  private async say(ok: boolean): Promise<void> {
    const { counts, publish, log, held } = this.around;
    if (!held() || (!ok && this.schedule.failures < FAILURES_TO_SAY_SO)) return;
    try {
      await publish([this.member.name, { ok, at: new Date().toISOString() }]);
    } catch (error) {
      counts.publishFailures += 1;
      log(`not published: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
