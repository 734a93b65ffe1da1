// Made from apps/archive-publisher/main.ts by: npx mybinder bundle
"use strict";

// apps/archive-publisher/main.ts
var import_promises2 = require("node:timers/promises");

// apps/clock.ts
function seconds() {
  return performance.now() / 1e3;
}

// apps/readJson.ts
var import_node_fs = require("node:fs");
function readJson(file2) {
  const text = (0, import_node_fs.readFileSync)(file2, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file2} is not JSON`);
  }
}

// apps/stateServer.ts
var import_node_http = require("node:http");
function serveState(address2, { metrics, alive, ready }) {
  return listenAt(address2, ({ url }, answer) => {
    const well = (is) => {
      answer.writeHead(is ? 200 : 503).end();
    };
    if (url === "/metrics") {
      answer.setHeader("content-type", "text/plain; version=0.0.4").end(metrics());
    } else if (url === "/healthz") well(alive());
    else if (url === "/readyz" && ready) well(ready());
    else answer.writeHead(404).end();
  });
}
function listenAt(address2, listener) {
  const colon = address2.lastIndexOf(":");
  return (0, import_node_http.createServer)(listener).listen(Number(address2.slice(colon + 1)), address2.slice(0, colon));
}

// apps/metrics.ts
function metric(name, type, help, samples) {
  if (samples.length === 0) return "";
  const lines2 = samples.map(([labels, value]) => `${name}${labelText(labels)} ${String(value)}`);
  return `# HELP ${name} ${help}
# TYPE ${name} ${type}
${lines2.join("\n")}
`;
}
function labelText(labels) {
  const pairs = Object.entries(labels).map(([key2, value]) => `${key2}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
function escaped(value) {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

// apps/archive-publisher/exposition.ts
function exposition(counts2) {
  const { billed } = counts2;
  const name = (short2) => `archive_publisher_${short2}`;
  return [
    metric(
      name("last_success_timestamp_seconds"),
      "gauge",
      "When a round last did all of its work; 0: not yet since the start.",
      [[{}, counts2.lastSuccess]]
    ),
    metric(
      name("newest_event_timestamp_seconds"),
      "gauge",
      "Time of the newest exported event, by the BinderHub that it comes from.",
      [...counts2.newest].map(([origin, seconds2]) => [{ origin }, seconds2])
    ),
    metric(name("rounds_total"), "counter", "Rounds that ended, by result.", [
      [{ result: "ok" }, counts2.ok],
      [{ result: "failed" }, counts2.failed]
    ]),
    metric(name("published_days_total"), "counter", "Days that were written, new or grown.", [
      [{}, counts2.publishedDays]
    ]),
    metric(
      name("shrunk_days"),
      "gauge",
      "Days left as they are, because fewer events are exported than published.",
      [[{}, counts2.shrunkDays]]
    ),
    metric(
      name("refused_lines_total"),
      "counter",
      "Exported lines that are no event.",
      Object.entries(counts2.refused).map(([why, count]) => [{ why }, count])
    ),
    metric(
      name("billed_thirty_days"),
      "gauge",
      "What Google billed for the 30 days to the end of the newest bill, in the bill's currency.",
      billed ? [[{}, billed.cost]] : []
    ),
    metric(
      name("billed_until_timestamp_seconds"),
      "gauge",
      "End of the newest bill.",
      billed ? [[{}, billed.until]] : []
    )
  ].join("");
}

// apps/archive-publisher/publisher.ts
var import_node_crypto4 = require("node:crypto");

// apps/archive-publisher/csv.ts
var FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
function csvRows(text) {
  const rows = [[]];
  FIELD.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;
  for (; ; ) {
    const at = FIELD.lastIndex;
    const field = FIELD.exec(text);
    if (!field) throw new Error(`a field is not closed, at character ${String(at)}`);
    const [, quoted, plain = "", end] = field;
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  const [names = [], ...lines2] = rows.filter((row) => row.length > 1 || row[0] !== "");
  return lines2.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ""])));
}

// apps/archive-publisher/python.ts
function pythonJson(entries) {
  const pairs = Object.entries(entries).map(([key2, value]) => `${ascii(key2)}: ${ascii(value)}`);
  return `{${pairs.join(", ")}}`;
}
function pythonFloat(value) {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) return `${digits}e${power < 0 ? "-" : "+"}${padded(Math.abs(power))}`;
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}
function padded(power) {
  return String(power).padStart(2, "0");
}
function ascii(value) {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
}

// apps/archive-publisher/costs.ts
var BILLED_SECONDS = 30 * 86400;
function totalsOf(text, kind) {
  const totals = /* @__PURE__ */ new Map();
  for (const { start, end, cost } of kind === "csv" ? fromCsv(text) : fromJson(text)) {
    if (!Number.isFinite(cost)) throw new Error(`a cost of ${start} is no number`);
    add(totals, JSON.stringify([start, end]), cost);
  }
  return totals;
}
function addTotals(to, more) {
  for (const [interval, cost] of more) add(to, interval, cost);
}
function costsJsonl(totals) {
  return [...totals].map(([interval, cost]) => {
    const [start = "", end = ""] = JSON.parse(interval);
    return { start, end, cost };
  }).sort((a, b) => a.start < b.start ? -1 : Number(a.start > b.start)).map(
    ({ start, end, cost }) => `{"version": 1, "start_time": ${JSON.stringify(start)}, "end_time": ${JSON.stringify(end)}, "cost": ${pythonFloat(cost)}}
`
  ).join("");
}
function billedOf(totals) {
  const costs = [...totals].map(([interval, cost]) => {
    const [start = "", end = ""] = JSON.parse(interval);
    return { start: Date.parse(start) / 1e3, end: Date.parse(end) / 1e3, cost };
  }).filter(({ start, end }) => Number.isFinite(start) && Number.isFinite(end));
  if (costs.length === 0) return void 0;
  const until = costs.reduce((latest, { end }) => Math.max(latest, end), -Infinity);
  const recent = costs.filter(({ start }) => start >= until - BILLED_SECONDS);
  return { until, cost: recent.reduce((sum, { cost }) => sum + cost, 0) };
}
function fromCsv(text) {
  return csvRows(text).map((row) => ({
    start: row["Start Time"] ?? "",
    end: row["End Time"] ?? "",
    cost: row["Cost"]?.trim() ? Number(row["Cost"]) : NaN
  }));
}
function fromJson(text) {
  return JSON.parse(text).map(({ start_time, end_time, cost }) => ({
    start: start_time,
    end: end_time,
    cost: Number(cost.amount)
  }));
}
function add(totals, interval, cost) {
  totals.set(interval, (totals.get(interval) ?? 0) + cost);
}

// apps/archive-publisher/events.ts
var REFUSALS = ["json", "timestamp", "length"];
var PUBLIC = /* @__PURE__ */ new Set([
  "timestamp",
  "schema",
  "version",
  "provider",
  "spec",
  "ref",
  "status",
  "build_token",
  "origin"
]);
function publicEvent(line) {
  const payload = object(parsed(line)?.["jsonPayload"]);
  if (!payload) return { refused: "json" };
  const event = flat(payload);
  if (!event) return { refused: "json" };
  const timestamp = minute(event["timestamp"]);
  if (timestamp === void 0) return { refused: "timestamp" };
  const shown = {};
  for (const [key2, value] of Object.entries({ ...event, timestamp })) {
    if (PUBLIC.has(key2) && isPlain(value)) {
      shown[key2] = typeof value === "string" ? anonymous(value) : value;
    }
  }
  const { origin } = event;
  return {
    timestamp,
    origin: typeof origin === "string" ? origin : void 0,
    text: pythonJson(shown)
  };
}
function flat(payload) {
  let event = { ...payload };
  if ("message" in event) {
    const inner = typeof event["message"] === "string" ? parsed(event["message"]) : void 0;
    if (!inner) return void 0;
    event = { ...event, ...inner };
    delete event["message"];
  }
  if ("event" in event) {
    const inner = object(event["event"]);
    if (!inner) return void 0;
    event = { ...event, ...inner };
    delete event["event"];
  }
  return event;
}
var TIME = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::[0-6]\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
function minute(timestamp) {
  const [, day, hours, minutes, zone = ""] = (typeof timestamp === "string" ? TIME.exec(timestamp) : null) ?? [];
  if (day === void 0 || hours === void 0 || minutes === void 0) return void 0;
  const offset = zone === "Z" ? "+00:00" : zone.replace(/^(...):?(..)$/, "$1:$2");
  return `${day}T${hours}:${minutes}:00${offset}`;
}
function anonymous(text) {
  return text.replace(/((?:%3A|:)(?:%2F|\/){2})(?:(?!%2F|\/).)*(?:%40|@)/gi, "$1");
}
function parsed(text) {
  try {
    return object(JSON.parse(text));
  } catch {
    return void 0;
  }
}
function object(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : void 0;
}
function isPlain(value) {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isSafeInteger(value);
}

// apps/archive-publisher/counts.ts
var Counts = class {
  ok = 0;
  failed = 0;
  /** Seconds since 1970, as Prometheus takes it; 0 before the first. */
  lastSuccess = 0;
  publishedDays = 0;
  /** Days of the last round whose export holds fewer events than the archive. */
  shrunkDays = 0;
  refused = Object.fromEntries(REFUSALS.map((why) => [why, 0]));
  /** `undefined` before costs were read, and without any. */
  billed;
  /** Seconds since 1970 of the newest event, by the BinderHub that it comes from. */
  newest = /* @__PURE__ */ new Map();
};

// apps/archive-publisher/day.ts
var import_node_crypto2 = require("node:crypto");

// apps/archive-publisher/lines.ts
var LONGEST = 1 << 20;
async function* lines(chunks) {
  let parts = [];
  let size = 0;
  const line = () => {
    const text = size > LONGEST ? void 0 : Buffer.concat(parts).toString("utf8");
    parts = [];
    size = 0;
    return text;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      add2(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    add2(chunk.subarray(start));
  }
  if (size > 0) yield line();
  function add2(part) {
    size += part.length;
    if (size > LONGEST) parts = [];
    else if (part.length > 0) parts.push(part);
  }
}

// apps/archive-publisher/minutes.ts
var import_node_crypto = require("node:crypto");
var import_node_fs2 = require("node:fs");
var import_node_path = require("node:path");
var WAITING = 2 << 20;
var Minutes = class {
  /** `folder` is emptied first: what a run that was killed left there is of no use. */
  constructor(folder2) {
    this.folder = folder2;
    (0, import_node_fs2.rmSync)(folder2, { recursive: true, force: true });
    (0, import_node_fs2.mkdirSync)(folder2, { recursive: true });
  }
  folder;
  waiting = /* @__PURE__ */ new Map();
  minutes = /* @__PURE__ */ new Set();
  bytes = 0;
  count = 0;
  /** `minute` sorts as text, and is fit for the name of a file. */
  add(minute2, line) {
    const lines2 = this.waiting.get(minute2) ?? [];
    lines2.push(line);
    this.waiting.set(minute2, lines2);
    this.bytes += line.length + 1;
    this.count += 1;
    if (this.bytes >= WAITING) this.flush();
  }
  /** Size and MD5 (base64) of all lines, each with its end. */
  async sum() {
    const md5 = (0, import_node_crypto.createHash)("md5");
    let size = 0;
    for await (const chunk of this.content()) {
      md5.update(chunk);
      size += chunk.length;
    }
    return { size, md5Hash: md5.digest("base64") };
  }
  async *content() {
    this.flush();
    for (const minute2 of [...this.minutes].sort()) {
      yield* (0, import_node_fs2.createReadStream)((0, import_node_path.join)(this.folder, minute2));
    }
  }
  remove() {
    (0, import_node_fs2.rmSync)(this.folder, { recursive: true, force: true });
  }
  flush() {
    for (const [minute2, lines2] of this.waiting) {
      (0, import_node_fs2.appendFileSync)((0, import_node_path.join)(this.folder, minute2), `${lines2.join("\n")}
`);
      this.minutes.add(minute2);
    }
    this.waiting.clear();
    this.bytes = 0;
  }
};

// apps/archive-publisher/day.ts
function dayObject(day) {
  return `events-${day}.jsonl`;
}
async function exportOf(storage2, bucket, log2, day) {
  const objects = await storage2.list(bucket, `${log2}/${day.replaceAll("-", "/")}/`);
  const hash = (0, import_node_crypto2.createHash)("sha256");
  for (const { name, generation } of objects) hash.update(`${name}\0${generation}
`);
  return { objects, state: hash.digest("hex") };
}
async function publishDay(day, objects, archived, { storage: storage2, config: config2, folder: folder2, refuse, seen }) {
  if (objects.length === 0) return { kind: "empty" };
  const minutes = new Minutes(folder2);
  try {
    for (const object3 of objects) {
      for await (const line of lines(storage2.read(config2.sourceBucket, object3))) {
        const event = line === void 0 ? { refused: "length" } : publicEvent(line);
        if ("refused" in event) refuse(event.refused);
        else {
          minutes.add(event.timestamp, event.text);
          if (event.origin !== void 0) seen(event.origin, Date.parse(event.timestamp) / 1e3);
        }
      }
    }
    const { count } = minutes;
    const sum = await minutes.sum();
    if (archived?.md5Hash === sum.md5Hash) return { kind: "same" };
    if (count < Number(archived?.metadata?.["Events-Count"] ?? 0)) return { kind: "shrunk", count };
    const object2 = await storage2.write(config2.archiveBucket, {
      name: dayObject(day),
      type: "application/octet-stream",
      metadata: { "Events-Date": day, "Events-Count": String(count) },
      ...sum,
      content: () => minutes.content(),
      replaces: archived?.generation
    });
    return { kind: "published", object: object2, count };
  } finally {
    minutes.remove();
  }
}

// apps/archive-publisher/days.ts
var UNSETTLED = 3;
var MOST = 5e3;
var DAY_MS = 864e5;
async function daysToLookAt(now, archived, firstExported) {
  const today = dayOf(now);
  const newest = [...archived].filter((day) => day <= today).sort().at(-1) ?? await firstExported();
  const earliest = [dayOf(now - UNSETTLED * DAY_MS), newest ?? today].sort()[0] ?? today;
  const count = Math.round((Date.parse(today) - Date.parse(earliest)) / DAY_MS) + 1;
  if (count > MOST) throw new Error(`the clock says ${today}, but the newest day is ${earliest}`);
  return Array.from({ length: count }, (_, index) => dayOf(Date.parse(earliest) + index * DAY_MS));
}
async function firstExportedDay(storage2, bucket, log2) {
  let folder2 = `${log2}/`;
  for (let depth = 0; depth < 3 && folder2 !== void 0; depth += 1) {
    folder2 = (await storage2.folders(bucket, folder2))[0];
  }
  return folder2?.slice(log2.length + 1, -1).replaceAll("/", "-");
}
function dayOf(time) {
  return new Date(time).toISOString().slice(0, 10);
}

// apps/archive-publisher/pages.ts
var import_node_crypto3 = require("node:crypto");
var DAY = /^events-\d{4}-\d\d-\d\d\.jsonl$/;
function indexedDays(objects) {
  return objects.flatMap(({ name, metadata }) => {
    const date = metadata?.["Events-Date"];
    const count = metadata?.["Events-Count"];
    return DAY.test(name) && date !== void 0 && count !== void 0 ? [{ name, date, count }] : [];
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}
function indexJsonl(days) {
  return days.map(({ name, date, count }) => pythonJson({ name, date, count })).join("\n");
}
var MANUAL = "https://mybinder-sre.readthedocs.io/en/latest/analytics/events-archive.html";
function indexHtml(days, updated) {
  const rows = [...days].sort((a, b) => a.date > b.date ? -1 : 1).map(
    ({ date, name, count }) => `<tr><td>${escaped2(date)}</td><td><a href="${escaped2(name)}">${escaped2(name)}</a></td><td>${escaped2(count)}</td></tr>`
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
<p>Released under <a href="https://creativecommons.org/publicdomain/zero/1.0/">CC0</a>. Last changed at ${escaped2(updated)}.</p>
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
async function publishText(storage2, bucket, name, type, text, present) {
  const content = Buffer.from(text);
  const md5Hash = (0, import_node_crypto3.createHash)("md5").update(content).digest("base64");
  if (present?.md5Hash === md5Hash) return false;
  await storage2.write(bucket, {
    name,
    type,
    size: content.length,
    md5Hash,
    replaces: present?.generation,
    // eslint-disable-next-line @typescript-eslint/require-await
    content: async function* () {
      yield content;
    }
  });
  return true;
}
function escaped2(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

// apps/archive-publisher/publisher.ts
var COSTS = "cloud-costs.jsonl";
var ORIGIN = /^[A-Za-z0-9.:-]{1,100}$/;
var MOST_ORIGINS = 50;
var Publisher = class {
  constructor(config2, storage2, folder2, log2, now = () => (/* @__PURE__ */ new Date()).getTime()) {
    this.config = config2;
    this.storage = storage2;
    this.folder = folder2;
    this.log = log2;
    this.now = now;
  }
  config;
  storage;
  folder;
  log;
  now;
  counts = new Counts();
  /** When a part of a round last ended, by a clock that only goes forward. */
  progress = seconds();
  /** State of the export from which a day, or the costs, were last published. */
  done = /* @__PURE__ */ new Map();
  /** Does all that can be done, and rejects with what could not: one day that cannot be read holds no other back. */
  async round() {
    const { sourceBucket, archiveBucket, log: log2 } = this.config;
    const objects = await this.storage.list(archiveBucket, "");
    const archive = new Map(objects.map((object2) => [object2.name, object2]));
    const dates = indexedDays(objects).map(({ date }) => date);
    const days = await daysToLookAt(
      this.now(),
      dates,
      () => firstExportedDay(this.storage, sourceBucket, log2)
    );
    const problems = [];
    const attempt = async (what, work2) => {
      await work2().catch((error) => {
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
  async day(day, archive) {
    const { config: config2, storage: storage2, folder: folder2 } = this;
    const { objects, state } = await exportOf(storage2, config2.sourceBucket, config2.log, day);
    const archived = archive.get(dayObject(day));
    const version = `${state} ${archived?.generation ?? ""}`;
    if (this.done.get(day) === version) return false;
    const result = await publishDay(day, objects, archived, {
      storage: storage2,
      config: config2,
      folder: folder2,
      refuse: (why) => this.counts.refused[why] += 1,
      seen: (origin, seconds2) => {
        this.see(origin, seconds2);
      }
    });
    if (result.kind === "shrunk") {
      this.log(
        `${day}: ${String(result.count)} events are exported, fewer than are published: left as it is`
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
  async costs(archive) {
    const { costs, archiveBucket } = this.config;
    if (!costs) return;
    const objects = await this.storage.list(costs.bucket, costs.kind === "csv" ? "report-" : "billing-");
    const state = (0, import_node_crypto4.createHash)("sha256").update(objects.map(({ name, generation }) => `${name}\0${generation}`).join("\n")).digest("hex");
    if (objects.length === 0 || this.done.get(COSTS) === state) return;
    const totals = /* @__PURE__ */ new Map();
    for (const object2 of objects) {
      const parts = [];
      for await (const chunk of this.storage.read(costs.bucket, object2)) parts.push(chunk);
      try {
        addTotals(totals, totalsOf(Buffer.concat(parts).toString("utf8"), costs.kind));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`${costs.bucket}/${object2.name}: ${why}`, { cause: error });
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
  async index(archive) {
    const days = indexedDays([...archive.values()]);
    const updated = days.map(({ name }) => archive.get(name)?.updated ?? "").sort().at(-1) ?? "";
    const pages = [
      { name: "index.jsonl", type: "text/plain", text: indexJsonl(days) },
      { name: "index.html", type: "text/html", text: indexHtml(days, updated) }
    ];
    for (const { name, type, text } of pages) {
      const { archiveBucket } = this.config;
      await publishText(this.storage, archiveBucket, name, type, text, archive.get(name));
    }
  }
  see(origin, seconds2) {
    const { newest } = this.counts;
    if (!ORIGIN.test(origin) || !newest.has(origin) && newest.size >= MOST_ORIGINS) return;
    newest.set(origin, Math.max(newest.get(origin) ?? 0, seconds2));
  }
};

// apps/archive-publisher/storage.ts
var import_node_crypto5 = require("node:crypto");

// apps/askBounded.ts
var import_node_http2 = require("node:http");
var import_node_https = require("node:https");
var BadAnswer = class extends Error {
  name = "BadAnswer";
};
var TimedOut = class extends Error {
  name = "TimedOut";
};
function askBounded(url, question, bounds) {
  const { method = "GET", headers = {}, body, ca, lookup, signal } = question;
  const { timeoutMs, maxBytes } = bounds;
  const options = {
    method,
    headers,
    agent: false,
    ...ca !== void 0 && { ca },
    ...lookup && { lookup }
  };
  return new Promise((resolve, reject) => {
    const asked = (url.protocol === "https:" ? import_node_https.request : import_node_http2.request)(url, options);
    const end = (settle) => {
      clearTimeout(timer);
      asked.on("error", () => void 0);
      asked.destroy();
      settle();
    };
    const fail = (error) => {
      end(() => {
        reject(error);
      });
    };
    const timer = setTimeout(() => {
      fail(new TimedOut(`no answer in ${String(timeoutMs / 1e3)} s`));
    }, timeoutMs);
    signal?.addEventListener("abort", () => {
      fail(new Error("given up"));
    });
    asked.on("error", fail);
    asked.on("close", () => {
      fail(new Error("the connection ended without an answer"));
    });
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      fail(new BadAnswer(`answered ${String(response.statusCode)}, to another protocol`));
    });
    asked.on("response", (response) => {
      const chunks = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > maxBytes) fail(new BadAnswer(`the answer is larger than ${String(maxBytes)} bytes`));
      });
      response.on("error", fail);
      response.on("end", () => {
        end(() => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
      });
    });
    asked.end(body);
  });
}

// apps/archive-publisher/exchange.ts
var import_node_http3 = require("node:http");
var import_node_https2 = require("node:https");
var import_node_stream = require("node:stream");
var import_promises = require("node:stream/promises");
var SILENCE_MS = 6e4;
var MOST_TEXT = 1 << 20;
function exchange(url, { method = "GET", headers, body }) {
  return new Promise((resolve, reject) => {
    const asked = (url.protocol === "https:" ? import_node_https2.request : import_node_http3.request)(url, {
      method,
      headers,
      agent: false
    });
    asked.setTimeout(SILENCE_MS, () => {
      asked.destroy(new Error(`${url.host}: no byte for ${String(SILENCE_MS / 1e3)} s`));
    });
    asked.on("response", resolve);
    asked.on("error", reject);
    asked.on("close", () => {
      reject(new Error(`${url.host}: the connection ended without an answer`));
    });
    if (!body) asked.end();
    else (0, import_promises.pipeline)(import_node_stream.Readable.from(body()), asked).catch(reject);
  });
}
async function textOf(answer) {
  let text = "";
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > MOST_TEXT) break;
  }
  return text;
}

// apps/archive-publisher/storage.ts
var Conflict = class extends Error {
  name = "Conflict";
};
var FIELDS = "prefixes,items(name,generation,md5Hash,metadata,updated),nextPageToken";
var LIST_BOUNDS = { timeoutMs: 6e4, maxBytes: 8 << 20 };
var Storage = class {
  constructor(server, token) {
    this.server = server;
    this.token = token;
  }
  server;
  token;
  /** The objects of a bucket below `prefix`, by name. */
  async list(bucket, prefix) {
    const pages = await this.pages(bucket, { prefix });
    return pages.flatMap(({ items = [] }) => items).sort((a, b) => a.name < b.name ? -1 : 1);
  }
  /** The folders directly below `prefix`, which ends in a slash; each with its prefix and slash. */
  async folders(bucket, prefix) {
    const pages = await this.pages(bucket, { prefix, delimiter: "/" });
    return pages.flatMap(({ prefixes = [] }) => prefixes).sort();
  }
  /** Content of an object. Throws after the last byte when the content is not the one that was listed. */
  async *read(bucket, { name, generation, md5Hash }) {
    const url = this.url(`/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`, {
      alt: "media",
      generation
    });
    const answer = await exchange(url, { headers: await this.headers() });
    if (answer.statusCode !== 200) throw await refused(`GET ${bucket}/${name}`, answer);
    const md5 = (0, import_node_crypto5.createHash)("md5");
    for await (const chunk of answer) {
      md5.update(chunk);
      yield chunk;
    }
    if (!answer.complete) throw new Error(`GET ${bucket}/${name}: the connection ended too early`);
    if (md5Hash !== void 0 && md5.digest("base64") !== md5Hash) {
      throw new Error(`GET ${bucket}/${name}: what came is not what is stored`);
    }
  }
  /**
   * Writes an object, content and metadata in one request: readers see the former one or the whole new one. The server compares
   * the MD5, so that it takes nothing that was cut short. Throws Conflict when another generation is there than it replaces.
   */
  async write(bucket, upload) {
    const { name, type, metadata, size, md5Hash, content, replaces } = upload;
    const url = this.url(`/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`, {
      uploadType: "multipart",
      name,
      ifGenerationMatch: replaces ?? "0"
    });
    const about = JSON.stringify({ name, contentType: type, md5Hash, ...metadata && { metadata } });
    const boundary = `boundary-${(0, import_node_crypto5.createHash)("sha256").update(about).digest("hex").slice(0, 32)}`;
    const head = Buffer.from(
      `--${boundary}\r
content-type: application/json; charset=UTF-8\r
\r
${about}\r
--${boundary}\r
content-type: ${type}\r
\r
`
    );
    const tail = Buffer.from(`\r
--${boundary}--\r
`);
    const answer = await exchange(url, {
      method: "POST",
      headers: {
        ...await this.headers(),
        "content-type": `multipart/related; boundary=${boundary}`,
        "content-length": String(head.length + size + tail.length)
      },
      body: async function* () {
        yield head;
        yield* content();
        yield tail;
      }
    });
    if (answer.statusCode === 412) {
      answer.destroy();
      throw new Conflict(`${bucket}/${name}: written by somebody else meanwhile`);
    }
    if (answer.statusCode !== 200) throw await refused(`POST ${bucket}/${name}`, answer);
    return JSON.parse(await textOf(answer));
  }
  async pages(bucket, query) {
    const pages = [];
    let pageToken;
    do {
      const url = this.url(`/storage/v1/b/${encodeURIComponent(bucket)}/o`, {
        ...query,
        fields: FIELDS,
        ...pageToken !== void 0 && { pageToken }
      });
      const { status, text } = await askBounded(url, { headers: await this.headers() }, LIST_BOUNDS);
      if (status !== 200) {
        throw new Error(`list ${bucket}/${query["prefix"] ?? ""}: ${String(status)} ${short(text)}`);
      }
      const page = JSON.parse(text);
      pages.push(page);
      pageToken = page.nextPageToken;
    } while (pageToken !== void 0 && pageToken !== "");
    return pages;
  }
  url(path, query) {
    const url = new URL(path, this.server);
    url.search = new URLSearchParams(query).toString();
    return url;
  }
  async headers() {
    return this.token ? { authorization: `Bearer ${await this.token()}` } : {};
  }
};
async function refused(asked, answer) {
  return new Error(`${asked}: ${String(answer.statusCode)} ${short(await textOf(answer))}`);
}
function short(text) {
  return text.replace(/\s+/g, " ").trim().slice(0, 300);
}

// apps/archive-publisher/token.ts
var import_node_crypto6 = require("node:crypto");
var import_node_fs3 = require("node:fs");
var SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
var MARGIN = 300;
var ServiceAccount = class {
  constructor(keyFile) {
    this.keyFile = keyFile;
  }
  keyFile;
  token;
  /** A token that lasts some minutes. Rejects with what Google said, never with a part of the key. */
  async accessToken() {
    if (this.token && seconds() < this.token.until) return this.token.value;
    const key2 = JSON.parse((0, import_node_fs3.readFileSync)(this.keyFile, "utf8"));
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertion(key2)
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const question = { method: "POST", headers, body: body.toString() };
    const { status, text } = await askBounded(new URL(key2.token_uri), question, {
      timeoutMs: 2e4,
      maxBytes: 1 << 16
    });
    if (status !== 200) {
      throw new Error(`no access token for ${key2.client_email}: ${String(status)} ${text.trim()}`);
    }
    const answer = JSON.parse(text);
    this.token = { value: answer.access_token, until: seconds() + answer.expires_in - MARGIN };
    return answer.access_token;
  }
};
function assertion({ client_email, private_key, private_key_id, token_uri }) {
  const now = Math.floor((/* @__PURE__ */ new Date()).getTime() / 1e3);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { alg: "RS256", typ: "JWT", ...private_key_id !== void 0 && { kid: private_key_id } };
  const claims = { iss: client_email, scope: SCOPE, aud: token_uri, iat: now, exp: now + 3600 };
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${(0, import_node_crypto6.createSign)("RSA-SHA256").update(signed).sign(private_key, "base64url")}`;
}

// apps/archive-publisher/main.ts
var [file = "", key = "", folder = "", address = "0.0.0.0:8410"] = process.argv.slice(2);
var config = readJson(file);
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var account = new ServiceAccount(key);
var storage = new Storage(config.server, key === "none" ? void 0 : () => account.accessToken());
var publisher = new Publisher(config, storage, folder, log);
var { counts } = publisher;
var RETRY = [30, Math.min(1800, config.periodSeconds)];
var SILENCE = config.periodSeconds + 3600;
async function work() {
  let wait = RETRY[0];
  for (; ; ) {
    try {
      await publisher.round();
      counts.ok += 1;
      counts.lastSuccess = (/* @__PURE__ */ new Date()).getTime() / 1e3;
      wait = RETRY[0];
      await (0, import_promises2.setTimeout)(config.periodSeconds * 1e3);
    } catch (error) {
      counts.failed += 1;
      log(`round failed: ${error instanceof Error ? error.message : String(error)}`);
      await (0, import_promises2.setTimeout)(wait * 1e3);
      wait = Math.min(wait * 2, RETRY[1]);
    }
  }
}
serveState(address, {
  metrics: () => exposition(counts),
  alive: () => seconds() - publisher.progress < SILENCE
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
void work();
