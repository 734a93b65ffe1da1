import { createHash } from "node:crypto";
import { seconds } from "../clock";
import type { PublisherConfig } from "./config";
import { addTotals, billedOf, costsJsonl, totalsOf, type Totals } from "./costs";
import { Counts } from "./counts";
import { dayObject, exportOf, publishDay } from "./day";
import { daysToLookAt, firstExportedDay } from "./days";
import { indexedDays, indexHtml, indexJsonl, publishText } from "./pages";
import type { Storage, StoredObject } from "./storage";

const COSTS = "cloud-costs.jsonl";
/** A name that events come from; others are no metric, since anybody could make millions of them. */
const ORIGIN = /^[A-Za-z0-9.:-]{1,100}$/;
const MOST_ORIGINS = 50;

/** Publishes what is new in rounds. It keeps nothing but what it need not read again; the buckets say what there is. */
export class Publisher {
  readonly counts = new Counts();
  /** When a part of a round last ended, by a clock that only goes forward. */
  progress = seconds();
  /** State of the export from which a day, or the costs, were last published. */
  private readonly done = new Map<string, string>();

  constructor(
    private readonly config: PublisherConfig,
    private readonly storage: Storage,
    /** For the events of a day. */
    private readonly folder: string,
    private readonly log: (line: string) => void,
    private readonly now: () => number = () => new Date().getTime(),
  ) {}

  /** Does all that can be done, and rejects with what could not: one day that cannot be read holds no other back. */
  async round(): Promise<void> {
    const { sourceBucket, archiveBucket, log } = this.config;
    const objects = await this.storage.list(archiveBucket, "");
    const archive = new Map(objects.map((object) => [object.name, object]));
    const dates = indexedDays(objects).map(({ date }) => date);
    const days = await daysToLookAt(this.now(), dates, () =>
      firstExportedDay(this.storage, sourceBucket, log),
    );
    const problems: string[] = [];
    const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
      await work().catch((error: unknown) => {
        problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      });
      this.progress = seconds();
    };
    let shrunk = 0;
    for (const day of days) {
      await attempt(day, async () => {
        shrunk += Number(await this.day(day, archive));
      });
    }
    this.counts.shrunkDays = shrunk;
    await attempt("costs", () => this.costs(archive));
    await attempt("index", () => this.index(archive));
    if (problems.length > 0) throw new Error(problems.join("; "));
  }

  /** Whether the day has fewer events exported than published. */
  private async day(day: string, archive: Map<string, StoredObject>): Promise<boolean> {
    const { config, storage, folder } = this;
    const { objects, state } = await exportOf(storage, config.sourceBucket, config.log, day);
    const archived = archive.get(dayObject(day));
    const version = `${state} ${archived?.generation ?? ""}`;
    if (this.done.get(day) === version) return false;
    const result = await publishDay(day, objects, archived, {
      storage,
      config,
      folder,
      refuse: (why) => (this.counts.refused[why] += 1),
      seen: (origin, seconds) => {
        this.see(origin, seconds);
      },
    });
    if (result.kind === "shrunk") {
      this.log(
        `${day}: ${String(result.count)} events are exported, fewer than are published: left as it is`,
      );
      return true;
    }
    if (result.kind === "published") {
      archive.set(dayObject(day), result.object);
      this.counts.publishedDays += 1;
      this.log(`${day}: published ${String(result.count)} events`);
    }
    this.done.set(day, `${state} ${archive.get(dayObject(day))?.generation ?? ""}`);
    return false;
  }

  private async costs(archive: ReadonlyMap<string, StoredObject>): Promise<void> {
    const { costs, archiveBucket } = this.config;
    if (!costs) return;
    const objects = await this.storage.list(costs.bucket, costs.kind === "csv" ? "report-" : "billing-");
    const state = createHash("sha256")
      .update(objects.map(({ name, generation }) => `${name}\0${generation}`).join("\n"))
      .digest("hex");
    if (objects.length === 0 || this.done.get(COSTS) === state) return;
    const totals: Totals = new Map();
    for (const object of objects) {
      const parts: Buffer[] = [];
      for await (const chunk of this.storage.read(costs.bucket, object)) parts.push(chunk);
      try {
        addTotals(totals, totalsOf(Buffer.concat(parts).toString("utf8"), costs.kind));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`${costs.bucket}/${object.name}: ${why}`, { cause: error });
      }
    }
    this.counts.billed = billedOf(totals);
    const present = archive.get(COSTS);
    const text = costsJsonl(totals);
    if (await publishText(this.storage, archiveBucket, COSTS, "application/octet-stream", text, present)) {
      this.log(`published costs of ${String(totals.size)} intervals`);
    }
    this.done.set(COSTS, state);
  }

  private async index(archive: ReadonlyMap<string, StoredObject>): Promise<void> {
    const days = indexedDays([...archive.values()]);
    const updated =
      days
        .map(({ name }) => archive.get(name)?.updated ?? "")
        .sort()
        .at(-1) ?? "";
    const pages = [
      { name: "index.jsonl", type: "text/plain", text: indexJsonl(days) },
      { name: "index.html", type: "text/html", text: indexHtml(days, updated) },
    ];
    for (const { name, type, text } of pages) {
      const { archiveBucket } = this.config;
      await publishText(this.storage, archiveBucket, name, type, text, archive.get(name));
    }
  }

  private see(origin: string, seconds: number): void {
    const { newest } = this.counts;
    if (!ORIGIN.test(origin) || (!newest.has(origin) && newest.size >= MOST_ORIGINS)) return;
    newest.set(origin, Math.max(newest.get(origin) ?? 0, seconds));
  }
}
