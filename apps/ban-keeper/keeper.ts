import { bannedRepositories, traefikConfig } from "../../model/federation/bans/effects";
import { activeBans, type Ban, BAN_KINDS, parseBanList } from "../../model/federation/bans/list";
import { BANS_SECRET } from "../../model/federation/bans/objects";
import { seconds } from "../clock";
import { ApiError, find, type InCluster } from "../inCluster";
import { metric, type Sample } from "../metrics";
import type { KeeperConfig } from "./config";
import { type Target, targetsOf } from "./targets";

/** Seconds between two looks at objects that somebody else may have changed, while the list stays as it is. */
const REVIEW = 10;

/** Reads the list each second, and keeps everything in the cluster as it says. */
export class Keeper {
  private readonly targets: readonly Target[];
  private readonly path: string;
  private bans: readonly Ban[] = [];
  private text: string | undefined;
  private valid = true;
  private kept = "";
  private looked = -Infinity;
  private readonly applied = new Map<string, boolean>();
  private readonly said = new Map<string, string>();

  constructor(
    { namespace, ...config }: KeeperConfig,
    private readonly api: InCluster,
    private readonly log: (line: string) => void,
  ) {
    this.targets = targetsOf({ namespace, ...config }, api);
    this.path = `/api/v1/namespaces/${namespace}/secrets/${BANS_SECRET.name}`;
  }

  /** One look. Rejects when the API server does not answer; what was known before stays then. */
  async round(): Promise<void> {
    this.accept(await this.read());
    const active = this.active();
    const list = JSON.stringify(active);
    if (list === this.kept && seconds() - this.looked < REVIEW) return;
    this.looked = seconds();
    const outcomes = await Promise.all(this.targets.map((target) => this.keep(target, active)));
    // what failed is tried again in a second
    this.kept = outcomes.every(Boolean) ? list : "";
  }

  /** Traefik's dynamic configuration now. */
  traefik(): string {
    return JSON.stringify(traefikConfig(this.active()));
  }

  /** BinderHub's patterns now, by the class of their provider. */
  repositories(): string {
    return JSON.stringify(bannedRepositories(this.active()));
  }

  /** How much there is, never what. */
  metrics(): string {
    const active = this.active();
    return [
      metric(
        "bans_active",
        "gauge",
        "Bans that hold now.",
        BAN_KINDS.map((kind): Sample => [{ kind }, active.filter((ban) => ban.kind === kind).length]),
      ),
      metric(
        "bans_applied",
        "gauge",
        "1 while an object of the cluster is as the list says.",
        [...this.applied].map(([object, ok]): Sample => [{ object }, Number(ok)]),
      ),
      metric("bans_list_valid", "gauge", "0 while the list is malformed, and the last good one holds.", [
        [{}, Number(this.valid)],
      ]),
    ].join("");
  }

  private active(): Ban[] {
    return activeBans(this.bans, new Date());
  }

  private async read(): Promise<string | undefined> {
    const secret = await find<{ data?: Record<string, string> }>(this.api, this.path);
    const encoded = secret?.data?.[BANS_SECRET.key];
    return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString();
  }

  private accept(text: string | undefined): void {
    if (text === this.text) return;
    this.text = text;
    try {
      this.bans = text === undefined ? [] : parseBanList(text);
      this.valid = true;
      this.log(`the list has ${String(this.bans.length)} bans, ${String(this.active().length)} of them hold`);
    } catch (error) {
      this.valid = false;
      this.log(
        `the list: ${error instanceof Error ? error.message : String(error)}; the last good one holds`,
      );
    }
  }

  private async keep({ name, keep }: Target, active: readonly Ban[]): Promise<boolean> {
    try {
      if (await keep(active)) this.log(`${name} changed`);
      this.applied.set(name, true);
      this.say(name, "");
      return true;
    } catch (error) {
      // another replica was first: the next round sees what it did
      if (error instanceof ApiError && error.status === 409) return false;
      this.applied.set(name, false);
      this.say(name, error instanceof ApiError ? String(error.status) : "the API server does not answer");
      return false;
    }
  }

  /** Says what is wrong once, and nothing of a refused object: it holds bans. */
  private say(name: string, problem: string): void {
    if ((this.said.get(name) ?? "") === problem) return;
    this.said.set(name, problem);
    this.log(problem === "" ? `${name} is kept again` : `${name} is not kept: ${problem}`);
  }
}
