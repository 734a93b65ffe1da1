import type { TrafficTable } from "../../../model/federation/trafficShare";
import { askBounded } from "../../askBounded";
import { seconds } from "../../clock";
import type { AgentConfig } from "../config";
import type { MemberView } from "../decide";
import type { Snapshot } from "../exposition";
import type { Published } from "../published";
import type { Redirects } from "../runtime";
import { conditionOf } from "./condition";
import type { Condition } from "./history";
import { statusJson, statusPage } from "./page";
import { Recorder } from "./recorder";

/** Seconds between two of our own requests for the page. */
const WARM_SECONDS = 10;

/** The status for people: what the members are like, what is recorded of it, and the page. */
export class Status {
  private readonly recorder: Recorder;
  private conditions: ReadonlyMap<string, Condition> = new Map();
  // what there is to ask for is published after the first round
  private warmed = seconds() - WARM_SECONDS + 2;

  constructor(
    private readonly config: AgentConfig,
    account: string,
    log: (line: string) => void,
  ) {
    this.recorder = new Recorder(config.apiServer, account, log);
  }

  /** Takes the state of this second. Begins what takes longer, and waits for nothing. */
  note(views: readonly MemberView[], traffic: TrafficTable, redirects: readonly Redirects[]): void {
    const now = new Date();
    this.conditions = new Map(views.map((view) => [view.member.name, conditionOf(view, traffic, now)]));
    this.recorder.count(redirects);
    this.recorder.refresh(this.conditions);
    this.warm();
  }

  /** What the metrics tell. */
  get counts(): Pick<Snapshot, "conditions" | "statusWrites"> {
    return { conditions: this.conditions, statusWrites: this.recorder };
  }

  /** The page /status, and /status.json. */
  texts(): Pick<Published, "statusPage" | "statusJson"> {
    const { host = "the federation", members } = this.config;
    const shown = members.flatMap(({ name, url }) => {
      const condition = this.conditions.get(name);
      return condition ? [{ name, url, condition }] : [];
    });
    const view = { host, members: shown, history: this.recorder.history, now: new Date() };
    return { statusPage: statusPage(view), statusJson: statusJson(view) };
  }

  /** Asks HAProxy for the page, so that it has one to serve while we are gone even if nobody asked for it. */
  private warm(): void {
    const { statusUrl } = this.config;
    if (statusUrl === undefined || seconds() - this.warmed < WARM_SECONDS) return;
    this.warmed = seconds();
    for (const path of ["/status", "/status.json"]) {
      const bounds = { timeoutMs: 2000, maxBytes: 1 << 20 };
      void askBounded(new URL(path, statusUrl), {}, bounds).catch(() => undefined);
    }
  }
}
