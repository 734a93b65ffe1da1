import { askBounded, BadAnswer, TimedOut } from "../askBounded";
import { seconds } from "../clock";
import type { LauncherConfig, LaunchMember, Phase } from "./config";
import { events, StreamEnd } from "./events";
import { LaunchFailure, reasonOf } from "./failure";
import { answers, type JupyterServer, serverOf } from "./server";

/** A launch that ended, well or not. Its server, if it got one, still runs. */
export interface Launched {
  /** Seconds in each phase that it reached. */
  readonly phases: ReadonlyMap<Phase, number>;
  readonly server: JupyterServer | undefined;
  readonly failure: LaunchFailure | undefined;
}

/** The phases of BinderHub's events, as ours; what else it says is a part of the present one. */
const OURS: Readonly<Record<string, Phase>> = {
  waiting: "queued",
  fetching: "building",
  building: "building",
  pushing: "pushing",
  built: "launching",
  launching: "launching",
};

/** A page is some 10 kB. */
const PAGE_BYTES = 1 << 20;

/**
 * Launches as a browser does: asks for the page, and with its token for the launch, until the server answers. Never rejects.
 * `signal` ends it; then the failure's reason is `ended`.
 */
export async function launch(
  member: LaunchMember,
  spec: string,
  { limits, silenceSeconds }: Pick<LauncherConfig, "limits" | "silenceSeconds">,
  {
    signal,
    got,
  }: {
    readonly signal: AbortSignal;
    /** Is told of the server before it is asked whether it answers. */
    readonly got: (server: JupyterServer) => void;
  },
): Promise<Launched> {
  const watch = new Watch(limits, signal);
  let server: JupyterServer | undefined;
  try {
    watch.enter("page");
    const token = await buildToken(member, spec, limits.page, watch.signal);
    watch.enter("queued");
    server = await follow(member, `${member.url}/build/${spec}?build_token=${token}`, silenceSeconds, watch);
    got(server);
    watch.enter("ready");
    if (!(await answers(server, limits.ready, watch.signal))) {
      throw new Ending("server", `${new URL(server.url).host} does not answer for the server`);
    }
    return { phases: watch.end(), server, failure: undefined };
  } catch (error) {
    const phases = watch.end();
    return { phases, server, failure: watch.failureOf(error) };
  }
}

/** A failure whose phase the watch knows. */
class Ending extends Error {
  constructor(
    readonly reason: LaunchFailure["reason"],
    text: string,
  ) {
    super(text);
  }
}

/** Measures the phases, and ends a launch that stays in one for too long. */
class Watch {
  private readonly abort = new AbortController();
  private readonly taken = new Map<Phase, number>();
  private phase: Phase = "page";
  private since = seconds();
  private timer: NodeJS.Timeout | undefined;
  private readonly told = (): void => {
    // a server is on its way: only the end of the stream says which, and nobody else would shut it down
    if (this.phase === "launching" || this.phase === "ready") return;
    this.abort.abort(new Ending("ended", "the launcher was told to end"));
  };

  constructor(
    private readonly limits: Readonly<Record<Phase, number>>,
    private readonly outer: AbortSignal,
  ) {
    outer.addEventListener("abort", this.told, { once: true });
    if (outer.aborted) this.told();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  enter(phase: Phase): void {
    this.note();
    if (phase !== this.phase) this.taken.set(phase, this.taken.get(phase) ?? 0);
    this.phase = phase;
    clearTimeout(this.timer);
    // a phase that comes again goes on with its time
    const left = this.limits[phase] - (this.taken.get(phase) ?? 0);
    this.timer = setTimeout(
      () => {
        this.abort.abort(new Ending("timeout", `not done in ${String(this.limits[phase])} s`));
      },
      Math.max(0, left) * 1000,
    );
  }

  end(): ReadonlyMap<Phase, number> {
    this.note();
    clearTimeout(this.timer);
    this.outer.removeEventListener("abort", this.told);
    return this.taken;
  }

  is(phase: Phase): boolean {
    return this.phase === phase;
  }

  failureOf(error: unknown): LaunchFailure {
    const why: unknown = this.signal.aborted && !(error instanceof Ending) ? this.signal.reason : error;
    if (why instanceof StreamEnd || why instanceof Ending) {
      return new LaunchFailure(this.phase, why.reason, why.message);
    }
    return new LaunchFailure(this.phase, "unreachable", why instanceof Error ? why.message : String(why));
  }

  private note(): void {
    const now = seconds();
    this.taken.set(this.phase, (this.taken.get(this.phase) ?? 0) + now - this.since);
    this.since = now;
  }
}

/** The token in the member's page for a launch. Without one, BinderHub counts launches by address (its base.py). */
async function buildToken(
  { url }: LaunchMember,
  spec: string,
  limit: number,
  signal: AbortSignal,
): Promise<string> {
  const bounds = { timeoutMs: limit * 1000, maxBytes: PAGE_BYTES };
  const { status, text } = await askBounded(new URL(`${url}/v2/${spec}`), { signal }, bounds).catch(
    (error: unknown) => {
      if (error instanceof TimedOut) throw new Ending("timeout", error.message);
      if (error instanceof BadAnswer) throw new Ending("malformed", error.message);
      throw error;
    },
  );
  if (status === 429) throw new Ending("limited", "the page: status 429");
  if (status !== 200) throw new Ending("status", `the page: status ${String(status)}`);
  const [, token] = /"buildToken": ?"([\w.-]+)"/.exec(text) ?? [];
  if (token === undefined) throw new Ending("malformed", "the page has no token for a launch");
  return token;
}

/** Follows the stream of a launch to its server. */
async function follow(
  member: LaunchMember,
  url: string,
  silenceSeconds: number,
  watch: Watch,
): Promise<JupyterServer> {
  for await (const event of events(url, { silenceMs: silenceSeconds * 1000, signal: watch.signal })) {
    const phase = typeof event["phase"] === "string" ? event["phase"] : "";
    const message = typeof event["message"] === "string" ? event["message"].trim() : "";
    if (phase === "failed" || phase === "failure") {
      throw new Ending(reasonOf(event["status_code"], message), message || "without a reason");
    }
    if (phase === "ready") {
      const server = serverOf(event, member.url);
      if (server) return server;
      throw new Ending("malformed", "ready, but with no server of this member");
    }
    const ours = Object.hasOwn(OURS, phase) ? OURS[phase] : undefined;
    if (ours !== undefined && !watch.is(ours)) watch.enter(ours);
  }
  throw new Ending("closed", "the stream ended");
}
