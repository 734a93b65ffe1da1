import { createHash } from "node:crypto";
import { pythonJson } from "./python";
import type { Storage, StoredObject } from "./storage";

/** A day as the index lists it. */
export interface IndexedDay {
  readonly name: string;
  readonly date: string;
  /** A text, as it has always been. */
  readonly count: string;
}

const DAY = /^events-\d{4}-\d\d-\d\d\.jsonl$/;

/** The days of an archive, by name. An object without the metadata of a day is none. */
export function indexedDays(objects: readonly StoredObject[]): IndexedDay[] {
  return objects
    .flatMap(({ name, metadata }) => {
      const date = metadata?.["Events-Date"];
      const count = metadata?.["Events-Count"];
      return DAY.test(name) && date !== undefined && count !== undefined ? [{ name, date, count }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** index.jsonl: a line for each day, without an end of the last. */
export function indexJsonl(days: readonly IndexedDay[]): string {
  return days.map(({ name, date, count }) => pythonJson({ name, date, count })).join("\n");
}

const MANUAL = "https://mybinder-sre.readthedocs.io/en/latest/analytics/events-archive.html";

/** index.html: the newest day first. `updated` is when a day last changed, so that a page without news is the same. */
export function indexHtml(days: readonly IndexedDay[], updated: string): string {
  const rows = [...days]
    .sort((a, b) => (a.date > b.date ? -1 : 1))
    .map(
      ({ date, name, count }) =>
        `<tr><td>${escaped(date)}</td><td><a href="${escaped(name)}">${escaped(name)}</a></td><td>${escaped(count)}</td></tr>`,
    );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Launches of mybinder.org: archive of events</title>
<style>
:root { color-scheme: light dark }
body { font-family: system-ui, sans-serif; line-height: 1.5; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: 0.3rem 0.5rem; border-bottom: 1px solid #8888 }
th:last-child, td:last-child { text-align: right; font-variant-numeric: tabular-nums }
</style>
</head>
<body>
<h1>Launches of mybinder.org</h1>
<p>One file for each day (UTC), one event on each line as JSON: <a href="${MANUAL}">the format</a>, <a href="index.jsonl">this list
for programs</a>. Timestamps are cut to the minute.</p>
<p>Released under <a href="https://creativecommons.org/publicdomain/zero/1.0/">CC0</a>. Last changed at ${escaped(updated)}.</p>
<table>
<thead><tr><th>Date</th><th>File</th><th>Events</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</body>
</html>
`;
}

/** Writes an object when its content differs from the one that is there; gives whether it did. */
export async function publishText(
  storage: Storage,
  bucket: string,
  name: string,
  type: string,
  text: string,
  present: StoredObject | undefined,
): Promise<boolean> {
  const content = Buffer.from(text);
  const md5Hash = createHash("md5").update(content).digest("base64");
  if (present?.md5Hash === md5Hash) return false;
  await storage.write(bucket, {
    name,
    type,
    size: content.length,
    md5Hash,
    replaces: present?.generation,
    // eslint-disable-next-line @typescript-eslint/require-await
    content: async function* () {
      yield content;
    },
  });
  return true;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
