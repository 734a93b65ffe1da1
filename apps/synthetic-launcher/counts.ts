import type { Kind, Phase } from "./config";
import { isTheMembers, type LaunchFailure } from "./failure";

/** What is known of the launches of one kind at one member. */
export interface Tally {
  readonly member: string;
  readonly kind: Kind;
  ok: number;
  failed: number;
  skipped: number;
  /** By phase and reason, as "phase reason". */
  readonly failures: Map<string, number>;
  /** Whether the last launch that says something of the member was good. */
  good: boolean | undefined;
  /** Seconds since 1970, as Prometheus takes it. */
  lastEnd: number | undefined;
  lastSuccess: number | undefined;
  /** Seconds in the phases of the last launch. */
  phases: ReadonlyMap<Phase, number>;
  /** How long the successful ones took. */
  readonly durations: number[];
}

/** Counts launches from the start of the program. */
export class Counts {
  private readonly byKey = new Map<string, Tally>();
  readonly running = new Map<string, boolean>();
  /** Servers that were not seen to stop, by member. */
  readonly left = new Map<string, number>();
  publishFailures = 0;

  constructor(members: readonly string[], kinds: readonly Kind[]) {
    for (const member of members) {
      this.running.set(member, false);
      this.left.set(member, 0);
      for (const kind of kinds) this.byKey.set(`${member} ${kind}`, none(member, kind));
    }
  }

  get tallies(): readonly Tally[] {
    return [...this.byKey.values()];
  }

  started(member: string): void {
    this.running.set(member, true);
  }

  skipped(member: string, kind: Kind): void {
    this.of(member, kind).skipped += 1;
  }

  ended(
    member: string,
    kind: Kind,
    phases: ReadonlyMap<Phase, number>,
    failure: LaunchFailure | undefined,
  ): void {
    const tally = this.of(member, kind);
    this.running.set(member, false);
    tally.lastEnd = new Date().getTime() / 1000;
    tally.phases = phases;
    if (!failure) {
      tally.ok += 1;
      tally.good = true;
      tally.lastSuccess = tally.lastEnd;
      tally.durations.push(
        [...phases].reduce((sum, [phase, each]) => sum + (phase === "stopping" ? 0 : each), 0),
      );
      return;
    }
    if (isTheMembers(failure)) {
      tally.failed += 1;
      tally.good = false;
    } else tally.skipped += 1;
    this.note(tally, `${failure.phase} ${failure.reason}`);
  }

  noteLeft(member: string, kind: Kind): void {
    this.left.set(member, (this.left.get(member) ?? 0) + 1);
    this.note(this.of(member, kind), "stopping left");
  }

  private note({ failures }: Tally, key: string): void {
    failures.set(key, (failures.get(key) ?? 0) + 1);
  }

  private of(member: string, kind: Kind): Tally {
    const key = `${member} ${kind}`;
    const tally = this.byKey.get(key) ?? none(member, kind);
    this.byKey.set(key, tally);
    return tally;
  }
}

function none(member: string, kind: Kind): Tally {
  return {
    member,
    kind,
    ok: 0,
    failed: 0,
    skipped: 0,
    failures: new Map(),
    good: undefined,
    lastEnd: undefined,
    lastSuccess: undefined,
    phases: new Map(),
    durations: [],
  };
}
