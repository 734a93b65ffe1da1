import type { LookupFunction } from "node:net";
import { askBounded, BadAnswer, TimedOut } from "../askBounded";
import { seconds } from "../clock";
import type { AgentConfig, MemberConfig } from "./config";
import { type Load, Malformed, MAX_BYTES, readHealth, readVersions } from "./said";

/** What a member said of itself in one round. */
export interface Observation {
  /** Why /versions did not tell; undefined when it did. Then the rest is empty. */
  readonly problem?: { readonly kind: "unreachable" | "malformed"; readonly text: string };
  /**
   * Why /health did not tell, though /versions did: it is slow, which says nothing; it failed, or said nothing for too
   * long; it said what it never says. undefined when it told. BinderHub's takes 11 s to say that its hub hangs.
   */
  readonly unknown?: { readonly kind: "slow" | "failed" | "malformed"; readonly text: string };
  readonly versions: Readonly<Record<string, string>>;
  /** Every check of /health by its service, the quota excepted. */
  readonly checks: Readonly<Record<string, boolean>>;
  readonly load?: Load;
}

type Health = Pick<Observation, "checks" | "load" | "unknown">;

/** One member, asked again and again. */
export class Watch {
  /** The question for /health that an earlier round could not wait for. */
  private open: { readonly answer: Promise<Health>; readonly giveUp: AbortController } | undefined;
  /** Since when /health owes an answer, in seconds. */
  private owing: number | undefined;

  constructor(
    private readonly member: MemberConfig,
    private readonly config: Pick<AgentConfig, "timeoutSeconds" | "healthPatienceSeconds">,
    private readonly lookup?: LookupFunction,
  ) {}

  /** Asks for versions and health. Resolves within the time limit of the configuration; never rejects. */
  async look(): Promise<Observation> {
    const timeoutMs = this.config.timeoutSeconds * 1000;
    const [face, health] = await Promise.all([this.versions(timeoutMs), this.health(timeoutMs)]);
    return face.problem ? { ...face, checks: {} } : { ...health, ...face };
  }

  private async versions(timeoutMs: number): Promise<Pick<Observation, "problem" | "versions">> {
    try {
      // another status is often the ingress of a member whose BinderHub is dead
      return { versions: readVersions(await this.askJson("/versions", timeoutMs, [200])) };
    } catch (error) {
      const kind = error instanceof Malformed || error instanceof BadAnswer ? "malformed" : "unreachable";
      return { versions: {}, problem: { kind, text: messageOf(error) } };
    }
  }

  /** What /health says by now: it may be the answer to the question of an earlier round. */
  private async health(timeoutMs: number): Promise<Health> {
    const { healthPatienceSeconds: patience } = this.config;
    const since = (this.owing ??= seconds());
    const before = this.open?.answer;
    if (!this.open) {
      const giveUp = new AbortController();
      this.open = { answer: this.askHealth(patience * 1000, giveUp.signal), giveUp };
    }
    // beside an old question a new one, which may be answered although the old one is lost
    const questions = before ? [before, this.askHealth(timeoutMs)] : [this.open.answer];
    const health = await firstTold(questions, timeoutMs);
    if (health) {
      this.open.giveUp.abort();
      this.open = this.owing = undefined;
      return health;
    }
    const silent = seconds() - since;
    const text = `/health has not answered for ${silent.toFixed(0)} s`;
    return { checks: {}, unknown: { kind: silent < patience ? "slow" : "failed", text } };
  }

  private async askHealth(timeoutMs: number, signal?: AbortSignal): Promise<Health> {
    try {
      // unhealthy is 503, and says which check failed
      return readHealth(
        await this.askJson(this.member.healthPath ?? "/health", timeoutMs, [200, 503], signal),
      );
    } catch (error) {
      // only the time limit says nothing: a connection that is refused, or reset, is an answer
      const malformed =
        error instanceof BadAnswer || (error instanceof Malformed && !(error instanceof Status));
      const kind = error instanceof TimedOut ? "slow" : malformed ? "malformed" : "failed";
      return { checks: {}, unknown: { kind, text: messageOf(error) } };
    }
  }

  private async askJson(
    path: string,
    timeoutMs: number,
    statuses: readonly number[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const question = {
      headers: { Accept: "application/json" },
      ...(this.lookup && { lookup: this.lookup }),
      ...(signal && { signal }),
    };
    const bounds = { timeoutMs, maxBytes: MAX_BYTES };
    const { status, text } = await askBounded(new URL(`${this.member.url}${path}`), question, bounds);
    if (!statuses.includes(status)) throw new Status(`${path} answered ${String(status)}`);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Malformed(`${path} did not answer with JSON`);
    }
  }
}

/** The first answer that says something; undefined when none does in time. Those that come later are for the next round. */
async function firstTold(
  questions: readonly Promise<Health>[],
  timeoutMs: number,
): Promise<Health | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const nothing = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  const told = questions.map(
    (question) =>
      new Promise<Health>((resolve) => {
        void question.then((health) => {
          if (health.unknown?.kind !== "slow") resolve(health);
        });
      }),
  );
  const health = await Promise.race([...told, nothing]);
  clearTimeout(timer);
  return health;
}

/** An answer whose status is not one that has what was asked for. */
class Status extends Malformed {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
