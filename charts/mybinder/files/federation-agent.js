// Made from apps/federation-agent/main.ts by: npx mybinder bundle
"use strict";

// apps/federation-agent/main.ts
var import_node_crypto2 = require("node:crypto");
var import_node_fs5 = require("node:fs");
var import_node_path3 = require("node:path");
var import_promises = require("node:timers/promises");
var import_node_worker_threads2 = require("node:worker_threads");

// apps/federation-agent/agent.ts
var import_node_fs4 = require("node:fs");

// apps/federation-agent/config.ts
var import_node_fs = require("node:fs");
function readConfig(file) {
  return JSON.parse((0, import_node_fs.readFileSync)(file, "utf8"));
}
function parseTraffic(text) {
  const table = JSON.parse(text);
  if (!isObject(table)) throw new Error("not a map of members");
  for (const [member, entry] of Object.entries(table)) {
    if (!isObject(entry)) throw new Error(`${member} is not a map`);
    const { weight, drain, until, rampFrom } = entry;
    if (weight !== void 0 && !(typeof weight === "number" && weight >= 0)) bad(member, "weight");
    if (drain !== void 0 && drain !== true) bad(member, "drain");
    for (const [key, time] of Object.entries({ until, rampFrom })) {
      if (time !== void 0 && !(typeof time === "string" && !Number.isNaN(Date.parse(time)))) {
        bad(member, key);
      }
    }
  }
  return table;
}
function bad(member, key) {
  throw new Error(`${member}.${key} is malformed`);
}
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

// model/trafficShare.ts
var RAMP_STEP = 0.05;
function isActive({ until }, now) {
  return until === void 0 || now.getTime() < Date.parse(until);
}
function trafficShare(weight, entry, now) {
  if (!entry || !isActive(entry, now)) return { weight, drained: false };
  if (entry.drain) return { weight: 0, drained: true };
  const exact = (entry.weight ?? weight) * ramped(entry, now);
  return { weight: Math.round(exact * 1e3) / 1e3, drained: false };
}
function ramped({ rampFrom, until }, now) {
  if (rampFrom === void 0 || until === void 0) return 1;
  const [start, end] = [Date.parse(rampFrom), Date.parse(until)];
  const part = Math.max(0, (now.getTime() - start) / (end - start));
  return Math.min(1, RAMP_STEP * (1 + Math.floor(part / RAMP_STEP)));
}

// apps/federation-agent/health.ts
var STEPS = 4;
var MARGIN = 0.5;
function judge(observation, context) {
  const { problem, load } = observation;
  const { config: config2, versionsOk, launchOk, lastFactor } = context;
  if (problem) {
    const checks2 = { [problem.kind === "unreachable" ? "reachable" : "answers"]: false };
    const unreachable = problem.kind === "unreachable";
    return { checks: checks2, healthy: false, unreachable, factor: 0, free: void 0, load, reason: problem.text };
  }
  const free = load && (load.quota > 0 ? Math.max(0, 1 - load.used / load.quota) : 0);
  const factor = free === void 0 ? 1 : factorOf(free, config2, lastFactor);
  const checks = {
    reachable: true,
    answers: true,
    versions: versionsOk,
    ...observation.checks,
    ...free !== void 0 && { "Pod quota": factor > 0 },
    ...launchOk !== void 0 && { launch: launchOk }
  };
  const failed = Object.entries(checks).flatMap(([name, ok]) => ok || name === "Pod quota" ? [] : [name]);
  return {
    checks,
    healthy: failed.length === 0,
    unreachable: false,
    factor,
    free,
    load,
    reason: failed.join(", ")
  };
}
function factorOf(free, { headroom, taper }, last) {
  if (free <= headroom) return 0;
  const exact = taper === 0 ? 1 : Math.min(1, (free - headroom) / taper);
  const step = Math.ceil(exact * STEPS) / STEPS;
  if (last === void 0 || step === last) return step;
  const edge = step > last ? last : step;
  return Math.abs(exact - edge) < MARGIN / STEPS && Math.abs(step - last) <= 1 / STEPS ? last : step;
}
function remember(last, verdict, skewedSince, { fall, rise }) {
  const { healthy, factor } = verdict;
  if (!last) return { healthy, factor, against: 0, skewedSince };
  const kept = verdict.healthy ? factor : last.factor;
  if (healthy === last.healthy) return { healthy, factor: kept, against: 0, skewedSince };
  const against = last.against + 1;
  if (against < (healthy ? rise : fall)) return { ...last, factor: kept, against, skewedSince };
  return { healthy, factor: kept, against: 0, skewedSince };
}
function launchResult(launches, member, { launchMaxAgeMinutes }, now) {
  const result = launches[member];
  if (!result) return void 0;
  const age = now - Date.parse(result.at);
  return age < launchMaxAgeMinutes * 6e4 ? result.ok : void 0;
}

// apps/federation-agent/versions.ts
function capacityOf({ launchQuota }, observation) {
  return observation?.load?.quota ?? launchQuota ?? 0;
}
function expectedVersions(config2, observations) {
  const votes = /* @__PURE__ */ new Map();
  for (const member of config2.members) {
    const observation = observations.get(member.name);
    for (const [key, version] of Object.entries(observation?.versions ?? {})) {
      const of = votes.get(key) ?? /* @__PURE__ */ new Map();
      of.set(version, (of.get(version) ?? 0) + Math.max(1, capacityOf(member, observation)));
      votes.set(key, of);
    }
  }
  const winners = [...votes].map(([key, of]) => {
    const ranked = [...of].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return [key, ranked[0]?.[0] ?? ""];
  });
  return { ...Object.fromEntries(winners), ...config2.expectedVersions };
}
function isSkewed(observation, expected) {
  if (observation.problem) return false;
  return Object.entries(expected).some(([key, version]) => {
    const own = observation.versions[key];
    return own !== void 0 && own !== version;
  });
}
function leftOutForVersions(config2, observations, skewedSince, now) {
  const capacity = (member) => capacityOf(member, observations.get(member.name));
  const total = config2.members.reduce((sum, member) => sum + capacity(member), 0);
  const answering = config2.members.filter(({ name }) => {
    const observation = observations.get(name);
    return observation && !observation.problem;
  });
  const floor = config2.capacityFloor ?? total / 2;
  const overdue = answering.filter(({ name }) => now - (skewedSince.get(name) ?? now) >= config2.skewMinutes * 6e4).filter(({ name }) => skewedSince.has(name)).sort((a, b) => (skewedSince.get(a.name) ?? 0) - (skewedSince.get(b.name) ?? 0));
  let left = answering.reduce((sum, member) => sum + capacity(member), 0);
  let count = answering.length;
  const out = /* @__PURE__ */ new Set();
  for (const member of overdue) {
    if (left - capacity(member) < floor || count === 1) continue;
    left -= capacity(member);
    count -= 1;
    out.add(member.name);
  }
  return out;
}

// apps/federation-agent/decide.ts
function judgeRound({ config: config2, observations, launches, last, now }) {
  const time = now.getTime();
  const expected = expectedVersions(config2, observations);
  const skewedSince = /* @__PURE__ */ new Map();
  for (const { name } of config2.members) {
    const observation = observations.get(name);
    const since = last.get(name)?.skewedSince;
    if (observation?.problem ? since !== void 0 : observation && isSkewed(observation, expected)) {
      skewedSince.set(name, since ?? time);
    }
  }
  const leftOut = leftOutForVersions(config2, observations, skewedSince, time);
  return config2.members.flatMap((member) => {
    const observation = observations.get(member.name);
    if (!observation) return [];
    const before = last.get(member.name);
    const verdict = judge(observation, {
      config: config2,
      versionsOk: !leftOut.has(member.name),
      launchOk: launchResult(launches, member.name, config2, time),
      lastFactor: before?.factor
    });
    return [{ member, verdict, state: remember(before, verdict, skewedSince.get(member.name), config2) }];
  });
}
function decide(views, traffic, now) {
  if (views.every(({ verdict, state }) => verdict.unreachable && !state.healthy)) return void 0;
  const candidates = views.map(({ member: { name, url, weight: configured }, state }) => {
    const { weight, drained } = trafficShare(configured, traffic[name], now);
    const part = state.healthy ? state.factor : 0;
    return { name, url, weight: weight * part, sticky: part > 0 && !drained };
  });
  const pages = candidates.find(({ sticky }) => sticky);
  return { candidates, pages: pages && hostOf(pages) };
}
function firstPlan(config2, traffic, now) {
  const candidates = config2.members.map(({ name, url, weight: configured }) => {
    const { weight, drained } = trafficShare(configured, traffic[name], now);
    return { name, url, weight, sticky: !drained };
  });
  return { candidates, pages: void 0 };
}
function hostOf({ url }) {
  return url.replace(/^https?:\/\//, "");
}

// apps/federation-agent/metrics.ts
function metric(name, type, help, samples) {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${String(value)}`);
  return `# HELP ${name} ${help}
# TYPE ${name} ${type}
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
var Histogram = class {
  constructor(name, help, bounds) {
    this.name = name;
    this.help = help;
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }
  name;
  help;
  bounds;
  counts;
  sum = 0;
  count = 0;
  observe(seconds) {
    this.sum += seconds;
    this.count += 1;
    this.bounds.forEach((bound, index) => {
      if (seconds <= bound) this.counts[index] = (this.counts[index] ?? 0) + 1;
    });
  }
  toString() {
    const { name } = this;
    const buckets = this.bounds.map(
      (bound, index) => `${name}_bucket{le="${String(bound)}"} ${String(this.counts[index] ?? 0)}`
    );
    return [
      `# HELP ${name} ${this.help}`,
      `# TYPE ${name} histogram`,
      ...buckets,
      `${name}_bucket{le="+Inf"} ${String(this.count)}`,
      `${name}_sum ${String(this.sum)}`,
      `${name}_count ${String(this.count)}`,
      ""
    ].join("\n");
  }
};

// apps/federation-agent/table.ts
var import_node_crypto = require("node:crypto");
var SLOTS = 4096;
var CHOICES = 4;
var DIGEST_KEY = ":digest";
var PAGES_KEY = ":pages";
function makeTable(candidates, pages) {
  const serving = candidates.filter(({ weight }) => weight > 0);
  const rates = serving.map(({ name }) => rateTable(name));
  const owners = [];
  const lines = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const ranked = best(serving, (index) => (serving[index]?.weight ?? 0) * (rates[index]?.[slot] ?? 0));
    owners.push(ranked[0]?.name ?? "");
    if (ranked.length > 0) lines.push(`${String(slot)} ${ranked.map(described).join("|")}`);
  }
  for (const candidate of candidates.filter(({ sticky }) => sticky)) {
    lines.push(`${candidate.name} ${described(candidate)}`);
  }
  if (pages !== void 0) lines.push(`${PAGES_KEY} ${pages}`);
  const digest = (0, import_node_crypto.createHash)("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
  return { lines: [...lines, `${DIGEST_KEY} ${digest}`], digest, owners };
}
function described({ name, url }) {
  return `${name}|${url}`;
}
function best(candidates, scoreOf) {
  const top = [];
  candidates.forEach((candidate, index) => {
    const score = scoreOf(index);
    const last = top.at(-1);
    if (top.length === CHOICES && last && score <= last.score) return;
    const place = top.findIndex((other) => score > other.score);
    top.splice(place === -1 ? top.length : place, 0, { candidate, score });
    if (top.length > CHOICES) top.pop();
  });
  return top.map(({ candidate }) => candidate);
}
var rateTables = /* @__PURE__ */ new Map();
function rateTable(name) {
  const known = rateTables.get(name);
  if (known) return known;
  const rates = new Float64Array(SLOTS);
  const perDigest = 8;
  for (let block = 0; block < SLOTS / perDigest; block++) {
    const digest = (0, import_node_crypto.createHash)("sha256").update(`${name}\0${String(block)}`).digest();
    for (let part = 0; part < perDigest; part++) {
      const draw = (digest.readUInt32BE(part * 4) + 0.5) / 2 ** 32;
      rates[block * perDigest + part] = -1 / Math.log(draw);
    }
  }
  rateTables.set(name, rates);
  return rates;
}
function movedSlots(before, after) {
  return after.filter((owner, slot) => owner !== before[slot]).length;
}
function ownersOf(text) {
  const owners = new Array(SLOTS).fill("");
  for (const line of text.split("\n")) {
    const [, slot, owner] = /^(\d+) ([^|]+)\|/.exec(line) ?? [];
    if (slot !== void 0 && owner !== void 0) owners[Number(slot)] = owner;
  }
  return owners;
}
function sharesOf(owners) {
  const shares = /* @__PURE__ */ new Map();
  for (const owner of owners) shares.set(owner, (shares.get(owner) ?? 0) + 1 / SLOTS);
  return shares;
}

// apps/federation-agent/exposition.ts
var Counters = class {
  decisions = new Histogram(
    "federation_decision_seconds",
    "Time from the last answer of a round to the committed table",
    [5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
  );
  rounds = new Histogram(
    "federation_round_seconds",
    "Time in which all members answered, or were given up",
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  );
  commits = 0;
  failedCommits = 0;
  movedSlots = 0;
};
function metricsText(counters, snapshot) {
  const { views, owners, redirects, inputsValid, inputsLive, lastRound, build: build2 } = snapshot;
  const shares = sharesOf(owners);
  const perMember = (value) => views.flatMap((view) => {
    const number = value(view);
    return number === void 0 ? [] : [[{ member: view.member.name }, number]];
  });
  return [
    metric("federation_build_info", "gauge", "The agent's bundle", [[{ bundle: build2 }, 1]]),
    metric(
      "federation_member_up",
      "gauge",
      "1 while the member is counted as healthy",
      perMember(({ state }) => Number(state.healthy))
    ),
    metric(
      "federation_member_check",
      "gauge",
      "1 while a check of a member is good",
      views.flatMap(
        ({ member, verdict }) => Object.entries(verdict.checks).map(([check, ok]) => [
          { member: member.name, check },
          Number(ok)
        ])
      )
    ),
    metric(
      "federation_member_free",
      "gauge",
      "Part of the member's quota that is free",
      perMember(({ verdict }) => verdict.free)
    ),
    metric(
      "federation_member_used",
      "gauge",
      "Pods that count against the member's quota",
      perMember(({ verdict }) => verdict.load?.used)
    ),
    metric(
      "federation_member_quota",
      "gauge",
      "The member's quota",
      perMember(({ verdict }) => verdict.load?.quota)
    ),
    metric(
      "federation_member_share",
      "gauge",
      "Part of the slots that the member owns",
      perMember(({ member }) => shares.get(member.name) ?? 0)
    ),
    metric(
      "federation_redirects_total",
      "counter",
      "Launches redirected, by member and by what chose it",
      redirects.flatMap(({ member, table, cookie, failover }) => [
        [{ member, reason: "table" }, table],
        [{ member, reason: "cookie" }, cookie],
        [{ member, reason: "failover" }, failover]
      ])
    ),
    metric("federation_table_commits_total", "counter", "Tables given to HAProxy", [
      [{ result: "committed" }, counters.commits],
      [{ result: "failed" }, counters.failedCommits]
    ]),
    metric("federation_slots_moved_total", "counter", "Slots that changed their owner", [
      [{}, counters.movedSlots]
    ]),
    metric(
      "federation_input_valid",
      "gauge",
      "1 while an input file is readable; 0: the last good one is used",
      Object.entries(inputsValid).map(([input2, ok]) => [{ input: input2 }, Number(ok)])
    ),
    metric(
      "federation_inputs_live",
      "gauge",
      "1 while the API server tells the inputs; 0: its last word holds, or the mounted files",
      [[{}, Number(inputsLive)]]
    ),
    metric("federation_last_round_timestamp_seconds", "gauge", "When the members were asked last", [
      [{}, lastRound]
    ]),
    counters.decisions.toString(),
    counters.rounds.toString()
  ].join("");
}
function activeHosts(views, owners) {
  const shares = sharesOf(owners);
  const active = views.filter(({ member }) => shares.has(member.name));
  const hosts = active.map(({ member: { name, url, weight, healthPath } }) => [
    name,
    { url, weight, health: `${url}${healthPath ?? "/health"}`, versions: `${url}/versions` }
  ]);
  return JSON.stringify({ active_hosts: Object.fromEntries(hosts) });
}

// apps/federation-agent/observe.ts
var import_node_http = require("node:http");
var import_node_https = require("node:https");
var MAX_BYTES = 1 << 20;
var MAX_CHECKS = 20;
var QUOTA_CHECK = "Pod quota";
async function observe(member, timeoutMs) {
  const nothing = { versions: {}, checks: {} };
  try {
    const [versions, health] = await Promise.all([
      askJson(`${member.url}/versions`, timeoutMs, [200]),
      // unhealthy is 503, and says which check failed
      askJson(`${member.url}${member.healthPath ?? "/health"}`, timeoutMs, [200, 503])
    ]);
    return { ...readHealth(health), versions: readVersions(versions) };
  } catch (error) {
    const kind = error instanceof Malformed ? "malformed" : "unreachable";
    return { ...nothing, problem: { kind, text: error instanceof Error ? error.message : String(error) } };
  }
}
var Malformed = class extends Error {
};
function readVersions(body) {
  if (!isObject(body)) throw new Malformed("/versions is not a map");
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) => typeof value === "string" ? [[key, value]] : [])
  );
}
function readHealth(body) {
  const list = isObject(body) ? body["checks"] : void 0;
  if (!Array.isArray(list) || list.length > MAX_CHECKS) throw new Malformed("/health has no list of checks");
  const checks = {};
  let load;
  for (const check of list) {
    if (!isObject(check) || typeof check["service"] !== "string" || typeof check["ok"] !== "boolean") {
      throw new Malformed("/health has a check without service and ok");
    }
    const { service, ok, total_pods: used, quota } = check;
    if (service === QUOTA_CHECK && typeof used === "number" && typeof quota === "number") {
      load = { used, quota };
    } else if (service !== QUOTA_CHECK || quota !== null) checks[service.slice(0, 60)] = ok;
  }
  return { checks, ...load && { load } };
}
function askJson(url, timeoutMs, statuses) {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? import_node_https.request : import_node_http.request;
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = send(url, { agent: false, signal, headers: { Accept: "application/json" } }, (response) => {
      const status = response.statusCode ?? 0;
      if (!statuses.includes(status)) {
        response.destroy();
        reject(new Malformed(`${url} answered ${String(status)}`));
        return;
      }
      const chunks2 = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        chunks2.push(chunk);
        if (size > MAX_BYTES) {
          response.destroy();
          reject(new Malformed(`${url} answered more than ${String(MAX_BYTES)} bytes`));
        }
      });
      response.on("error", reject);
      response.on("end", () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks2).toString("utf8")));
        } catch {
          reject(new Malformed(`${url} did not answer with JSON`));
        }
      });
    });
    asked.on("error", (error) => {
      reject(signal.aborted ? new Error(`${url} did not answer in ${String(timeoutMs)} ms`) : error);
    });
    asked.end();
  });
}

// apps/federation-agent/runtime.ts
var import_node_net = require("node:net");
var CHUNK_BYTES = 12e3;
var Runtime = class {
  constructor(socket, timeoutMs = 5e3) {
    this.socket = socket;
    this.timeoutMs = timeoutMs;
  }
  socket;
  timeoutMs;
  /** Sends one command and resolves with the answer. Rejects when nobody answers in time. */
  ask(command2) {
    return new Promise((resolve, reject) => {
      const connection = (0, import_node_net.connect)(this.socket);
      let answer = "";
      connection.setTimeout(this.timeoutMs, () => {
        connection.destroy(new Error(`HAProxy did not answer in ${String(this.timeoutMs)} ms`));
      });
      connection.setEncoding("utf8").on("data", (text) => answer += text);
      connection.on("error", reject);
      connection.on("close", () => {
        resolve(answer.trim());
      });
      connection.end(`${command2}
`);
    });
  }
  /** The value of a key of a map; undefined when it has none. */
  async lookup(map, key) {
    return /value="([^"]*)"/.exec(await this.ask(`get map ${map} ${key}`))?.[1];
  }
  /**
   * Replaces a map in one transaction: the new version is written beside the old one and takes its place with the
   * commit, so that no request sees half of it. Throws, leaving the old one, when HAProxy refuses any of it.
   */
  async replaceMap(map, lines) {
    const prepared = await this.ask(`prepare map ${map}`);
    const version = /New version created: (\d+)/.exec(prepared)?.[1];
    if (version === void 0) throw new Error(`prepare map: ${prepared}`);
    const commands = [
      ...chunks(lines).map((chunk) => `add map @${version} ${map} <<
${chunk}
`),
      `commit map @${version} ${map}`
    ];
    try {
      for (const command2 of commands) {
        const refusal = await this.ask(command2);
        if (refusal !== "") throw new Error(`${command2.slice(0, 40)}: ${refusal}`);
      }
    } catch (error) {
      await this.ask(`clear map @${version} ${map}`).catch(() => void 0);
      throw error;
    }
  }
  /** Redirects since HAProxy started, by member and reason. */
  async redirects(table) {
    return parseRedirects(await this.ask(`show table ${table}`));
  }
};
function parseRedirects(text) {
  return text.split("\n").flatMap((line) => {
    const value = (name) => new RegExp(`\\b${name}=(\\S+)`).exec(line)?.[1];
    const member = value("key");
    if (member === void 0) return [];
    const [all, cookie, failover] = ["http_req_cnt", "gpc0", "gpc1"].map((name) => Number(value(name) ?? 0));
    const [a, c, f] = [all ?? 0, cookie ?? 0, failover ?? 0];
    return [{ member, table: Math.max(0, a - c - f), cookie: c, failover: f }];
  });
}
function chunks(lines) {
  const all = [];
  let chunk = [];
  let size = 0;
  for (const line of lines) {
    if (size + line.length + 1 > CHUNK_BYTES) {
      all.push(chunk.join("\n"));
      [chunk, size] = [[], 0];
    }
    chunk.push(line);
    size += line.length + 1;
  }
  return chunk.length > 0 ? [...all, chunk.join("\n")] : all;
}

// apps/federation-agent/configMaps.ts
var import_node_fs3 = require("node:fs");
var import_node_path2 = require("node:path");

// apps/inCluster.ts
var import_node_fs2 = require("node:fs");
var import_node_https2 = require("node:https");
var import_node_path = require("node:path");
var ApiError = class extends Error {
  constructor(status, asked, reason) {
    super(`${asked}: ${String(status)} ${reason}`);
    this.status = status;
    this.reason = reason;
  }
  status;
  reason;
  name = "ApiError";
};
var InCluster = class {
  /** `account` is the folder of `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
  constructor(server, account2, limits) {
    this.server = server;
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
  async call(method, path, body) {
    const asked = `${method} ${path}`;
    const { status, text } = await this.ask(method, path, body).catch((error) => {
      throw new Error(`${asked}: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (status < 200 || status >= 300) throw new ApiError(status, asked, reasonOf(text));
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${asked}: the answer is not JSON`);
    }
  }
  async ask(method, path, body) {
    const { timeoutMs, maxBytes } = this.limits;
    const headers = {
      authorization: `Bearer ${this.read("token")}`,
      accept: "application/json",
      "content-type": "application/json"
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const options = { method, headers, ca: this.read("ca.crt"), agent: false, signal };
    try {
      const answer = await new Promise((resolve, reject) => {
        const outgoing = (0, import_node_https2.request)(new URL(path, this.server), options, resolve);
        outgoing.on("error", reject);
        outgoing.end(body === void 0 ? void 0 : JSON.stringify(body));
      });
      return { status: answer.statusCode ?? 0, text: await textOf(answer, maxBytes) };
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer in ${String(timeoutMs / 1e3)} s`, { cause: error });
      throw error;
    }
  }
  read(file) {
    return (0, import_node_fs2.readFileSync)((0, import_node_path.join)(this.account, file), "utf8").trim();
  }
};
async function textOf(answer, maxBytes) {
  const chunks2 = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is larger than ${String(maxBytes)} bytes`);
    chunks2.push(chunk);
  }
  return Buffer.concat(chunks2).toString("utf8");
}
function reasonOf(text) {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text.trim();
  }
}

// apps/federation-agent/configMaps.ts
var PERIOD_MS = 1e3;
var LIMITS = { timeoutMs: 5e3, maxBytes: 4 << 20 };
var ConfigMaps = class {
  constructor(server, account2, mounted, names, log2) {
    this.account = account2;
    this.mounted = mounted;
    this.names = names;
    this.log = log2;
    this.api = server === void 0 ? void 0 : new InCluster(server, account2, LIMITS);
  }
  account;
  mounted;
  names;
  log;
  known = /* @__PURE__ */ new Map();
  api;
  asking = false;
  asked = 0;
  said = "";
  /** Whether the API server answered the last time. */
  live = false;
  /** The text of a key as it is known now; undefined when there is none. */
  text(name, key) {
    const data = this.known.get(name);
    return data ? data[key] : textOf2((0, import_node_path2.join)(this.mounted, key));
  }
  /** Begins to ask again when it is time. Does not wait, so that an API server that hangs holds nothing up. */
  refresh() {
    const { api } = this;
    if (api === void 0 || this.asking || Date.now() - this.asked < PERIOD_MS) return;
    if (!(0, import_node_fs3.existsSync)((0, import_node_path2.join)(this.account, "token"))) return;
    this.asking = true;
    this.asked = Date.now();
    void this.askAll(api).finally(() => {
      this.asking = false;
    });
  }
  async askAll(api) {
    try {
      const answers = [];
      for (const name of this.names) answers.push([name, await ask(api, name)]);
      for (const [name, data] of answers) this.known.set(name, data);
      this.live = true;
      this.say("");
    } catch (error) {
      this.live = false;
      this.say(error instanceof Error ? error.message : String(error));
    }
  }
  /** Says what is wrong once, not each second. */
  say(problem) {
    if (problem === this.said) return;
    this.said = problem;
    this.log(problem === "" ? "the API server answers" : `the API server: ${problem}`);
  }
};
async function ask(api, name) {
  try {
    return dataOf(await api.call("GET", `/api/v1/namespaces/${api.namespace}/configmaps/${name}`));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return {};
    throw error;
  }
}
function dataOf(object) {
  const data = isObject(object) ? object["data"] : void 0;
  if (!isObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => typeof value === "string" ? [[key, value]] : [])
  );
}
function textOf2(file) {
  try {
    return (0, import_node_fs3.readFileSync)(file, "utf8");
  } catch {
    return void 0;
  }
}

// apps/federation-agent/input.ts
var Input = class {
  constructor(name, parse, none, log2) {
    this.name = name;
    this.parse = parse;
    this.none = none;
    this.log = log2;
    this.last = none;
  }
  name;
  parse;
  none;
  log;
  text;
  last;
  valid = true;
  get value() {
    return this.last;
  }
  /** Takes the text as it is now; undefined: there is none. */
  accept(text) {
    if (text === this.text) return;
    this.text = text;
    try {
      this.last = text === void 0 ? this.none : this.parse(text);
      this.valid = true;
    } catch (error) {
      this.valid = false;
      this.log(
        `${this.name}: ${error instanceof Error ? error.message : String(error)}; the last good one stays`
      );
    }
  }
};

// apps/federation-agent/agent.ts
var REDIRECTS = "route:launches";
var TRAFFIC = { name: "federation-traffic", key: "traffic.json" };
var LAUNCHES = { name: "federation-launches", key: "launches.json" };
var Agent = class {
  constructor(paths2, build2, log2) {
    this.paths = paths2;
    this.build = build2;
    this.log = log2;
    this.config = readConfig(paths2.config);
    this.runtime = new Runtime(paths2.socket);
    const { apiServer } = this.config;
    this.configMaps = new ConfigMaps(
      apiServer,
      paths2.account,
      paths2.input,
      [TRAFFIC.name, LAUNCHES.name],
      log2
    );
    this.traffic = new Input(TRAFFIC.key, parseTraffic, {}, log2);
    this.launches = new Input(LAUNCHES.key, parseLaunches, {}, log2);
    this.owners = (0, import_node_fs4.existsSync)(paths2.table) ? ownersOf((0, import_node_fs4.readFileSync)(paths2.table, "utf8")) : [];
  }
  paths;
  build;
  log;
  config;
  runtime;
  configMaps;
  traffic;
  launches;
  counters = new Counters();
  views = [];
  owners;
  redirects = [];
  lastRound = 0;
  made;
  /** Writes a table for HAProxy to start from, after a first round of requests, unless there is one already. */
  async init() {
    if ((0, import_node_fs4.existsSync)(this.paths.table)) return;
    this.readInputs();
    await this.round();
    const [traffic, now] = [this.traffic.value, /* @__PURE__ */ new Date()];
    this.persist(this.tableOf(decide(this.views, traffic, now) ?? firstPlan(this.config, traffic, now)));
  }
  /** What is to be done each second: read the inputs, ask the members when it is time, commit what follows. */
  async tick() {
    this.configMaps.refresh();
    this.readInputs();
    let answered = performance.now();
    if (Date.now() / 1e3 - this.lastRound >= this.config.periodSeconds) {
      const start = performance.now();
      await this.round();
      answered = performance.now();
      this.counters.rounds.observe((answered - start) / 1e3);
    }
    if (this.views.length > 0) await this.commit(answered);
    this.redirects = await this.runtime.redirects(REDIRECTS).catch(() => this.redirects);
    return this.publish();
  }
  readInputs() {
    this.traffic.accept(this.configMaps.text(TRAFFIC.name, TRAFFIC.key));
    this.launches.accept(this.configMaps.text(LAUNCHES.name, LAUNCHES.key));
  }
  async round() {
    const { config: config2 } = this;
    this.lastRound = Date.now() / 1e3;
    const asked = config2.members.map(
      async (member) => [member.name, await observe(member, config2.timeoutSeconds * 1e3)]
    );
    const observations = new Map(await Promise.all(asked));
    const last = new Map(this.views.map(({ member, state }) => [member.name, state]));
    const launches = this.launches.value;
    const views = judgeRound({ config: config2, observations, launches, last, now: /* @__PURE__ */ new Date() });
    for (const { member, state, verdict } of views) {
      if (last.get(member.name)?.healthy !== state.healthy) {
        this.log(`${member.name} is ${state.healthy ? "healthy" : `not healthy: ${verdict.reason}`}`);
      }
    }
    this.views = views;
  }
  async commit(since) {
    const plan = decide(this.views, this.traffic.value, /* @__PURE__ */ new Date());
    if (!plan) return;
    const table = this.tableOf(plan);
    try {
      if (await this.runtime.lookup(this.paths.table, DIGEST_KEY) === table.digest) return;
      this.persist(table);
      await this.runtime.replaceMap(this.paths.table, table.lines);
    } catch (error) {
      this.counters.failedCommits += 1;
      this.log(
        `table ${table.digest} not committed: ${error instanceof Error ? error.message : String(error)}`
      );
      return;
    }
    const moved = movedSlots(this.owners, table.owners);
    this.owners = [...table.owners];
    this.counters.commits += 1;
    this.counters.movedSlots += moved;
    this.counters.decisions.observe((performance.now() - since) / 1e3);
    this.log(`table ${table.digest} committed, ${String(moved)} slots moved`);
  }
  /** The table of a plan, made anew only when the plan is another one: with 300 members it takes 50 ms. */
  tableOf(plan) {
    const key = JSON.stringify(plan);
    if (this.made?.key !== key) this.made = { key, table: makeTable(plan.candidates, plan.pages) };
    return this.made.table;
  }
  /** What HAProxy starts from the next time. Whole or not at all. */
  persist({ lines }) {
    const temporary = `${this.paths.table}.new`;
    (0, import_node_fs4.writeFileSync)(temporary, `${lines.join("\n")}
`);
    (0, import_node_fs4.renameSync)(temporary, this.paths.table);
  }
  publish() {
    const { views, owners, redirects, lastRound, build: build2 } = this;
    const inputsValid = { traffic: this.traffic.valid, launches: this.launches.valid };
    return {
      metrics: metricsText(this.counters, {
        views,
        owners,
        redirects,
        inputsValid,
        inputsLive: this.configMaps.live,
        lastRound,
        build: build2
      }),
      activeHosts: activeHosts(views, owners)
    };
  }
};

// apps/federation-agent/supervisor.ts
var import_node_http2 = require("node:http");
var import_node_worker_threads = require("node:worker_threads");
function supervise(options) {
  let published;
  let heard = Date.now();
  let starts = 0;
  let worker;
  const start = () => {
    starts += 1;
    heard = Date.now();
    worker = new import_node_worker_threads.Worker(options.script, {
      argv: [...options.args],
      resourceLimits: { maxOldGenerationSizeMb: 96 }
    });
    worker.on("message", (message) => {
      published = message;
      heard = Date.now();
    });
    worker.on("error", (error) => {
      options.log(
        `the agent failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`
      );
    });
    worker.on("exit", () => {
      options.log("the agent ended; it is started again");
      setTimeout(start, 1e3);
    });
  };
  start();
  setInterval(() => {
    if (Date.now() - heard < options.silenceSeconds * 1e3) return;
    options.log(`the agent said nothing for ${String(options.silenceSeconds)} s; it is ended`);
    heard = Date.now();
    void worker.terminate();
  }, 1e3).unref();
  const server = (0, import_node_http2.createServer)((request2, response) => {
    const answer = (status, type, body) => {
      response.writeHead(status, { "Content-Type": type }).end(body);
    };
    const path = request2.url?.split("?")[0];
    if (path === "/healthz") answer(200, "text/plain", "ok\n");
    else if (path === "/metrics") {
      const own = metric(
        "federation_agent_starts_total",
        "counter",
        "Starts of the agent in this container",
        [[{}, starts]]
      );
      answer(200, "text/plain; version=0.0.4; charset=utf-8", own + (published?.metrics ?? ""));
    } else if (path === "/active_hosts" && published) answer(200, "application/json", published.activeHosts);
    else if (path === "/active_hosts") answer(503, "text/plain", "not known yet\n");
    else answer(404, "text/plain", "not found\n");
  });
  return server.listen(options.port, options.host);
}

// apps/federation-agent/main.ts
var [command = "", config = "", input = "", run = "", account = "", address = "0.0.0.0:8406"] = process.argv.slice(2);
var paths = {
  config,
  input,
  account,
  table: (0, import_node_path3.join)(run, "table.map"),
  socket: (0, import_node_path3.join)(run, "admin.sock")
};
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var build = (0, import_node_crypto2.createHash)("sha256").update((0, import_node_fs5.readFileSync)(__filename)).digest("hex").slice(0, 12);
async function work() {
  const agent = new Agent(paths, build, log);
  for (; ; ) {
    import_node_worker_threads2.parentPort?.postMessage(await agent.tick());
    await (0, import_promises.setTimeout)(1e3);
  }
}
if (!import_node_worker_threads2.isMainThread) void work();
else if (command === "init") void new Agent(paths, build, log).init();
else {
  const colon = address.lastIndexOf(":");
  supervise({
    script: __filename,
    args: process.argv.slice(2),
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    silenceSeconds: 30,
    log
  });
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
}
