// Made from apps/synthetic-launcher/main.ts by: npx mybinder bundle
"use strict";

// apps/synthetic-launcher/main.ts
var import_node_os = require("node:os");
var import_node_path2 = require("node:path");
var import_promises3 = require("node:timers/promises");

// apps/clock.ts
function seconds() {
  return performance.now() / 1e3;
}

// apps/inCluster.ts
var import_node_fs = require("node:fs");
var import_node_path = require("node:path");

// apps/askBounded.ts
var import_node_http = require("node:http");
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
    const asked = (url.protocol === "https:" ? import_node_https.request : import_node_http.request)(url, options);
    const end2 = (settle) => {
      clearTimeout(timer);
      asked.on("error", () => void 0);
      asked.destroy();
      settle();
    };
    const fail = (error) => {
      end2(() => {
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
        end2(() => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
      });
    });
    asked.end(body);
  });
}

// apps/inCluster.ts
var ApiError = class extends Error {
  constructor(status2, asked, reason) {
    super(`${asked}: ${String(status2)} ${reason}`);
    this.status = status2;
    this.reason = reason;
  }
  status;
  reason;
  name = "ApiError";
};
var InCluster = class {
  /** `account` is the folder of `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
  constructor(server2, account2, limits) {
    this.server = server2;
    this.account = account2;
    this.limits = limits;
  }
  server;
  account;
  limits;
  /** The pod's own namespace. Throws when there is no account. */
  get namespace() {
    return this.read("namespace");
  }
  /**
   * Resolves to the parsed answer. Rejects with an ApiError, or with what was asked and why there is no answer. Token and
   * CA are read for each call, since Kubernetes renews them in place.
   */
  async call(method, path, body, type = "application/json") {
    const asked = `${method} ${path}`;
    const { status: status2, text } = await this.ask(method, path, body, type).catch((error) => {
      throw new Error(`${asked}: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (status2 < 200 || status2 >= 300) throw new ApiError(status2, asked, reasonOf(text));
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${asked}: the answer is not JSON`);
    }
  }
  async ask(method, path, body, type) {
    const headers = {
      authorization: `Bearer ${this.read("token")}`,
      accept: "application/json",
      "content-type": type
    };
    const question = {
      method,
      headers,
      ca: this.read("ca.crt"),
      ...body !== void 0 && { body: JSON.stringify(body) }
    };
    return askBounded(new URL(path, this.server), question, this.limits);
  }
  read(file2) {
    return (0, import_node_fs.readFileSync)((0, import_node_path.join)(this.account, file2), "utf8").trim();
  }
};
async function find(api2, path) {
  try {
    return await api2.call("GET", path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return void 0;
    throw error;
  }
}
function reasonOf(text) {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text.trim();
  }
}

// apps/readJson.ts
var import_node_fs2 = require("node:fs");
function readJson(file2) {
  const text = (0, import_node_fs2.readFileSync)(file2, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file2} is not JSON`);
  }
}

// apps/stateServer.ts
var import_node_http2 = require("node:http");
function serveState(address2, { metrics, alive: alive2, ready }) {
  return listenAt(address2, ({ url }, answer) => {
    const well = (is) => {
      answer.writeHead(is ? 200 : 503).end();
    };
    if (url === "/metrics") {
      answer.setHeader("content-type", "text/plain; version=0.0.4").end(metrics());
    } else if (url === "/healthz") well(alive2());
    else if (url === "/readyz" && ready) well(ready());
    else answer.writeHead(404).end();
  });
}
function listenAt(address2, listener) {
  const colon = address2.lastIndexOf(":");
  return (0, import_node_http2.createServer)(listener).listen(Number(address2.slice(colon + 1)), address2.slice(0, colon));
}

// apps/synthetic-launcher/config.ts
var KINDS = ["cached", "uncached"];

// apps/synthetic-launcher/failure.ts
var LaunchFailure = class extends Error {
  constructor(phase, reason, text) {
    const line = text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").trim();
    super(Array.from(line).slice(0, 200).join(""));
    this.phase = phase;
    this.reason = reason;
  }
  phase;
  reason;
  name = "LaunchFailure";
};
var NOT_ITS_FAULT = /* @__PURE__ */ new Set([
  "unreachable",
  "limited",
  "spec",
  "quota",
  "ended",
  "left"
]);
function isTheMembers({ reason }) {
  return !NOT_ITS_FAULT.has(reason);
}
function reasonOf2(status2, message) {
  if (status2 === 429) return "limited";
  if (status2 === 403) return "token";
  if (message.startsWith("Too many users")) return "quota";
  if (/^(Could not resolve ref|No provider found|Sorry, .* is not allowed to launch)/.test(message)) {
    return "spec";
  }
  return "failed";
}

// apps/synthetic-launcher/counts.ts
var Counts = class {
  byKey = /* @__PURE__ */ new Map();
  running = /* @__PURE__ */ new Map();
  /** Servers that were not seen to stop, by member. */
  left = /* @__PURE__ */ new Map();
  publishFailures = 0;
  constructor(members, kinds) {
    for (const member of members) {
      this.running.set(member, false);
      this.left.set(member, 0);
      for (const kind of kinds) this.byKey.set(`${member} ${kind}`, none(member, kind));
    }
  }
  get tallies() {
    return [...this.byKey.values()];
  }
  started(member) {
    this.running.set(member, true);
  }
  skipped(member, kind) {
    this.of(member, kind).skipped += 1;
  }
  ended(member, kind, phases, failure) {
    const tally = this.of(member, kind);
    this.running.set(member, false);
    tally.lastEnd = (/* @__PURE__ */ new Date()).getTime() / 1e3;
    tally.phases = phases;
    if (!failure) {
      tally.ok += 1;
      tally.good = true;
      tally.lastSuccess = tally.lastEnd;
      tally.durations.push(
        [...phases].reduce((sum, [phase, each]) => sum + (phase === "stopping" ? 0 : each), 0)
      );
      return;
    }
    if (isTheMembers(failure)) {
      tally.failed += 1;
      tally.good = false;
    } else tally.skipped += 1;
    this.note(tally, `${failure.phase} ${failure.reason}`);
  }
  noteLeft(member, kind) {
    this.left.set(member, (this.left.get(member) ?? 0) + 1);
    this.note(this.of(member, kind), "stopping left");
  }
  note({ failures }, key) {
    failures.set(key, (failures.get(key) ?? 0) + 1);
  }
  of(member, kind) {
    const key = `${member} ${kind}`;
    const tally = this.byKey.get(key) ?? none(member, kind);
    this.byKey.set(key, tally);
    return tally;
  }
};
function none(member, kind) {
  return {
    member,
    kind,
    ok: 0,
    failed: 0,
    skipped: 0,
    failures: /* @__PURE__ */ new Map(),
    good: void 0,
    lastEnd: void 0,
    lastSuccess: void 0,
    phases: /* @__PURE__ */ new Map(),
    durations: []
  };
}

// apps/metrics.ts
function metric(name2, type, help, samples) {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels, value]) => `${name2}${labelText(labels)} ${String(value)}`);
  return `# HELP ${name2} ${help}
# TYPE ${name2} ${type}
${lines.join("\n")}
`;
}
function labelText(labels) {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
function escaped(value) {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

// apps/synthetic-launcher/exposition.ts
var BOUNDS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600, 1200];
function exposition(counts2, held) {
  const { tallies } = counts2;
  const each = (value) => tallies.flatMap((tally) => {
    const number = value(tally);
    return number === void 0 ? [] : [[{ member: tally.member, kind: tally.kind }, number]];
  });
  const byMember = (map) => [...map].map(([member, value]) => [{ member }, Number(value)]);
  return [
    metric(
      "synthetic_launches_total",
      "counter",
      "Synthetic launches that ended; skipped: they say nothing of the member",
      tallies.flatMap(
        ({ member, kind, ...tally }) => ["ok", "failed", "skipped"].map((result) => [
          { member, kind, result },
          tally[result]
        ])
      )
    ),
    metric(
      "synthetic_launch_failures_total",
      "counter",
      "Synthetic launches that did not succeed, by the phase in which they ended and why",
      tallies.flatMap(
        ({ member, kind, failures }) => [...failures].map(([key, count2]) => {
          const [phase = "", reason = ""] = key.split(" ");
          return [{ member, kind, phase, reason }, count2];
        })
      )
    ),
    metric(
      "synthetic_launch_ok",
      "gauge",
      "1 while the last launch that says something of the member was good",
      each(({ good }) => good === void 0 ? void 0 : Number(good))
    ),
    metric(
      "synthetic_launch_last_success_timestamp_seconds",
      "gauge",
      "When a launch was good last",
      each(({ lastSuccess }) => lastSuccess)
    ),
    metric(
      "synthetic_launch_last_end_timestamp_seconds",
      "gauge",
      "When a launch ended last",
      each(({ lastEnd }) => lastEnd)
    ),
    metric(
      "synthetic_launch_phase_seconds",
      "gauge",
      "Seconds in each phase of the last launch",
      tallies.flatMap(
        ({ member, kind, phases }) => [...phases].map(([phase, seconds2]) => [{ member, kind, phase }, seconds2])
      )
    ),
    durations(tallies),
    metric("synthetic_launch_running", "gauge", "1 while a launch runs", byMember(counts2.running)),
    metric(
      "synthetic_servers_left_total",
      "counter",
      "Servers that were not seen to stop in time",
      byMember(counts2.left)
    ),
    metric("synthetic_launcher_leader", "gauge", "1 while this replica is the one that launches", [
      [{}, Number(held)]
    ]),
    metric(
      "synthetic_launcher_publish_failures_total",
      "counter",
      "Results that could not be written to ConfigMap federation-launches",
      [[{}, counts2.publishFailures]]
    )
  ].join("");
}
function durations(tallies) {
  const name2 = "synthetic_launch_seconds";
  const lines = tallies.flatMap(({ member, kind, durations: taken }) => {
    const labels = `member="${member}",kind="${kind}"`;
    return [
      ...[...BOUNDS, Infinity].map((bound) => {
        const le = bound === Infinity ? "+Inf" : String(bound);
        return `${name2}_bucket{${labels},le="${le}"} ${String(taken.filter((seconds2) => seconds2 <= bound).length)}`;
      }),
      `${name2}_sum{${labels}} ${String(taken.reduce((sum, seconds2) => sum + seconds2, 0))}`,
      `${name2}_count{${labels}} ${String(taken.length)}`
    ];
  });
  return [
    `# HELP ${name2} From the page to the answering server, of good launches`,
    `# TYPE ${name2} histogram`,
    ...lines,
    ""
  ].join("\n");
}

// apps/synthetic-launcher/launcher.ts
var import_promises2 = require("node:timers/promises");

// node_modules/eventsource-parser/dist/index.js
var ParseError = class extends Error {
  constructor(message, options) {
    super(message), this.name = "ParseError", this.type = options.type, this.field = options.field, this.value = options.value, this.line = options.line;
  }
};
var LF = 10;
var CR = 13;
var SPACE = 32;
function noop(_arg) {
}
function createParser(config2) {
  if (typeof config2 == "function")
    throw new TypeError(
      "`config` must be an object, got a function instead. Did you mean `createParser({onEvent: fn})`?"
    );
  const { onEvent = noop, onError = noop, onRetry = noop, onComment, maxBufferSize } = config2, pendingFragments = [];
  let pendingFragmentsLength = 0, isFirstChunk = true, id, data = "", dataLines = 0, eventType, terminated = false;
  function feed(chunk) {
    if (terminated)
      throw new Error(
        "Cannot feed parser: it was terminated after exceeding the configured max buffer size. Call `reset()` to resume parsing."
      );
    if (isFirstChunk && (isFirstChunk = false, chunk.charCodeAt(0) === 239 && chunk.charCodeAt(1) === 187 && chunk.charCodeAt(2) === 191 && (chunk = chunk.slice(3))), pendingFragments.length === 0) {
      const trailing2 = processLines(chunk);
      trailing2 !== "" && (pendingFragments.push(trailing2), pendingFragmentsLength = trailing2.length), checkBufferSize();
      return;
    }
    if (chunk.indexOf(`
`) === -1 && chunk.indexOf("\r") === -1) {
      pendingFragments.push(chunk), pendingFragmentsLength += chunk.length, checkBufferSize();
      return;
    }
    pendingFragments.push(chunk);
    const input = pendingFragments.join("");
    pendingFragments.length = 0, pendingFragmentsLength = 0;
    const trailing = processLines(input);
    trailing !== "" && (pendingFragments.push(trailing), pendingFragmentsLength = trailing.length), checkBufferSize();
  }
  function checkBufferSize() {
    maxBufferSize !== void 0 && (pendingFragmentsLength + data.length <= maxBufferSize || (terminated = true, pendingFragments.length = 0, pendingFragmentsLength = 0, id = void 0, data = "", dataLines = 0, eventType = void 0, onError(
      new ParseError(`Buffered data exceeded max buffer size of ${maxBufferSize} characters`, {
        type: "max-buffer-size-exceeded"
      })
    )));
  }
  function processLines(chunk) {
    let searchIndex = 0;
    if (chunk.indexOf("\r") === -1) {
      let lfIndex = chunk.indexOf(`
`, searchIndex);
      for (; lfIndex !== -1; ) {
        if (searchIndex === lfIndex) {
          dataLines > 0 && onEvent({ id, event: eventType, data }), id = void 0, data = "", dataLines = 0, eventType = void 0, searchIndex = lfIndex + 1, lfIndex = chunk.indexOf(`
`, searchIndex);
          continue;
        }
        const firstCharCode = chunk.charCodeAt(searchIndex);
        if (isDataPrefix(chunk, searchIndex, firstCharCode)) {
          const valueStart = chunk.charCodeAt(searchIndex + 5) === SPACE ? searchIndex + 6 : searchIndex + 5, value = chunk.slice(valueStart, lfIndex);
          if (dataLines === 0 && chunk.charCodeAt(lfIndex + 1) === LF) {
            onEvent({ id, event: eventType, data: value }), id = void 0, data = "", eventType = void 0, searchIndex = lfIndex + 2, lfIndex = chunk.indexOf(`
`, searchIndex);
            continue;
          }
          data = dataLines === 0 ? value : `${data}
${value}`, dataLines++;
        } else isEventPrefix(chunk, searchIndex, firstCharCode) ? eventType = chunk.slice(
          chunk.charCodeAt(searchIndex + 6) === SPACE ? searchIndex + 7 : searchIndex + 6,
          lfIndex
        ) || void 0 : parseLine(chunk, searchIndex, lfIndex);
        searchIndex = lfIndex + 1, lfIndex = chunk.indexOf(`
`, searchIndex);
      }
      return chunk.slice(searchIndex);
    }
    for (; searchIndex < chunk.length; ) {
      const crIndex = chunk.indexOf("\r", searchIndex), lfIndex = chunk.indexOf(`
`, searchIndex);
      let lineEnd = -1;
      if (crIndex !== -1 && lfIndex !== -1 ? lineEnd = crIndex < lfIndex ? crIndex : lfIndex : crIndex !== -1 ? crIndex === chunk.length - 1 ? lineEnd = -1 : lineEnd = crIndex : lfIndex !== -1 && (lineEnd = lfIndex), lineEnd === -1)
        break;
      parseLine(chunk, searchIndex, lineEnd), searchIndex = lineEnd + 1, chunk.charCodeAt(searchIndex - 1) === CR && chunk.charCodeAt(searchIndex) === LF && searchIndex++;
    }
    return chunk.slice(searchIndex);
  }
  function parseLine(chunk, start, end2) {
    if (start === end2) {
      dispatchEvent();
      return;
    }
    const firstCharCode = chunk.charCodeAt(start);
    if (isDataPrefix(chunk, start, firstCharCode)) {
      const valueStart = chunk.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, value2 = chunk.slice(valueStart, end2);
      data = dataLines === 0 ? value2 : `${data}
${value2}`, dataLines++;
      return;
    }
    if (isEventPrefix(chunk, start, firstCharCode)) {
      eventType = chunk.slice(chunk.charCodeAt(start + 6) === SPACE ? start + 7 : start + 6, end2) || void 0;
      return;
    }
    if (firstCharCode === 105 && chunk.charCodeAt(start + 1) === 100 && chunk.charCodeAt(start + 2) === 58) {
      const value2 = chunk.slice(chunk.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, end2);
      value2.includes("\0") || (id = value2);
      return;
    }
    if (firstCharCode === 58) {
      if (onComment) {
        const line2 = chunk.slice(start, end2);
        onComment(line2.slice(chunk.charCodeAt(start + 1) === SPACE ? 2 : 1));
      }
      return;
    }
    const line = chunk.slice(start, end2), fieldSeparatorIndex = line.indexOf(":");
    if (fieldSeparatorIndex === -1) {
      processField(line, "", line);
      return;
    }
    const field = line.slice(0, fieldSeparatorIndex), offset = line.charCodeAt(fieldSeparatorIndex + 1) === SPACE ? 2 : 1, value = line.slice(fieldSeparatorIndex + offset);
    processField(field, value, line);
  }
  function processField(field, value, line) {
    switch (field) {
      case "event":
        eventType = value || void 0;
        break;
      case "data":
        data = dataLines === 0 ? value : `${data}
${value}`, dataLines++;
        break;
      case "id":
        value.includes("\0") || (id = value);
        break;
      case "retry":
        /^\d+$/.test(value) ? onRetry(parseInt(value, 10)) : onError(
          new ParseError(`Invalid \`retry\` value: "${value}"`, {
            type: "invalid-retry",
            value,
            line
          })
        );
        break;
      default:
        onError(
          new ParseError(
            `Unknown field "${field.length > 20 ? `${field.slice(0, 20)}…` : field}"`,
            { type: "unknown-field", field, value, line }
          )
        );
        break;
    }
  }
  function dispatchEvent() {
    dataLines > 0 && onEvent({
      id,
      event: eventType,
      data
    }), id = void 0, data = "", dataLines = 0, eventType = void 0;
  }
  function reset(options = {}) {
    if (options.consume && pendingFragments.length > 0) {
      const incompleteLine = pendingFragments.join("");
      parseLine(incompleteLine, 0, incompleteLine.length);
    }
    isFirstChunk = true, id = void 0, data = "", dataLines = 0, eventType = void 0, pendingFragments.length = 0, pendingFragmentsLength = 0, terminated = false;
  }
  return { feed, reset };
}
function isDataPrefix(chunk, i, firstCharCode) {
  return firstCharCode === 100 && chunk.charCodeAt(i + 1) === 97 && chunk.charCodeAt(i + 2) === 116 && chunk.charCodeAt(i + 3) === 97 && chunk.charCodeAt(i + 4) === 58;
}
function isEventPrefix(chunk, i, firstCharCode) {
  return firstCharCode === 101 && chunk.charCodeAt(i + 1) === 118 && chunk.charCodeAt(i + 2) === 101 && chunk.charCodeAt(i + 3) === 110 && chunk.charCodeAt(i + 4) === 116 && chunk.charCodeAt(i + 5) === 58;
}

// apps/federation-agent/config.ts
function parseLaunches(text) {
  const results = JSON.parse(text);
  if (!isObject(results)) throw new Error("not a map of members");
  for (const [member, result] of Object.entries(results)) {
    if (!isObject(result) || typeof result["ok"] !== "boolean" || typeof result["at"] !== "string") {
      throw new Error(`${member} has no {ok, at}`);
    }
  }
  return results;
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// apps/synthetic-launcher/events.ts
var MAX_BYTES = 32 << 20;
var StreamEnd = class extends Error {
  constructor(reason, text) {
    super(text);
    this.reason = reason;
  }
  reason;
  name = "StreamEnd";
};
async function* events(url, { silenceMs, signal }) {
  const abort = new AbortController();
  const silent = new StreamEnd("silent", `nothing for ${String(silenceMs / 1e3)} s`);
  let timer = setTimeout(() => {
    abort.abort(silent);
  }, silenceMs);
  const end2 = () => {
    abort.abort(signal.reason);
  };
  signal.addEventListener("abort", end2, { once: true });
  if (signal.aborted) end2();
  const pending = [];
  const parser = createParser({
    onEvent: ({ data }) => {
      pending.push(data);
    }
  });
  try {
    const reader = await open(url, abort.signal);
    const decoder = new TextDecoder();
    let size = 0;
    for (; ; ) {
      const { value, done } = await reader.read();
      if (done) throw new StreamEnd("closed", "the stream ended before the server was ready");
      clearTimeout(timer);
      timer = setTimeout(() => {
        abort.abort(silent);
      }, silenceMs);
      size += value.length;
      if (size > MAX_BYTES) throw new StreamEnd("malformed", `more than ${String(MAX_BYTES)} bytes`);
      parser.feed(decoder.decode(value, { stream: true }));
      for (const data of pending.splice(0)) yield eventOf(data);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (abort.signal.aborted) throw silent;
    throw error instanceof StreamEnd ? error : new StreamEnd("closed", causeOf(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end2);
    abort.abort();
  }
}
async function open(url, signal) {
  const headers = { Accept: "text/event-stream", "Cache-Control": "no-cache" };
  const answer = await fetch(url, { headers, signal, redirect: "manual" }).catch((error) => {
    throw signal.aborted ? error : new StreamEnd("unreachable", causeOf(error));
  });
  const { status: status2, body } = answer;
  if (status2 === 429) throw new StreamEnd("limited", "status 429");
  if (status2 !== 200) throw new StreamEnd("status", `status ${String(status2)}`);
  const type = answer.headers.get("content-type") ?? "";
  if (!type.startsWith("text/event-stream") || !body) {
    throw new StreamEnd("malformed", `content type ${type}`);
  }
  return body.getReader();
}
function eventOf(data) {
  try {
    const event = JSON.parse(data);
    if (isObject(event)) return event;
  } catch {
  }
  throw new StreamEnd("malformed", "an event that is no JSON object");
}
function causeOf(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

// apps/synthetic-launcher/server.ts
var import_promises = require("node:timers/promises");
var PAUSE = 500;
var BOUNDS2 = { timeoutMs: 1e4, maxBytes: 64 << 10 };
function serverOf(event, memberUrl) {
  const { url, token } = event;
  if (typeof url !== "string" || typeof token !== "string" || !/^[\w.~-]{1,256}$/.test(token)) {
    return void 0;
  }
  if (!URL.canParse(url)) return void 0;
  const [server2, member] = [new URL(url), new URL(memberUrl)];
  const family = (name2) => /[a-z]$/.test(name2) ? name2.split(".").slice(-2).join(".") : name2;
  const ours = server2.protocol === member.protocol && family(server2.hostname) === family(member.hostname);
  if (!ours || server2.search !== "" || server2.username !== "" || !server2.pathname.includes("/user/")) {
    return void 0;
  }
  return { url: server2.href.replace(/\/?$/, "/"), token };
}
async function answers(server2, limit, signal) {
  return until(async () => await status(server2) === 200, limit, signal);
}
async function shutDown(server2, limit) {
  const never = new AbortController().signal;
  return until(
    async () => {
      await ask(server2, "POST", "api/shutdown");
      return await status(server2) !== 200;
    },
    limit,
    never
  );
}
async function until(holds, limit, signal) {
  const end2 = seconds() + limit;
  for (; ; ) {
    if (await holds()) return true;
    if (seconds() > end2 || signal.aborted) return false;
    await (0, import_promises.setTimeout)(PAUSE);
  }
}
function status(server2) {
  return ask(server2, "GET", "api/status");
}
async function ask({ url, token }, method, path) {
  const question = { method, headers: { Authorization: `token ${token}` } };
  try {
    return (await askBounded(new URL(path, url), question, BOUNDS2)).status;
  } catch {
    return 0;
  }
}

// apps/synthetic-launcher/launch.ts
var OURS = {
  waiting: "queued",
  fetching: "building",
  building: "building",
  pushing: "pushing",
  built: "launching",
  launching: "launching"
};
var PAGE_BYTES = 1 << 20;
async function launch(member, spec, { limits, silenceSeconds }, {
  signal,
  got
}) {
  const watch = new Watch(limits, signal);
  let server2;
  try {
    watch.enter("page");
    const token = await buildToken(member, spec, limits.page, watch.signal);
    watch.enter("queued");
    server2 = await follow(member, `${member.url}/build/${spec}?build_token=${token}`, silenceSeconds, watch);
    got(server2);
    watch.enter("ready");
    if (!await answers(server2, limits.ready, watch.signal)) {
      throw new Ending("server", `${new URL(server2.url).host} does not answer for the server`);
    }
    return { phases: watch.end(), server: server2, failure: void 0 };
  } catch (error) {
    const phases = watch.end();
    return { phases, server: server2, failure: watch.failureOf(error) };
  }
}
var Ending = class extends Error {
  constructor(reason, text) {
    super(text);
    this.reason = reason;
  }
  reason;
};
var Watch = class {
  constructor(limits, outer) {
    this.limits = limits;
    this.outer = outer;
    outer.addEventListener("abort", this.told, { once: true });
    if (outer.aborted) this.told();
  }
  limits;
  outer;
  abort = new AbortController();
  taken = /* @__PURE__ */ new Map();
  phase = "page";
  since = seconds();
  timer;
  told = () => {
    if (this.phase === "launching" || this.phase === "ready") return;
    this.abort.abort(new Ending("ended", "the launcher was told to end"));
  };
  get signal() {
    return this.abort.signal;
  }
  enter(phase) {
    this.note();
    if (phase !== this.phase) this.taken.set(phase, this.taken.get(phase) ?? 0);
    this.phase = phase;
    clearTimeout(this.timer);
    const left = this.limits[phase] - (this.taken.get(phase) ?? 0);
    this.timer = setTimeout(
      () => {
        this.abort.abort(new Ending("timeout", `not done in ${String(this.limits[phase])} s`));
      },
      Math.max(0, left) * 1e3
    );
  }
  end() {
    this.note();
    clearTimeout(this.timer);
    this.outer.removeEventListener("abort", this.told);
    return this.taken;
  }
  is(phase) {
    return this.phase === phase;
  }
  failureOf(error) {
    const why = this.signal.aborted && !(error instanceof Ending) ? this.signal.reason : error;
    if (why instanceof StreamEnd || why instanceof Ending) {
      return new LaunchFailure(this.phase, why.reason, why.message);
    }
    return new LaunchFailure(this.phase, "unreachable", why instanceof Error ? why.message : String(why));
  }
  note() {
    const now = seconds();
    this.taken.set(this.phase, (this.taken.get(this.phase) ?? 0) + now - this.since);
    this.since = now;
  }
};
async function buildToken({ url }, spec, limit, signal) {
  const bounds = { timeoutMs: limit * 1e3, maxBytes: PAGE_BYTES };
  const { status: status2, text } = await askBounded(new URL(`${url}/v2/${spec}`), { signal }, bounds).catch(
    (error) => {
      if (error instanceof TimedOut) throw new Ending("timeout", error.message);
      if (error instanceof BadAnswer) throw new Ending("malformed", error.message);
      throw error;
    }
  );
  if (status2 === 429) throw new Ending("limited", "the page: status 429");
  if (status2 !== 200) throw new Ending("status", `the page: status ${String(status2)}`);
  const [, token] = /"buildToken": ?"([\w.-]+)"/.exec(text) ?? [];
  if (token === void 0) throw new Ending("malformed", "the page has no token for a launch");
  return token;
}
async function follow(member, url, silenceSeconds, watch) {
  for await (const event of events(url, { silenceMs: silenceSeconds * 1e3, signal: watch.signal })) {
    const phase = typeof event["phase"] === "string" ? event["phase"] : "";
    const message = typeof event["message"] === "string" ? event["message"].trim() : "";
    if (phase === "failed" || phase === "failure") {
      throw new Ending(reasonOf2(event["status_code"], message), message || "without a reason");
    }
    if (phase === "ready") {
      const server2 = serverOf(event, member.url);
      if (server2) return server2;
      throw new Ending("malformed", "ready, but with no server of this member");
    }
    const ours = Object.hasOwn(OURS, phase) ? OURS[phase] : void 0;
    if (ours !== void 0 && !watch.is(ours)) watch.enter(ours);
  }
  throw new Ending("closed", "the stream ended");
}

// apps/federation-agent/said.ts
var Malformed = class extends Error {
  name = "Malformed";
};
var MAX_BYTES2 = 32 << 10;
var MAX_ENTRIES = 20;
var MAX_COUNT = 1e5;
var QUOTA_CHECK = "Pod quota";
function readHealth(body) {
  const list = isObject(body) ? body["checks"] : void 0;
  if (!Array.isArray(list) || list.length > MAX_ENTRIES) throw new Malformed("/health has no list of checks");
  const checks = /* @__PURE__ */ new Map();
  let load;
  for (const check of list) {
    if (!isObject(check) || typeof check["service"] !== "string" || typeof check["ok"] !== "boolean") {
      throw new Malformed("/health has a check without service and ok");
    }
    const { ok, total_pods: used, quota } = check;
    const service = name(check["service"], "/health");
    if (service !== QUOTA_CHECK) checks.set(service, check["ok"]);
    else if (quota === void 0) checks.set(service, ok);
    else if (quota !== null) load = { used: count(used), quota: count(quota) };
  }
  return { checks: Object.fromEntries(checks), ...load && { load } };
}
function name(value, where) {
  if (!/^[\x20-\x7e]{1,60}$/.test(value)) throw new Malformed(`${where} has a name that is not legible`);
  return value;
}
function count(value) {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_COUNT) {
    return value;
  }
  throw new Malformed("/health has a number of pods that is none");
}

// apps/synthetic-launcher/room.ts
var BOUNDS3 = { timeoutMs: 15e3, maxBytes: 64 << 10 };
async function hasRoom({ url }, headroom) {
  try {
    const { text } = await askBounded(new URL(`${url}/health`), {}, BOUNDS3);
    const { load } = readHealth(JSON.parse(text));
    return !load || load.used < load.quota * (1 - headroom);
  } catch {
    return true;
  }
}

// apps/synthetic-launcher/schedule.ts
var JITTER = 0.2;
var RETRIES = 5;
var RETRY_SECONDS = 60;
var START = { cached: 30, uncached: 600 };
function firstSchedule(now, { cachedMinutes, uncachedMinutes }, random) {
  const cached = Math.min(START.cached, cachedMinutes * 60);
  const uncached = Math.min(START.uncached, uncachedMinutes * 60);
  return { cached: now + cached * random(), uncached: now + uncached * random(), failures: 0 };
}
function due({ cached, uncached }, now) {
  if (cached <= now) return "cached";
  return uncached <= now ? "uncached" : void 0;
}
function after(schedule, [kind, ok], now, { cachedMinutes, uncachedMinutes }, random) {
  const jittered = (seconds2) => now + seconds2 * (1 + JITTER * (2 * random() - 1));
  if (kind === "uncached") return { ...schedule, uncached: jittered(uncachedMinutes * 60) };
  const failures = ok === void 0 ? schedule.failures : ok ? 0 : schedule.failures + 1;
  const soon = ok === false && failures <= RETRIES;
  return {
    ...schedule,
    failures,
    cached: jittered(soon ? Math.min(RETRY_SECONDS, cachedMinutes * 60) : cachedMinutes * 60)
  };
}
var FAILURES_TO_SAY_SO = 2;

// apps/synthetic-launcher/spelling.ts
var COUNTING = 12;
function specOf(kind, { repository, ref }, count2) {
  const name2 = kind === "cached" ? repository.toUpperCase() : counted(repository, count2);
  return `gh/${name2}/${ref}`;
}
function buildCount(now, index, members) {
  const hours = Math.floor(now.getTime() / 36e5);
  return hours + Math.floor(2 ** COUNTING * index / Math.max(1, members));
}
function counted(repository, count2) {
  const small = repository.toLowerCase();
  const letters = Array.from(small).flatMap((character, index) => /[a-z]/.test(character) ? [index] : []);
  const bits = Math.min(COUNTING, Math.max(0, letters.length - 2));
  const capitals = new Set(letters.slice(0, bits).filter((_, bit) => Math.floor(count2 / 2 ** bit) % 2 === 1));
  const last = letters.at(-1);
  if (last !== void 0) capitals.add(last);
  return Array.from(small).map((character, index) => capitals.has(index) ? character.toUpperCase() : character).join("");
}

// apps/synthetic-launcher/launcher.ts
var MemberLauncher = class {
  constructor(config2, member, around) {
    this.config = config2;
    this.member = member;
    this.around = around;
    this.schedule = firstSchedule(seconds(), config2, around.random);
  }
  config;
  member;
  around;
  schedule;
  /** Goes on until the signal, which also ends the launch that runs. */
  async run(signal) {
    while (!signal.aborted) {
      const kind = this.around.held() ? due(this.schedule, seconds()) : void 0;
      if (kind !== void 0) await this.once(kind, signal);
      else await (0, import_promises2.setTimeout)(500, void 0, { signal }).catch(() => void 0);
    }
  }
  /** One launch, from the question whether there is room to the shutdown of its server. */
  async once(kind, signal) {
    const { config: config2, member, around } = this;
    await around.servers.tidy(config2.limits.stopping);
    let ok;
    if (await hasRoom(member, config2.headroom)) ok = await this.launch(kind, signal);
    else {
      around.counts.skipped(member.name, kind);
      around.log(`${member.name}, ${kind}: left out, the room that it has is for people`);
    }
    if (signal.aborted) return;
    this.schedule = after(this.schedule, [kind, ok], seconds(), config2, around.random);
    if (kind === "cached" && ok !== void 0) await this.say(ok);
  }
  /** Resolves to whether the member can launch; undefined when the launch does not tell. */
  async launch(kind, signal) {
    const { config: config2, member, around } = this;
    const { counts: counts2, servers: servers2, log: log2 } = around;
    const { members, limits } = config2;
    const spec = specOf(kind, config2, buildCount(/* @__PURE__ */ new Date(), members.indexOf(member), members.length));
    counts2.started(member.name);
    const { phases, server: server2, failure } = await launch(member, spec, config2, {
      signal,
      got: (running) => {
        servers2.add(running);
      }
    });
    const taken = new Map(phases);
    const start = seconds();
    const gone = server2 === void 0 || await servers2.remove(server2, limits.stopping);
    if (server2) taken.set("stopping", seconds() - start);
    counts2.ended(member.name, kind, taken, failure);
    const total = [...phases.values()].reduce((sum, each) => sum + each, 0).toFixed(1);
    const how = failure ? `${failure.phase}: ${failure.reason} (${failure.message})` : "launched";
    log2(`${member.name}, ${kind}: ${how} after ${total} s`);
    if (!gone) {
      counts2.noteLeft(member.name, kind);
      log2(
        `${member.name}, ${kind}: its server did not stop; it is told again, and the hub's culler stops it`
      );
    }
    return failure ? isTheMembers(failure) ? false : void 0 : true;
  }
  /** Tells the agents. One failure alone is no news: it may have met a node that went away. */
  async say(ok) {
    const { counts: counts2, publish: publish2, log: log2, held } = this.around;
    if (!held() || !ok && this.schedule.failures < FAILURES_TO_SAY_SO) return;
    try {
      await publish2([this.member.name, { ok, at: (/* @__PURE__ */ new Date()).toISOString() }]);
    } catch (error) {
      counts2.publishFailures += 1;
      log2(`not published: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
};

// apps/synthetic-launcher/lease.ts
var NAME = "synthetic-launcher";
var Lease = class {
  constructor(api2, namespace, holder, lasts) {
    this.api = api2;
    this.namespace = namespace;
    this.holder = holder;
    this.lasts = lasts;
    this.path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  }
  api;
  namespace;
  holder;
  lasts;
  seen = "";
  changed = seconds();
  renewed = -Infinity;
  path;
  /** Whether it is ours now. */
  get held() {
    return seconds() - this.renewed < this.lasts;
  }
  /** Renews it, or takes it when nobody has it. Rejects when the API server does not answer. */
  async tryToHold() {
    const asked = seconds();
    const lease2 = await this.read();
    const holder = lease2?.spec?.holderIdentity ?? "";
    const mark = `${holder} ${lease2?.spec?.renewTime ?? ""}`;
    if (mark !== this.seen) [this.seen, this.changed] = [mark, asked];
    const free = holder === "" || holder === this.holder || asked - this.changed >= this.lasts;
    if (!free) this.renewed = -Infinity;
    else if (await this.write(lease2)) this.renewed = asked;
  }
  /** Gives it back, so that the next one need not wait. */
  async release() {
    if (!this.held) return;
    this.renewed = -Infinity;
    await this.write(await this.read(), "");
  }
  read() {
    return find(this.api, `${this.path}/${NAME}`);
  }
  /** Resolves to false when another one was faster. */
  async write(lease2, holder = this.holder) {
    const object = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { ...lease2?.metadata, name: NAME, namespace: this.namespace },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: this.lasts,
        // microseconds, which the API server demands
        renewTime: (/* @__PURE__ */ new Date()).toISOString().replace("Z", "000Z")
      }
    };
    try {
      if (lease2) await this.api.call("PUT", `${this.path}/${NAME}`, object);
      else await this.api.call("POST", this.path, object);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return false;
      throw error;
    }
  }
};

// apps/synthetic-launcher/results.ts
var CONFIG_MAP = { name: "federation-launches", key: "launches.json" };
var TRIES = 4;
async function publish(api2, namespace, members, [member, result]) {
  const path = `/api/v1/namespaces/${namespace}/configmaps/${CONFIG_MAP.name}`;
  for (let tries = 1; ; tries += 1) {
    const object = await api2.call("GET", path);
    const kept = Object.entries(presentIn(object)).filter(
      ([name2]) => members.includes(name2) && name2 !== member
    );
    const results = Object.fromEntries(
      [...kept, [member, result]].sort(([a], [b]) => a < b ? -1 : 1)
    );
    try {
      await api2.call("PUT", path, {
        ...object,
        data: { ...object.data, [CONFIG_MAP.key]: JSON.stringify(results) }
      });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || tries === TRIES) throw error;
    }
  }
}
function presentIn({ data }) {
  try {
    return parseLaunches(data?.[CONFIG_MAP.key] ?? "{}");
  } catch {
    return {};
  }
}

// apps/synthetic-launcher/servers.ts
var import_node_fs3 = require("node:fs");
var MAX = 50;
var Servers = class {
  constructor(file2, stop = shutDown) {
    this.file = file2;
    this.stop = stop;
    this.running = read(file2);
  }
  file;
  stop;
  running;
  /** Those whose launches are not over yet. */
  used = /* @__PURE__ */ new Set();
  get count() {
    return this.running.length;
  }
  /** Notes a server before anything else is done with it. */
  add(server2) {
    this.used.add(server2.url);
    this.write([...this.running, server2].slice(-MAX));
  }
  /** Shuts a server down. Resolves to whether it has gone; if it has not, it stays noted. */
  async remove(server2, limit) {
    const gone = await this.stop(server2, limit);
    this.used.delete(server2.url);
    if (!gone) return false;
    this.write(this.running.filter(({ url }) => url !== server2.url));
    return true;
  }
  /** Shuts down what an earlier process, or an earlier try, left; whatever does not answer any more counts as gone. */
  async tidy(limit) {
    const left = this.running.filter(({ url }) => !this.used.has(url));
    await Promise.all(left.map((server2) => this.remove(server2, limit)));
  }
  write(running) {
    this.running = running;
    (0, import_node_fs3.writeFileSync)(`${this.file}.new`, JSON.stringify(running), { mode: 384 });
    (0, import_node_fs3.renameSync)(`${this.file}.new`, this.file);
  }
};
function read(file2) {
  try {
    const servers2 = JSON.parse((0, import_node_fs3.readFileSync)(file2, "utf8"));
    if (!Array.isArray(servers2)) return [];
    return servers2.flatMap((each) => {
      if (!isObject(each) || typeof each["url"] !== "string" || typeof each["token"] !== "string") return [];
      return [{ url: each["url"], token: each["token"] }];
    });
  } catch {
    return [];
  }
}

// apps/synthetic-launcher/main.ts
var [file = "", server = "", account = "", run = "", address = "0.0.0.0:8409"] = process.argv.slice(2);
var config = readJson(file);
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var api = new InCluster(server, account, { timeoutMs: 1e4, maxBytes: 4 << 20 });
var names = config.members.map(({ name: name2 }) => name2);
var counts = new Counts(names, KINDS);
var servers = new Servers((0, import_node_path2.join)(run, "servers.json"));
var lease = new Lease(api, api.namespace, `${(0, import_node_os.hostname)()}-${String(process.pid)}`, config.leaseSeconds);
var end = new AbortController();
var alive = seconds();
async function hold() {
  let said = "";
  while (!end.signal.aborted) {
    const problem = await lease.tryToHold().then(
      () => "",
      (error) => error instanceof Error ? error.message : String(error)
    );
    if (problem !== said) log(problem === "" ? "the API server answers" : `the Lease: ${problem}`);
    said = problem;
    alive = seconds();
    await (0, import_promises3.setTimeout)(config.leaseSeconds * 1e3 / 3, void 0, { signal: end.signal }).catch(() => void 0);
  }
}
async function work() {
  await servers.tidy(config.limits.stopping);
  const around = {
    servers,
    counts,
    held: () => lease.held,
    publish: (result) => publish(api, api.namespace, names, result),
    log,
    random: Math.random
  };
  const launchers = config.members.map((member) => new MemberLauncher(config, member, around));
  await Promise.all([hold(), ...launchers.map((launcher) => launcher.run(end.signal))]);
  await lease.release().catch(() => void 0);
}
serveState(address, {
  metrics: () => exposition(counts, lease.held),
  alive: () => seconds() - alive < 120
});
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    end.abort();
  });
}
void work().then(() => process.exit(0));
