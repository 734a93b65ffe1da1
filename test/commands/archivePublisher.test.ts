// Proves: the publisher, as it is bundled, brings the archive on a server of Google's storage API (fake-gcs-server) to the bytes
// that Python's json writes, changes nothing the second time, and may be killed at each moment of each request. Does not prove:
// that Google's own server checks the MD5 and the generation that are sent with each upload, as it documents.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Publisher as InProcess } from "../../apps/archive-publisher/publisher";
import { Storage } from "../../apps/archive-publisher/storage";
import { FakeGcs, type Held } from "../../bench/archive/gcs";
import { environment } from "../../environment";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { ROOT } from "../../tools/ground/root";
import { Gate, type Moment } from "../support/gate";
import { requireConsumers } from "../support/real";

const here = requireConsumers("fake-gcs-server");
const describeHere = here ? describe : describe.skip;
const PROGRAM = join(ROOT, "charts", "mybinder", "files", "archive-publisher.js");
const LOG = "binderhub-events-text";
const DAY_MS = 86_400_000;
const dayBefore = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
const [TODAY, YESTERDAY] = [dayBefore(0), dayBefore(1)];

jest.setTimeout(120_000);

let gcs: FakeGcs;
let folder: string;
const children: ChildProcess[] = [];

if (here) {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mybinder-archive-"));
    gcs = await FakeGcs.start(environment());
    await gcs.bucket("raw");
    await gcs.bucket("billing");
    await gcs.put(
      "raw",
      hour(YESTERDAY, 9),
      exported([event(YESTERDAY, "09:59:59", "b"), event(YESTERDAY, "09:01:30", "a")]),
    );
    await gcs.put(
      "raw",
      hour(YESTERDAY, 10),
      exported([event(YESTERDAY, "10:00:00", "c"), event(YESTERDAY, "09:59:02", "é\u007f")]),
    );
    await gcs.put("raw", hour(TODAY, 0), exported([event(TODAY, "00:00:01", "d")]));
    await gcs.put("billing", "report-2020-01-01.csv", Buffer.from(COSTS));
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await gcs.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

const COSTS =
  'Account ID,Line Item,Start Time,End Time,Cost\r\nx,"a, ""b""",2020-01-01T00:00:00-08:00,2020-01-02T00:00:00-08:00,0.1\r\n' +
  "x,c,2020-01-01T00:00:00-08:00,2020-01-02T00:00:00-08:00,0.2\r\nx,c,2019-12-31T00:00:00-08:00,2020-01-01T00:00:00-08:00,3\r\n";

function event(day: string, time: string, repo: string, more: object = {}): object {
  return {
    timestamp: `${day}T${time}.123456Z`,
    schema: "binderhub.jupyter.org/launch",
    version: 5,
    provider: "GitHub",
    spec: `org/${repo}/HEAD`,
    status: "success",
    build_token: true,
    origin: "a.example.org",
    ...more,
  };
}
function exported(events: readonly object[]): Buffer {
  return Buffer.from(
    events.map((jsonPayload) => `${JSON.stringify({ insertId: "x", jsonPayload })}\n`).join(""),
  );
}
function hour(day: string, from: number): string {
  const [start, end] = [from, from].map((at) => String(at).padStart(2, "0"));
  return `${LOG}/${day.replaceAll("-", "/")}/${start ?? ""}:00:00_${end ?? ""}:59:59_S0.json`;
}

interface Publisher {
  readonly child: ChildProcess;
  readonly port: number;
  /** Folder of its configuration, and of the events of a day. */
  readonly place: string;
  readonly log: () => string;
  readonly kill: () => Promise<void>;
}

/** Asks until the answer is the wanted one, which the test's own time limit ends. */
async function until<T>(question: () => Promise<T>, wanted: (answer: T) => boolean): Promise<void> {
  while (!wanted(await question())) await sleep(20);
}

/** Starts a publisher; with `key`, one that asks for tokens. */
async function start(
  archive: string,
  server = gcs.url,
  key = "none",
  periodSeconds = 3600,
): Promise<Publisher> {
  const port = await freePort();
  const place = mkdtempSync(join(folder, "run-"));
  const config = { server, log: LOG, sourceBucket: "raw", archiveBucket: archive, periodSeconds };
  const costs = { bucket: "billing", kind: "csv" };
  writeFileSync(join(place, "publisher.json"), JSON.stringify({ ...config, costs }));
  const child = spawn(process.execPath, [
    ...[PROGRAM, join(place, "publisher.json"), key, join(place, "work"), `127.0.0.1:${String(port)}`],
  ]);
  children.push(child);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => (log += String(text)));
  }
  const ended = new Promise<void>((resolve) =>
    child.once("close", () => {
      resolve();
    }),
  );
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  return { child, port, place, log: () => log, kill };
}
async function metrics({ port }: Publisher): Promise<Record<string, number>> {
  const text = await fetch(`http://127.0.0.1:${String(port)}/metrics`).then(
    (answer) => answer.text(),
    () => "",
  );
  return Object.fromEntries(
    [...text.matchAll(/^archive_publisher_(\S+) (\S+)$/gm)].map(([, name = "", value]) => [
      name,
      Number(value),
    ]),
  );
}
async function publish(archive: string, server?: string, key?: string): Promise<Publisher> {
  const publisher = await start(archive, server, key);
  await until(
    () => metrics(publisher),
    (seen) => seen['rounds_total{result="ok"}'] === 1,
  );
  await publisher.kill();
  return publisher;
}
/** Two events as Python writes them, by the order of their minutes. */
function pythonLines(events: readonly object[]): string {
  const script = "import json,sys\nfor e in json.load(sys.stdin): print(json.dumps(e))";
  return execFileSync("python3", ["-c", script], { input: JSON.stringify(events), encoding: "utf8" });
}
const minute = (day: string, time: string, repo: string): object =>
  event(day, "00:00", repo, { timestamp: `${day}T${time}:00+00:00` });

function expected(): Record<string, string> {
  return {
    [`events-${YESTERDAY}.jsonl`]: pythonLines([
      ...[minute(YESTERDAY, "09:01", "a"), minute(YESTERDAY, "09:59", "b")],
      ...[minute(YESTERDAY, "09:59", "é\u007f"), minute(YESTERDAY, "10:00", "c")],
    ]),
    [`events-${TODAY}.jsonl`]: pythonLines([minute(TODAY, "00:00", "d")]),
    "index.jsonl": pythonLines([
      { name: `events-${YESTERDAY}.jsonl`, date: YESTERDAY, count: "4" },
      { name: `events-${TODAY}.jsonl`, date: TODAY, count: "1" },
    ]).trimEnd(),
    "cloud-costs.jsonl":
      pythonLines([
        {
          version: 1,
          start_time: "2019-12-31T00:00:00-08:00",
          end_time: "2020-01-01T00:00:00-08:00",
          cost: 3,
        },
      ]).replace("3}", "3.0}") +
      pythonLines([
        {
          version: 1,
          start_time: "2020-01-01T00:00:00-08:00",
          end_time: "2020-01-02T00:00:00-08:00",
          cost: 0.1 + 0.2,
        },
      ]),
  };
}
const texts = (held: Readonly<Record<string, Held>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(held)
      .filter(([name]) => name !== "index.html")
      .map(([name, { text }]) => [name, text]),
  );

describeHere("an archive", () => {
  test("holds what the present publisher writes, to the byte; a second publisher writes nothing", async () => {
    await gcs.bucket("whole");
    await publish("whole");
    const held = await gcs.held("whole");
    expect(texts(held)).toEqual(expected());
    expect(held[`events-${YESTERDAY}.jsonl`]).toMatchObject({
      type: "application/octet-stream",
      metadata: { "Events-Date": YESTERDAY, "Events-Count": "4" },
    });
    expect(held["index.jsonl"]?.type).toBe("text/plain");
    expect(held["index.html"]).toMatchObject({ type: "text/html" });
    expect(held["index.html"]?.text).toContain(
      `<td><a href="events-${TODAY}.jsonl">events-${TODAY}.jsonl</a></td><td>1</td>`,
    );
    const again = await publish("whole");
    expect(await gcs.held("whole")).toEqual(held);
    expect(again.log()).toBe("");
  });

  test("takes up what is exported later, reads no day again that did not change, and tells its freshness", async () => {
    await gcs.bucket("grows");
    const gate = new Gate(gcs.url);
    const publisher = await start("grows", await gate.open(), "none", 1);
    const rounds = (seen: Record<string, number>): number => seen['rounds_total{result="ok"}'] ?? 0;
    await until(
      () => metrics(publisher),
      (seen) => rounds(seen) >= 1,
    );
    const before = gate.seen.length;
    const { [`events-${YESTERDAY}.jsonl`]: yesterday } = await gcs.held("grows");
    await gcs.put("raw", hour(TODAY, 1), exported([event(TODAY, "00:00:00", "late")]));
    await until(
      () => metrics(publisher),
      (seen) => seen["published_days_total"] === 3,
    );
    const { 'rounds_total{result="ok"}': now = 0 } = await metrics(publisher);
    await until(
      () => metrics(publisher),
      (seen) => rounds(seen) > now,
    );
    await publisher.kill();
    const held = await gcs.held("grows");
    expect(held[`events-${TODAY}.jsonl`]?.text).toBe(
      pythonLines([minute(TODAY, "00:00", "d"), minute(TODAY, "00:00", "late")]),
    );
    expect(held["index.jsonl"]?.text).toContain('"count": "2"');
    expect(held[`events-${YESTERDAY}.jsonl`]).toEqual(yesterday);
    const read = gate.seen.slice(before).filter(({ line }) => line.includes("alt=media"));
    expect(read.every(({ line }) => line.includes(encodeURIComponent(TODAY.replaceAll("-", "/"))))).toBe(
      true,
    );
    await gate.close();
    await gcs.remove("raw", hour(TODAY, 1));
  });

  test("keeps a day of which less is exported than published, and says so", async () => {
    await gcs.bucket("shrinks");
    await gcs.put("raw", hour(TODAY, 1), exported([event(TODAY, "00:00:00", "late")]));
    await publish("shrinks");
    const held = await gcs.held("shrinks");
    await gcs.remove("raw", hour(TODAY, 1));
    const publisher = await start("shrinks");
    await until(
      () => metrics(publisher),
      (seen) => seen["shrunk_days"] === 1,
    );
    await publisher.kill();
    expect(publisher.log()).toContain(
      `${TODAY}: 1 events are exported, fewer than are published: left as it is`,
    );
    expect(await gcs.held("shrinks")).toEqual(held);
  });

  test("is whole without the lines that are no events, which are counted", async () => {
    await gcs.bucket("odd");
    const good = event(YESTERDAY, "23:00:00", "z", { ip: "192.0.2.1", user: "somebody" });
    const lines = ["{", '{"textPayload": "x"}', JSON.stringify({ jsonPayload: { timestamp: "soon" } })];
    const content = Buffer.from(`${lines.join("\n")}\n${exported([good]).toString()}`);
    await gcs.put("raw", hour(YESTERDAY, 23), content);
    const publisher = await start("odd");
    await until(
      () => metrics(publisher),
      (seen) => seen['rounds_total{result="ok"}'] === 1,
    );
    expect(await metrics(publisher)).toMatchObject({
      'refused_lines_total{why="json"}': 2,
      'refused_lines_total{why="timestamp"}': 1,
      'newest_event_timestamp_seconds{origin="a.example.org"}': Date.parse(`${TODAY}T00:00:00Z`) / 1000,
    });
    await publisher.kill();
    const day = (await gcs.held("odd"))[`events-${YESTERDAY}.jsonl`]?.text ?? "";
    expect(day.split("\n")).toHaveLength(6);
    expect(day).toContain('"spec": "org/z/HEAD"');
    expect(day).not.toMatch(/192\.0\.2\.1|somebody/);
    await gcs.remove("raw", hour(YESTERDAY, 23));
  });
});

describeHere("a publisher that is killed", () => {
  // that a read was answered is the moment before the next request
  test("at any moment of any request leaves whole days, and the next one ends with the same archive", async () => {
    await gcs.bucket("counted");
    const counting = new Gate(gcs.url);
    await publish("counted", await counting.open());
    await counting.close();
    const moments = counting.seen.flatMap(({ writes }, index) =>
      (writes ? (["before", "half", "after"] as const) : (["before"] as const)).map((moment) => ({
        index,
        moment,
      })),
    );
    expect(counting.seen.filter(({ writes }) => writes)).toHaveLength(5);
    const whole = expected();
    const one = async ({ index, moment }: { index: number; moment: Moment }): Promise<void> => {
      const archive = `killed-${String(index)}-${moment}`;
      await gcs.bucket(archive);
      const gate = new Gate(gcs.url);
      const publisher = await start(archive, await gate.open());
      await new Promise<void>((resolve) => {
        gate.at(index, moment, () => {
          publisher.child.kill("SIGKILL");
          resolve();
        });
      });
      await publisher.kill();
      await gate.close();
      const left = texts(await gcs.held(archive));
      for (const [name, text] of Object.entries(left)) {
        expect({ archive, name, text: name.startsWith("index") ? whole[name] : text }).toEqual({
          archive,
          name,
          text: whole[name],
        });
      }
      const config = {
        server: gcs.url,
        log: LOG,
        sourceBucket: "raw",
        archiveBucket: archive,
        periodSeconds: 1,
      };
      const costs = { bucket: "billing", kind: "csv" } as const;
      const storage = new Storage(gcs.url, undefined);
      await new InProcess({ ...config, costs }, storage, join(folder, archive), () => undefined).round();
      expect({ archive, held: texts(await gcs.held(archive)) }).toEqual({ archive, held: whole });
    };
    const waiting = [...moments];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await one(next);
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(moments.length).toBeGreaterThan(20);
  });

  test("leaves no events on disk that the next one takes for its own", async () => {
    await gcs.bucket("left");
    const publisher = await start("left");
    await publisher.kill();
    const { place } = publisher;
    mkdirSync(join(place, "work"), { recursive: true });
    writeFileSync(join(place, "work", `${TODAY}T00:00:00+00:00`), "left\n");
    const config = join(place, "publisher.json");
    const again = spawn(process.execPath, [
      PROGRAM,
      config,
      "none",
      join(place, "work"),
      `127.0.0.1:${String(publisher.port)}`,
    ]);
    children.push(again);
    await until(
      () => metrics(publisher),
      (seen) => seen['rounds_total{result="ok"}'] === 1,
    );
    again.kill("SIGKILL");
    expect(texts(await gcs.held("left"))).toEqual(expected());
  });
});

describeHere("two publishers at once", () => {
  test("never write over each other: the one that is late writes nothing, and tries again", async () => {
    await gcs.bucket("two");
    const gate = new Gate(gcs.url);
    const url = await gate.open();
    // what the late one listed is old by the time that it writes
    const pass = gate as unknown as { pass: (...args: unknown[]) => Promise<void> };
    const original = pass.pass.bind(gate);
    let first = true;
    pass.pass = async (...args) => {
      const { method } = args[0] as { method: string };
      if (method === "POST" && first) {
        first = false;
        await publish("two");
      }
      await original(...args);
    };
    const late = await start("two", url);
    await until(
      () => metrics(late),
      (seen) => seen['rounds_total{result="failed"}'] === 1,
    );
    expect(late.log()).toContain("written by somebody else meanwhile");
    await late.kill();
    await gate.close();
    expect(texts(await gcs.held("two"))).toEqual(expected());
  });
});

describeHere("the publisher's account", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  let tokens: Server;
  let refuse = false;
  beforeAll(async () => {
    tokens = createServer((asked, answer) => {
      let body = "";
      asked.on("data", (chunk: Buffer) => (body += chunk.toString()));
      asked.on("end", () => {
        const assertion = new URLSearchParams(body).get("assertion") ?? "";
        const [head = "", claims = "", signature = ""] = assertion.split(".");
        const good = createVerify("RSA-SHA256")
          .update(`${head}.${claims}`)
          .verify(publicKey, signature, "base64url");
        if (refuse || !good) answer.writeHead(401).end('{"error": "invalid_grant"}');
        else answer.end(JSON.stringify({ access_token: "the-token", expires_in: 3600 }));
      });
    });
    await new Promise<void>((resolve) => tokens.listen(0, "127.0.0.1", resolve));
    writeFileSync(
      join(folder, "key.json"),
      JSON.stringify({
        type: "service_account",
        client_email: "archive@project.example",
        private_key: privateKey,
        token_uri: `http://127.0.0.1:${String((tokens.address() as AddressInfo).port)}/token`,
      }),
    );
  });
  afterAll(() => tokens.close());

  test("signs for a token once, and every request has it", async () => {
    await gcs.bucket("signed");
    const gate = new Gate(gcs.url);
    await publish("signed", await gate.open(), join(folder, "key.json"));
    await gate.close();
    expect(new Set(gate.seen.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer the-token"]),
    );
  });

  test("that is refused is named, and nothing of its key is said", async () => {
    refuse = true;
    const publisher = await start("signed", gcs.url, join(folder, "key.json"));
    await until(
      () => metrics(publisher),
      (seen) => seen['rounds_total{result="failed"}'] === 1,
    );
    await publisher.kill();
    expect(publisher.log()).toBe(
      'round failed: no access token for archive@project.example: 401 {"error": "invalid_grant"}\n',
    );
    expect(publisher.log()).not.toContain(readFileSync(join(folder, "key.json"), "utf8").slice(60, 120));
  });
});
