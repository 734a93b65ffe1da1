import { createHash } from "node:crypto";
import type { PublisherConfig } from "./config";
import { type Refusal, publicEvent } from "./events";
import { lines } from "./lines";
import { Minutes } from "./minutes";
import type { Storage, StoredObject } from "./storage";

/** What became of a day: nothing exported yet, as it is, put there, or left alone since less is exported than published. */
export type DayResult =
  | { readonly kind: "empty" | "same" }
  | { readonly kind: "shrunk"; readonly count: number }
  | { readonly kind: "published"; readonly object: StoredObject; readonly count: number };

export interface DayWork {
  readonly storage: Storage;
  readonly config: Pick<PublisherConfig, "sourceBucket" | "archiveBucket">;
  /** Folder for the events of the day; it is emptied. */
  readonly folder: string;
  readonly refuse: (why: Refusal) => void;
  readonly seen: (origin: string, seconds: number) => void;
}

/** Name of a day's object in the archive. */
export function dayObject(day: string): string {
  return `events-${day}.jsonl`;
}

/** What is exported of a day, and a text that changes with it. */
export async function exportOf(
  storage: Storage,
  bucket: string,
  log: string,
  day: string,
): Promise<{ readonly objects: readonly StoredObject[]; readonly state: string }> {
  const objects = await storage.list(bucket, `${log}/${day.replaceAll("-", "/")}/`);
  const hash = createHash("sha256");
  for (const { name, generation } of objects) hash.update(`${name}\0${generation}\n`);
  return { objects, state: hash.digest("hex") };
}

/**
 * Brings a day of the archive up to what is exported. A day never loses events: an export from which objects were removed does
 * not replace one that was whole. Rejects when a part of the export could not be read, and nothing is published then.
 */
export async function publishDay(
  day: string,
  objects: readonly StoredObject[],
  archived: StoredObject | undefined,
  { storage, config, folder, refuse, seen }: DayWork,
): Promise<DayResult> {
  if (objects.length === 0) return { kind: "empty" };
  const minutes = new Minutes(folder);
  try {
    for (const object of objects) {
      for await (const line of lines(storage.read(config.sourceBucket, object))) {
        const event = line === undefined ? ({ refused: "length" } as const) : publicEvent(line);
        if ("refused" in event) refuse(event.refused);
        else {
          minutes.add(event.timestamp, event.text);
          if (event.origin !== undefined) seen(event.origin, Date.parse(event.timestamp) / 1000);
        }
      }
    }
    const { count } = minutes;
    const sum = await minutes.sum();
    if (archived?.md5Hash === sum.md5Hash) return { kind: "same" };
    if (count < Number(archived?.metadata?.["Events-Count"] ?? 0)) return { kind: "shrunk", count };
    const object = await storage.write(config.archiveBucket, {
      name: dayObject(day),
      type: "application/octet-stream",
      metadata: { "Events-Date": day, "Events-Count": String(count) },
      ...sum,
      content: () => minutes.content(),
      replaces: archived?.generation,
    });
    return { kind: "published", object, count };
  } finally {
    minutes.remove();
  }
}
