// Made from apps/federation-agent/main.ts by: npx mybinder bundle
"use strict";

// apps/federation-agent/main.ts
var import_node_crypto3 = require("node:crypto");
var import_node_fs7 = require("node:fs");
var import_node_path4 = require("node:path");
var import_promises = require("node:timers/promises");
var import_node_worker_threads2 = require("node:worker_threads");

// apps/federation-agent/agent.ts
var import_node_fs6 = require("node:fs");

// model/schema/providers.ts
var PROVIDERS = [
  "GitHubRepoProvider",
  "GistRepoProvider",
  "GitLabRepoProvider",
  "GitRepoProvider",
  "DataverseProvider",
  "ZenodoProvider",
  "FigshareProvider",
  "HydroshareProvider",
  "CKANProvider"
];

// model/federation/bans/list.ts
var BAN_KINDS = ["client", "destination", "host", "repository"];
function activeBans(bans, now) {
  return bans.filter(({ until }) => until === void 0 || now.getTime() < Date.parse(until));
}
function parseBanList(text2) {
  let parsed;
  try {
    parsed = JSON.parse(text2);
  } catch {
    throw new Error("not JSON");
  }
  const bans = typeof parsed === "object" && parsed !== null && "bans" in parsed ? parsed.bans : void 0;
  if (!Array.isArray(bans)) throw new Error("no list of bans");
  return bans.map((ban, index) => {
    if (!isBan(ban)) throw new Error(`ban ${String(index + 1)} is malformed`);
    return ban;
  });
}
function isBan(value) {
  if (typeof value !== "object" || value === null) return false;
  const { kind, what, provider, until } = value;
  return BAN_KINDS.some((one) => one === kind) && typeof what === "string" && (kind !== "repository" || PROVIDERS.some((one) => one === provider)) && (until === void 0 || typeof until === "string" && !Number.isNaN(Date.parse(until)));
}

// model/federation/bans/network.ts
var import_node_net = require("node:net");
var BITS = { 4: 32, 6: 128 };
function parseNetwork(text2) {
  const [, address2 = "", prefix] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text2) ?? [];
  const family = (0, import_node_net.isIPv4)(address2) ? 4 : (0, import_node_net.isIPv6)(address2) ? 6 : void 0;
  if (family === void 0 || family === 6 && address2.includes(".")) return void 0;
  const length = prefix === void 0 ? BITS[family] : Number(prefix);
  if (length > BITS[family]) return void 0;
  const first = family === 4 ? numberOf4(address2) : numberOf6(address2);
  return (first & hostMask(family, length)) === 0n ? { family, first, length } : void 0;
}
function networkText({ family, first, length }) {
  const address2 = family === 4 ? text4(first) : text6(first);
  return length === BITS[family] ? address2 : `${address2}/${String(length)}`;
}
function hostMask(family, length) {
  return (1n << BigInt(BITS[family] - length)) - 1n;
}
function numberOf4(address2) {
  return address2.split(".").reduce((sum2, part) => sum2 * 256n + BigInt(part), 0n);
}
function numberOf6(address2) {
  const [head = "", tail] = address2.split("::");
  const groups = (text2) => text2 ? text2.split(":") : [];
  const [left, right] = [groups(head), groups(tail)];
  const middle = tail === void 0 ? 0 : 8 - left.length - right.length;
  return [...left, ...new Array(middle).fill("0"), ...right].reduce(
    (sum2, group) => sum2 * 65536n + BigInt(`0x${group}`),
    0n
  );
}
function text4(number2) {
  return [24n, 16n, 8n, 0n].map((shift) => String(number2 >> shift & 255n)).join(".");
}
function text6(number2) {
  const groups = Array.from(
    { length: 8 },
    (_, index) => (number2 >> BigInt((7 - index) * 16) & 65535n).toString(16)
  );
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

// model/federation/bans/effects.ts
function bannedClients(bans) {
  return networksOf(bans, "client").map(networkText);
}
var CLIENTS_DIGEST_KEY = "0.0.0.0";
function clientLines(bans) {
  return bannedClients(bans).map((client) => `${client} banned`);
}
function networksOf(bans, kind) {
  const texts = new Set(whatOf(bans, kind));
  return [...texts].sort().flatMap((text2) => parseNetwork(text2) ?? []);
}
function whatOf(bans, kind) {
  return bans.filter((ban) => ban.kind === kind).map(({ what }) => what);
}

// model/federation/bans/objects.ts
var BANS_SECRET = { name: "bans", key: "bans.json" };

// apps/clock.ts
function seconds() {
  return performance.now() / 1e3;
}

// apps/readJson.ts
var import_node_fs = require("node:fs");
function readJson(file) {
  const text2 = (0, import_node_fs.readFileSync)(file, "utf8");
  try {
    return JSON.parse(text2);
  } catch {
    throw new Error(`${file} is not JSON`);
  }
}

// apps/federation-agent/arrivals.ts
var MEMORY = 600;
var STEP = 5;
var Arrivals = class {
  /** `window`: seconds in which launches arrive that no count of pods knows. */
  constructor(window) {
    this.window = window;
  }
  window;
  notes = [];
  total = 0;
  last;
  /** Takes the counter as it is at `time`, in seconds. It begins at 0 again when HAProxy does. */
  note(counter, time) {
    this.total += Math.max(
      0,
      this.last === void 0 ? 0 : counter < this.last ? counter : counter - this.last
    );
    this.last = counter;
    const newest2 = this.notes.at(-1);
    if (newest2 && time - newest2.time < STEP) return;
    const kept = this.notes.filter((note) => time - note.time <= MEMORY + this.window);
    this.notes = [...kept, { time, total: this.total }];
  }
  /** The most launches that arrived within a window lately. */
  get peak() {
    const { notes, window } = this;
    let from = 0;
    let most = 0;
    for (const { time, total: total2 } of notes) {
      while (time - (notes[from]?.time ?? time) > window) from += 1;
      most = Math.max(most, total2 - (notes[from]?.total ?? total2));
    }
    return most;
  }
};
function expectedArrivals(total2, weights) {
  const sum2 = [...weights.values()].reduce((all, weight) => all + weight, 0);
  return new Map([...weights].map(([name2, weight]) => [name2, sum2 > 0 ? total2 * weight / sum2 : 0]));
}

// apps/federation-agent/config.ts
var MAX_WEIGHT = 1e6;
function parseTraffic(text2) {
  const table = JSON.parse(text2);
  if (!isObject(table)) throw new Error("not a map of members");
  for (const [member, entry] of Object.entries(table)) {
    if (!isObject(entry)) throw new Error(`${member} is not a map`);
    const { weight, drain, until, rampFrom } = entry;
    if (weight !== void 0 && !(typeof weight === "number" && weight >= 0 && weight <= MAX_WEIGHT)) {
      bad(member, "weight");
    }
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
function parseLaunches(text2) {
  const results = JSON.parse(text2);
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

// apps/federation-agent/configMaps.ts
var import_node_fs3 = require("node:fs");
var import_node_path2 = require("node:path");

// apps/inCluster.ts
var import_node_fs2 = require("node:fs");
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
      const chunks2 = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        chunks2.push(chunk);
        if (size > maxBytes) fail(new BadAnswer(`the answer is larger than ${String(maxBytes)} bytes`));
      });
      response.on("error", fail);
      response.on("end", () => {
        end(() => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks2).toString("utf8") });
        });
      });
    });
    asked.end(body);
  });
}

// apps/inCluster.ts
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
  async call(method, path, body, type = "application/json") {
    const asked = `${method} ${path}`;
    const { status, text: text2 } = await this.ask(method, path, body, type).catch((error) => {
      throw new Error(`${asked}: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (status < 200 || status >= 300) throw new ApiError(status, asked, reasonOf(text2));
    try {
      return JSON.parse(text2);
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
  read(file) {
    return (0, import_node_fs2.readFileSync)((0, import_node_path.join)(this.account, file), "utf8").trim();
  }
};
async function find(api, path) {
  try {
    return await api.call("GET", path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return void 0;
    throw error;
  }
}
function reasonOf(text2) {
  try {
    return JSON.parse(text2).message ?? text2;
  } catch {
    return text2.trim();
  }
}

// apps/federation-agent/configMaps.ts
var PERIOD = 1;
var LIMITS = { timeoutMs: 5e3, maxBytes: 4 << 20 };
var ConfigMaps = class {
  constructor(server, account2, mounted, sources, log2) {
    this.account = account2;
    this.mounted = mounted;
    this.sources = sources;
    this.log = log2;
    this.api = server === void 0 ? void 0 : new InCluster(server, account2, LIMITS);
  }
  account;
  mounted;
  sources;
  log;
  known = /* @__PURE__ */ new Map();
  api;
  asking = false;
  asked = -Infinity;
  said = "";
  /** Whether the API server answered the last time. */
  live = false;
  /** The text of a key as it is known now; undefined when there is none. */
  text(name2, key) {
    const data = this.known.get(name2);
    return data ? data[key] : textOf((0, import_node_path2.join)(this.mounted, key));
  }
  /** Begins to ask again when it is time. Does not wait, so that an API server that hangs holds nothing up. */
  refresh() {
    const { api } = this;
    if (api === void 0 || this.asking || seconds() - this.asked < PERIOD) return;
    if (!(0, import_node_fs3.existsSync)((0, import_node_path2.join)(this.account, "token"))) return;
    this.asking = true;
    this.asked = seconds();
    void this.askAll(api).finally(() => {
      this.asking = false;
    });
  }
  async askAll(api) {
    try {
      const answers = [];
      for (const source of this.sources) answers.push([source.name, await ask(api, source)]);
      for (const [name2, data] of answers) this.known.set(name2, data);
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
async function ask(api, { kind, name: name2 }) {
  const data = dataOf(await find(api, `/api/v1/namespaces/${api.namespace}/${kind}/${name2}`));
  return kind === "secrets" ? decoded(data) : data;
}
function dataOf(object) {
  const data = isObject(object) ? object["data"] : void 0;
  if (!isObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => typeof value === "string" ? [[key, value]] : [])
  );
}
function decoded(data) {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()])
  );
}
function textOf(file) {
  try {
    return (0, import_node_fs3.readFileSync)(file, "utf8");
  } catch {
    return void 0;
  }
}

// model/federation/trafficShare.ts
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

// apps/federation-agent/room.ts
var STEPS = 4;
var MARGIN = 0.5;
var ROUNDING = 1e-9;
function reserveOf(quota, headroom, arrivals) {
  const part = Math.ceil(quota * headroom - ROUNDING);
  return Math.max(0, part, Math.min(Math.ceil(arrivals - ROUNDING), Math.floor(quota / 2)));
}
function factorOf({ used, quota }, { headroom, taper }, arrivals, last) {
  const above = quota - used - reserveOf(quota, headroom, arrivals);
  if (above <= 0) return 0;
  const exact = taper === 0 ? 1 : Math.min(1, above / (taper * quota));
  const step = Math.ceil(exact * STEPS - ROUNDING) / STEPS;
  if (last === void 0 || step === last) return step;
  const edge = step > last ? last : step;
  return Math.abs(exact - edge) < MARGIN / STEPS && Math.abs(step - last) <= 1 / STEPS ? last : step;
}

// apps/federation-agent/health.ts
function judge(observation, context) {
  const { problem, unknown, load } = observation;
  const { config: config2, versionsOk, launchOk, arrivals, lastFactor } = context;
  if (problem) {
    const check = problem.kind === "unreachable" ? "reachable" : "answers";
    const checks2 = { ...check === "answers" && { reachable: true }, [check]: false };
    const nothing = { healthy: false, answers: false, lookFailed: false, factor: void 0, load: void 0 };
    return { ...nothing, checks: checks2, failed: [check], reason: `${check}: ${problem.text}` };
  }
  const factor = load ? factorOf(load, config2, arrivals, lastFactor) : unknown ? void 0 : 1;
  const checks = {
    ...observation.checks,
    // ours last: a member has no say in them
    reachable: true,
    answers: unknown?.kind !== "malformed",
    health: !unknown || unknown.kind === "malformed",
    versions: versionsOk,
    ...load && { "Pod quota": (factor ?? 0) > 0 },
    ...launchOk !== void 0 && { launch: launchOk }
  };
  const slow = unknown?.kind === "slow";
  const failed = Object.entries(checks).flatMap(
    ([name2, ok]) => ok || name2 === "Pod quota" || slow && name2 === "health" ? [] : [name2]
  );
  return {
    checks,
    healthy: failed.length > 0 ? false : slow ? void 0 : true,
    answers: true,
    lookFailed: unknown?.kind === "failed",
    factor,
    load,
    failed,
    reason: `${failed.join(", ")}${unknown ? ` (${unknown.text})` : ""}`
  };
}
function remember(last, { healthy, factor, lookFailed }, context) {
  const { skewedSince, config: config2, time } = context;
  const failedLook = lookFailed ? time : last?.failedLook;
  const memory = { skewedSince, failedLook };
  if (!last) return { ...memory, healthy: healthy ?? true, factor: factor ?? 1, against: 0 };
  const kept = { ...last, ...memory, factor: healthy === true ? factor ?? last.factor : last.factor };
  if (healthy === void 0) return { ...kept, against: last.healthy ? last.against : 0 };
  if (healthy === last.healthy) return { ...kept, against: 0 };
  const against = last.against + 1;
  const enough = healthy ? against >= config2.rise && !mayBeOld(failedLook, config2, time) : against >= config2.fall;
  return enough ? { ...kept, healthy, against: 0 } : { ...kept, against };
}
function mayBeOld(failedLook, { periodSeconds, quotaSeconds }, time) {
  return failedLook !== void 0 && time - failedLook < 2 * quotaSeconds + periodSeconds;
}
function launchResult(launches2, member, { launchMaxAgeMinutes }, now) {
  const result = Object.hasOwn(launches2, member) ? launches2[member] : void 0;
  if (!result) return void 0;
  const age = Math.abs(now.getTime() - Date.parse(result.at));
  return age < launchMaxAgeMinutes * 6e4 ? result.ok : void 0;
}

// apps/federation-agent/table.ts
var import_node_crypto = require("node:crypto");
var SLOTS = 4096;
var CHOICES = 4;
var DIGEST_KEY = ":digest";
var PAGES_KEY = ":pages";
var RANK = {
  /** Well, with room. */
  serving: 0,
  /** Well, but not for long enough. */
  returning: 1,
  /** Well, with less room than it is to keep free. */
  reserve: 2,
  /** Well, and of weight 0: it takes new repositories when nobody else does. */
  resting: 3,
  full: 4,
  /** It answers, and a check of it fails. */
  ill: 5,
  /** It does not answer the agent; HAProxy may see it return first. */
  silent: 6
};
function makeTable(candidates, pages) {
  const rates = candidates.map(({ name: name2 }) => rateTable(name2));
  const owners = [];
  const lines = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const ranked = best(
      candidates,
      (index) => (candidates[index]?.weight ?? 0) * (rates[index]?.[slot] ?? 0)
    );
    owners.push(ranked[0]?.name ?? "");
    if (ranked.length > 0) lines.push(`${String(slot)} ${ranked.map(described).join("|")}`);
  }
  for (const candidate of candidates.filter(({ sticky }) => sticky)) {
    lines.push(`${candidate.name} ${described(candidate)}`);
  }
  if (pages !== void 0) lines.push(`${PAGES_KEY} ${pages}`);
  const digest = digestOf(lines);
  return { lines: [...lines, `${DIGEST_KEY} ${digest}`], digest, owners };
}
function described({ name: name2, url }) {
  return `${name2}|${url}`;
}
function best(candidates, scoreOf) {
  const top = [];
  candidates.forEach((candidate, index) => {
    const score = scoreOf(index);
    const beats = (other) => candidate.rank < other.candidate.rank || candidate.rank === other.candidate.rank && score > other.score;
    const last = top.at(-1);
    if (top.length === CHOICES && last && !beats(last)) return;
    const place = top.findIndex(beats);
    top.splice(place === -1 ? top.length : place, 0, { candidate, score });
    if (top.length > CHOICES) top.pop();
  });
  return top.map(({ candidate }) => candidate);
}
var rateTables = /* @__PURE__ */ new Map();
function rateTable(name2) {
  const known = rateTables.get(name2);
  if (known) return known;
  const rates = new Float64Array(SLOTS);
  const perDigest = 8;
  for (let block = 0; block < SLOTS / perDigest; block++) {
    const digest = (0, import_node_crypto.createHash)("sha256").update(`${name2}\0${String(block)}`).digest();
    for (let part = 0; part < perDigest; part++) {
      const draw = (digest.readUInt32BE(part * 4) + 0.5) / 2 ** 32;
      rates[block * perDigest + part] = -1 / Math.log(draw);
    }
  }
  rateTables.set(name2, rates);
  return rates;
}
function movedSlots(before, after) {
  return after.filter((owner, slot) => owner !== before[slot]).length;
}
function digestOf(lines) {
  return (0, import_node_crypto.createHash)("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}
function isWhole(text2) {
  const lines = text2.trimEnd().split("\n");
  const last = lines.pop();
  return last === `${DIGEST_KEY} ${digestOf(lines)}`;
}
function isFirst(text2) {
  return !text2.split("\n").some((line) => line.startsWith(`${PAGES_KEY} `));
}
function ownersOf(text2) {
  const owners = new Array(SLOTS).fill("");
  for (const line of text2.split("\n")) {
    const [, slot, owner] = /^(\d+) ([^|]+)\|/.exec(line) ?? [];
    if (slot !== void 0 && owner !== void 0) owners[Number(slot)] = owner;
  }
  return owners;
}
function stickyOf(text2) {
  return new Set(
    text2.split("\n").flatMap((line) => {
      const [, key, name2] = /^(\S+) ([^|]+)\|/.exec(line) ?? [];
      return key !== void 0 && key === name2 ? [key] : [];
    })
  );
}
function sharesOf(owners) {
  const shares = /* @__PURE__ */ new Map();
  for (const owner of owners) shares.set(owner, (shares.get(owner) ?? 0) + 1 / SLOTS);
  return shares;
}

// apps/federation-agent/versions.ts
var UNTOLD_QUOTA = 60;
function capacityOf({ launchQuota = UNTOLD_QUOTA }, load) {
  return Math.min(launchQuota, load?.quota ?? launchQuota);
}
function expectedVersions(config2, observations) {
  const votes = /* @__PURE__ */ new Map();
  for (const member of config2.members) {
    for (const [key, version] of Object.entries(observations.get(member.name)?.versions ?? {})) {
      const of2 = votes.get(key) ?? /* @__PURE__ */ new Map();
      const vote = of2.get(version) ?? { members: 0, capacity: 0 };
      of2.set(version, { members: vote.members + 1, capacity: vote.capacity + capacityOf(member, void 0) });
      votes.set(key, of2);
    }
  }
  const winners = [...votes].map(([key, of2]) => {
    const ranked = [...of2].sort(
      ([a, x], [b, y]) => y.members - x.members || y.capacity - x.capacity || (a < b ? -1 : 1)
    );
    return [key, ranked[0]?.[0] ?? ""];
  });
  return Object.fromEntries([...winners, ...Object.entries(config2.expectedVersions)]);
}
function isSkewed(observation, expected) {
  if (observation.problem) return false;
  const { versions } = observation;
  return Object.entries(expected).some(
    ([key, version]) => Object.hasOwn(versions, key) && versions[key] !== version
  );
}
function leftOutForVersions(config2, observations, well, skewedSince, now) {
  const capacity = (member) => capacityOf(member, observations.get(member.name)?.load);
  const floor = config2.capacityFloor ?? config2.members.reduce((sum2, member) => sum2 + capacityOf(member, void 0), 0) / 2;
  const serving = config2.members.filter(({ name: name2 }) => well.has(name2));
  const overdue = serving.filter(({ name: name2 }) => now - (skewedSince.get(name2) ?? now) >= config2.skewMinutes * 60).filter(({ name: name2 }) => skewedSince.has(name2)).sort((a, b) => (skewedSince.get(a.name) ?? 0) - (skewedSince.get(b.name) ?? 0));
  let left = serving.reduce((sum2, member) => sum2 + capacity(member), 0);
  let count3 = serving.length;
  const out = /* @__PURE__ */ new Set();
  for (const member of overdue) {
    if (left - capacity(member) < floor || count3 === 1) continue;
    left -= capacity(member);
    count3 -= 1;
    out.add(member.name);
  }
  return out;
}

// apps/federation-agent/decide.ts
function judgeRound(round) {
  const { config: config2, observations, launches: launches2, last, now, time, arrivals = 0 } = round;
  const expected = expectedVersions(config2, observations);
  const skewedSince = /* @__PURE__ */ new Map();
  for (const { name: name2 } of config2.members) {
    const observation = observations.get(name2);
    const since = last.get(name2)?.skewedSince;
    if (observation?.problem ? since !== void 0 : observation && isSkewed(observation, expected)) {
      skewedSince.set(name2, since ?? time);
    }
  }
  const asked = config2.members.flatMap((member) => {
    const observation = observations.get(member.name);
    return observation ? [{ member, observation }] : [];
  });
  const weights = new Map(
    asked.flatMap(
      ({ member: { name: name2, weight } }) => last.get(name2)?.healthy ?? true ? [[name2, weight]] : []
    )
  );
  const expectedAt = expectedArrivals(arrivals, weights);
  const judged = ({ member: { name: name2 }, observation }, versionsOk) => judge(observation, {
    config: config2,
    versionsOk,
    launchOk: launchResult(launches2, name2, config2, now),
    arrivals: expectedAt.get(name2) ?? 0,
    lastFactor: last.get(name2)?.factor
  });
  const well = new Set(
    asked.flatMap((each) => {
      const { healthy, factor } = judged(each, true);
      return healthy !== false && factor !== 0 ? [each.member.name] : [];
    })
  );
  const leftOut = leftOutForVersions(config2, observations, well, skewedSince, time);
  return asked.map((each) => {
    const { name: name2 } = each.member;
    const verdict = judged(each, !leftOut.has(name2));
    const state = remember(last.get(name2), verdict, { skewedSince: skewedSince.get(name2), config: config2, time });
    return { member: each.member, verdict, state };
  });
}
function decide(views, traffic, now) {
  if (!views.some(({ verdict }) => verdict.answers)) return void 0;
  const places = views.flatMap((view) => {
    const { name: name2, url, weight: configured } = view.member;
    const { weight, drained } = trafficShare(configured, entryOf(traffic, name2), now);
    return drained ? [] : [{ name: name2, url, usual: weight || 1, ...placeOf(view, weight) }];
  });
  return planOf(places);
}
function placeOf({ verdict, state }, weight) {
  const { answers, failed, load } = verdict;
  const nearly = verdict.healthy === true || failed.length > 0 && failed.every((check) => check === "versions");
  if (!state.healthy && !(answers && nearly)) {
    return { rank: answers ? RANK.ill : RANK.silent, weight: weight || 1 };
  }
  const factor = state.healthy ? state.factor : verdict.factor ?? 1;
  const someFree = load ? load.used < load.quota : factor > 0;
  if (factor === 0 && !someFree) return { rank: RANK.full, weight: weight || 1 };
  if (weight === 0) return { rank: RANK.resting, weight: 1 };
  if (factor === 0) return { rank: RANK.reserve, weight };
  return { rank: state.healthy ? RANK.serving : RANK.returning, weight: weight * factor };
}
function firstPlan(config2, traffic, now) {
  const places = config2.members.flatMap(({ name: name2, url, weight: configured }) => {
    const { weight, drained } = trafficShare(configured, entryOf(traffic, name2), now);
    const place = weight === 0 ? { rank: RANK.resting, weight: 1 } : { rank: RANK.serving, weight };
    return drained ? [] : [{ name: name2, url, usual: place.weight, ...place }];
  });
  return { ...planOf(places), pages: void 0 };
}
function planOf(places) {
  const best2 = Math.min(...places.map(({ rank }) => rank));
  const candidates = places.map(({ name: name2, url, rank, weight, usual }) => {
    const sticky = rank <= best2 || rank === RANK.resting;
    const standIn = best2 === RANK.serving ? RANK_OF_STAND_IN[rank] : void 0;
    if (standIn !== void 0) return { name: name2, url, rank: standIn, weight: usual, sticky };
    return { name: name2, url, rank, weight, sticky };
  });
  const pages = candidates.find(({ sticky }) => sticky);
  return { candidates, pages: pages && hostOf(pages) };
}
var RANK_OF_STAND_IN = {
  [RANK.full]: RANK.reserve,
  [RANK.returning]: RANK.silent,
  [RANK.ill]: RANK.silent
};
function entryOf(traffic, name2) {
  return Object.hasOwn(traffic, name2) ? traffic[name2] : void 0;
}
function hostOf({ url }) {
  return url.replace(/^https?:\/\//, "");
}

// apps/federation-agent/clients.ts
var import_node_crypto2 = require("node:crypto");

// apps/federation-agent/mapFile.ts
var import_node_fs4 = require("node:fs");
function persistMap(file, lines) {
  const temporary = `${file}.new`;
  (0, import_node_fs4.writeFileSync)(temporary, `${lines.join("\n")}
`);
  (0, import_node_fs4.renameSync)(temporary, file);
}

// apps/federation-agent/clients.ts
var Clients = class {
  constructor(map, runtime, log2) {
    this.map = map;
    this.runtime = runtime;
    this.log = log2;
  }
  map;
  runtime;
  log;
  /** Addresses and blocks in HAProxy's map, as last committed. */
  count = 0;
  /** Writes the map for HAProxy to start from. */
  write(bans) {
    persistMap(this.map, linesOf(bans).lines);
  }
  /** Has HAProxy take the map, where it has another one. HAProxy itself is asked, since it may have been restarted. */
  async commit(bans) {
    const { lines, digest } = linesOf(bans);
    try {
      if (await this.runtime.lookup(this.map, CLIENTS_DIGEST_KEY) === digest) {
        this.count = lines.length - 1;
        return;
      }
      persistMap(this.map, lines);
      await this.runtime.replaceMap(this.map, lines);
    } catch {
      this.log("banned clients not committed: HAProxy does not answer, or refuses one of them");
      return;
    }
    this.count = lines.length - 1;
    this.log(`${String(this.count)} banned clients committed`);
  }
};
function linesOf(bans) {
  const lines = clientLines(bans);
  const digest = (0, import_node_crypto2.createHash)("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
  return { lines: [...lines, `${CLIENTS_DIGEST_KEY} ${digest}`], digest };
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
var Histogram = class {
  constructor(name2, help, bounds) {
    this.name = name2;
    this.help = help;
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }
  name;
  help;
  bounds;
  counts;
  sum = 0;
  /** Observations so far. */
  count = 0;
  observe(seconds2) {
    this.sum += seconds2;
    this.count += 1;
    this.bounds.forEach((bound, index) => {
      if (seconds2 <= bound) this.counts[index] = (this.counts[index] ?? 0) + 1;
    });
  }
  toString() {
    const { name: name2 } = this;
    const buckets = this.bounds.map(
      (bound, index) => `${name2}_bucket{le="${String(bound)}"} ${String(this.counts[index] ?? 0)}`
    );
    return [
      `# HELP ${name2} ${this.help}`,
      `# TYPE ${name2} histogram`,
      ...buckets,
      `${name2}_bucket{le="+Inf"} ${String(this.count)}`,
      `${name2}_sum ${String(this.sum)}`,
      `${name2}_count ${String(this.count)}`,
      ""
    ].join("\n");
  }
};

// apps/federation-agent/status/history.ts
var STATES = ["up", "degraded", "down", "drained"];
var NOTHING = { minute: 0, days: {}, hours: {}, incidents: [] };
var DAYS = 90;
var HOURS = 48;
var INCIDENTS = 100;
var SHORT_MS = 5 * 6e4;
var MAX_GAP = 5;
function parseHistory(text2) {
  const value = JSON.parse(text2);
  if (!isObject(value) || typeof value["minute"] !== "number") throw new Error("no {minute, …}");
  const { days, hours, incidents: incidents2 } = value;
  if (!isObject(days) || !isObject(hours) || !Array.isArray(incidents2)) {
    throw new Error("no {days, hours, incidents}");
  }
  return value;
}
function recorded(history, conditions, launches2, now) {
  const minute = Math.floor(now.getTime() / 6e4);
  const hours = withLaunches(history.hours, launches2, now);
  if (minute <= history.minute) return { ...history, hours };
  const gap = Math.min(MAX_GAP, history.minute === 0 ? 1 : minute - history.minute);
  const today = now.toISOString().slice(0, 10);
  const counted = { ...history.days[today] };
  for (const [member, { state }] of conditions) {
    const before = counted[member] ?? [0, 0, 0, 0];
    counted[member] = STATES.map((each, index) => (before[index] ?? 0) + (each === state ? gap : 0));
  }
  const days = newest({ ...history.days, [today]: counted }, DAYS);
  return { minute, days, hours, incidents: withIncidents(history.incidents, conditions, now) };
}
function withLaunches(hours, launches2, now) {
  const hour = now.toISOString().slice(0, 13);
  const counted = { ...hours[hour] };
  for (const [member, count3] of launches2) counted[member] = (counted[member] ?? 0) + count3;
  return newest({ ...hours, [hour]: counted }, HOURS);
}
function withIncidents(incidents2, conditions, now) {
  const at = now.toISOString();
  const isOver = ({ member, state }) => conditions.get(member)?.state !== state;
  const known = incidents2.flatMap((incident) => {
    if (incident.to !== void 0 || !isOver(incident)) return [incident];
    const short = incident.state !== "drained" && now.getTime() - Date.parse(incident.from) < SHORT_MS;
    return short ? [] : [{ ...incident, to: at }];
  });
  const open = new Set(known.filter(({ to }) => to === void 0).map(({ member }) => member));
  const begun = [...conditions].flatMap(
    ([member, { state, reason }]) => state === "up" || open.has(member) ? [] : [{ member, state, reason, from: at }]
  );
  return [...begun, ...known].slice(0, INCIDENTS);
}
function newest(entries, count3) {
  return Object.fromEntries(
    Object.entries(entries).sort(([a], [b]) => a < b ? -1 : 1).slice(-count3)
  );
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
  const {
    views,
    owners,
    redirects,
    inputsValid,
    inputsLive,
    lastRound,
    build: build2,
    bannedClients: bannedClients2,
    conditions,
    statusWrites
  } = snapshot;
  const shares = sharesOf(owners);
  const perMember = (value) => views.flatMap((view) => {
    const number2 = value(view);
    return number2 === void 0 ? [] : [[{ member: view.member.name }, number2]];
  });
  return [
    metric("federation_build_info", "gauge", "The agent's bundle", [[{ bundle: build2 }, 1]]),
    metric("federation_banned_clients", "gauge", "Addresses and blocks that HAProxy refuses", [
      [{}, bannedClients2]
    ]),
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
      perMember(
        ({ verdict: { load } }) => load && Math.max(0, load.quota - load.used) / Math.max(1, load.quota)
      )
    ),
    metric(
      "federation_member_used",
      "gauge",
      "Pods that count against the member's quota; what it says beyond twice the quota that the deployment knows does not count",
      perMember(
        ({ member, verdict: { load } }) => load && Math.min(load.used, 2 * capacityOf(member, void 0))
      )
    ),
    metric(
      "federation_member_quota",
      "gauge",
      "The member's quota: what it says, and no more than the deployment knows",
      perMember(({ member, verdict: { load } }) => load && capacityOf(member, load))
    ),
    metric(
      "federation_last_resort",
      "gauge",
      "1 while no member is well and has room, and launches go to whoever answers",
      [[{}, Number(views.length > 0 && !views.some(({ state }) => state.healthy && state.factor > 0))]]
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
    metric(
      "federation_member_state",
      "gauge",
      "1 for the state of a member that holds, as people see it at /status",
      [...conditions].flatMap(
        ([member, { state }]) => STATES.map((each) => [{ member, state: each }, Number(each === state)])
      )
    ),
    metric("federation_status_writes_total", "counter", "Minutes written to ConfigMap federation-status", [
      [{ result: "written" }, statusWrites.written],
      [{ result: "failed" }, statusWrites.failed]
    ]),
    counters.decisions.toString(),
    counters.rounds.toString()
  ].join("");
}
function activeHosts(views, owners) {
  const shares = sharesOf(owners);
  const active = views.filter(({ member }) => shares.has(member.name));
  const [prime] = views;
  const hosts = active.map(({ member: { name: name2, url, weight, healthPath } }) => [
    name2,
    {
      prime: name2 === prime?.member.name,
      url,
      weight,
      health: `${url}${healthPath ?? "/health"}`,
      versions: `${url}/versions`
    }
  ]);
  return JSON.stringify({ active_hosts: Object.fromEntries(hosts) });
}

// apps/federation-agent/input.ts
var Input = class {
  constructor(name2, parse, none, log2) {
    this.name = name2;
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
  accept(text2) {
    if (text2 === this.text) return;
    this.text = text2;
    try {
      this.last = text2 === void 0 ? this.none : this.parse(text2);
      this.valid = true;
    } catch (error) {
      this.valid = false;
      this.log(
        `${this.name}: ${error instanceof Error ? error.message : String(error)}; the last good one stays`
      );
    }
  }
};

// apps/federation-agent/names.ts
var import_node_dns = require("node:dns");
var PATIENCE_MS = 2e3;
var Names = class {
  known = /* @__PURE__ */ new Map();
  waiting = /* @__PURE__ */ new Map();
  /** For Node's `lookup` option. */
  lookup = (host, { all }, answer) => {
    this.find(host, (error, addresses) => {
      const [first] = addresses;
      if (!first) answer(error ?? new Error(`${host} has no address`), "", 0);
      else if (all) answer(null, [...addresses]);
      else answer(null, first.address, first.family);
    });
  };
  find(host, answered) {
    const last = this.known.get(host);
    let waits = true;
    const once = (error, addresses) => {
      if (!waits) return;
      waits = false;
      clearTimeout(timer);
      answered(error, error && last ? last : addresses);
    };
    const timer = setTimeout(() => {
      if (last) once(null, last);
    }, PATIENCE_MS);
    const others = this.waiting.get(host);
    if (others) {
      others.push(once);
      return;
    }
    const all = [once];
    this.waiting.set(host, all);
    (0, import_node_dns.lookup)(host, { all: true }, (error, addresses) => {
      this.waiting.delete(host);
      if (!error && addresses.length > 0) this.known.set(host, addresses);
      for (const each of all) each(error, error ? [] : addresses);
    });
  }
};

// apps/federation-agent/said.ts
var Malformed = class extends Error {
  name = "Malformed";
};
var MAX_BYTES = 32 << 10;
var MAX_ENTRIES = 20;
var MAX_LENGTH = 200;
var MAX_COUNT = 1e5;
var QUOTA_CHECK = "Pod quota";
function readVersions(body) {
  if (!isObject(body)) throw new Malformed("/versions is not a map");
  const entries = Object.entries(body);
  if (entries.length > MAX_ENTRIES) throw new Malformed("/versions has too many keys");
  return Object.fromEntries(
    entries.flatMap(
      ([key, value]) => typeof value === "string" ? [[name(key, "/versions"), text(value, "/versions")]] : []
    )
  );
}
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
function text(value, where) {
  if (value.length > MAX_LENGTH) throw new Malformed(`${where} has a text that is too long`);
  return value;
}
function count(value) {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_COUNT) {
    return value;
  }
  throw new Malformed("/health has a number of pods that is none");
}

// apps/federation-agent/observe.ts
var Watch = class {
  constructor(member, config2, lookup) {
    this.member = member;
    this.config = config2;
    this.lookup = lookup;
  }
  member;
  config;
  lookup;
  /** The question for /health that an earlier round could not wait for. */
  open;
  /** Since when /health owes an answer, in seconds. */
  owing;
  /** Asks for versions and health. Resolves within the time limit of the configuration; never rejects. */
  async look() {
    const timeoutMs = this.config.timeoutSeconds * 1e3;
    const [face, health] = await Promise.all([this.versions(timeoutMs), this.health(timeoutMs)]);
    return face.problem ? { ...face, checks: {} } : { ...health, ...face };
  }
  async versions(timeoutMs) {
    try {
      return { versions: readVersions(await this.askJson("/versions", timeoutMs, [200])) };
    } catch (error) {
      const kind = error instanceof Malformed || error instanceof BadAnswer ? "malformed" : "unreachable";
      return { versions: {}, problem: { kind, text: messageOf(error) } };
    }
  }
  /** What /health says by now: it may be the answer to the question of an earlier round. */
  async health(timeoutMs) {
    const { healthPatienceSeconds: patience } = this.config;
    const since = this.owing ??= seconds();
    const before = this.open?.answer;
    if (!this.open) {
      const giveUp = new AbortController();
      this.open = { answer: this.askHealth(patience * 1e3, giveUp.signal), giveUp };
    }
    const questions = before ? [before, this.askHealth(timeoutMs)] : [this.open.answer];
    const health = await firstTold(questions, timeoutMs);
    if (health) {
      this.open.giveUp.abort();
      this.open = this.owing = void 0;
      return health;
    }
    const silent = seconds() - since;
    const text2 = `/health has not answered for ${silent.toFixed(0)} s`;
    return { checks: {}, unknown: { kind: silent < patience ? "slow" : "failed", text: text2 } };
  }
  async askHealth(timeoutMs, signal) {
    try {
      return readHealth(
        await this.askJson(this.member.healthPath ?? "/health", timeoutMs, [200, 503], signal)
      );
    } catch (error) {
      const malformed = error instanceof BadAnswer || error instanceof Malformed && !(error instanceof Status);
      const kind = error instanceof TimedOut ? "slow" : malformed ? "malformed" : "failed";
      return { checks: {}, unknown: { kind, text: messageOf(error) } };
    }
  }
  async askJson(path, timeoutMs, statuses, signal) {
    const question = {
      headers: { Accept: "application/json" },
      ...this.lookup && { lookup: this.lookup },
      ...signal && { signal }
    };
    const bounds = { timeoutMs, maxBytes: MAX_BYTES };
    const { status, text: text2 } = await askBounded(new URL(`${this.member.url}${path}`), question, bounds);
    if (!statuses.includes(status)) throw new Status(`${path} answered ${String(status)}`);
    try {
      return JSON.parse(text2);
    } catch {
      throw new Malformed(`${path} did not answer with JSON`);
    }
  }
};
async function firstTold(questions, timeoutMs) {
  let timer;
  const nothing = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs, void 0);
  });
  const told = questions.map(
    (question) => new Promise((resolve) => {
      void question.then((health2) => {
        if (health2.unknown?.kind !== "slow") resolve(health2);
      });
    })
  );
  const health = await Promise.race([...told, nothing]);
  clearTimeout(timer);
  return health;
}
var Status = class extends Malformed {
};
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

// apps/federation-agent/runtime.ts
var import_node_net2 = require("node:net");
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
      const connection = (0, import_node_net2.connect)(this.socket);
      let answer = "";
      const timer = setTimeout(() => {
        connection.destroy(new Error(`HAProxy did not answer in ${String(this.timeoutMs)} ms`));
      }, this.timeoutMs);
      connection.setEncoding("utf8").on("data", (text2) => answer += text2);
      connection.on("error", reject);
      connection.on("close", () => {
        clearTimeout(timer);
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
function parseRedirects(text2) {
  return text2.split("\n").flatMap((line) => {
    const value = (name2) => new RegExp(`\\b${name2}=(\\S+)`).exec(line)?.[1];
    const member = value("key");
    if (member === void 0) return [];
    const [all, cookie, failover] = ["http_req_cnt", "gpc0", "gpc1"].map((name2) => Number(value(name2) ?? 0));
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

// apps/federation-agent/status/condition.ts
var MAX_LENGTH2 = 120;
function conditionOf({ member, verdict, state }, traffic, now) {
  const entry = Object.hasOwn(traffic, member.name) ? traffic[member.name] : void 0;
  if (trafficShare(member.weight, entry, now).drained) {
    return condition("drained", entry?.reason ?? "the operators send it no launches");
  }
  if (state.healthy) {
    return state.factor > 0 ? condition("up", "") : condition("degraded", "it is full; other members take launches");
  }
  if (!verdict.answers) return condition("down", "it does not answer");
  return condition(
    "degraded",
    verdict.failed.length > 0 ? `failing: ${verdict.failed.join(", ")}` : "recovering"
  );
}
function condition(state, reason) {
  return { state, reason: Array.from(reason).slice(0, MAX_LENGTH2).join("") };
}

// apps/federation-agent/status/style.ts
var STYLE = `
:root { --bg: #fff; --text: #222; --soft: #5c5c5c; --line: #d6d6d6; --up: #2e7d32; --degraded: #8a5a00; --down: #b3261e; --drained: #4a5a8a; --unknown: #dcdcdc; --link: #2a6496; --rest: #f1c3bf; }
@media (prefers-color-scheme: dark) { :root { --bg: #16181c; --text: #e8e8e8; --soft: #a9adb5; --line: #3a3e46; --up: #66bb6a; --degraded: #ffb74d; --down: #ff8a80; --drained: #9fb0e6; --unknown: #33373e; --link: #8ab4f8; --rest: #5a2f2c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0; }
a { color: var(--link); }
p { margin: .25rem 0; }
ul { list-style: none; margin: 0; padding: 0; }
.summary { margin: 0 0 .5rem; padding: .75rem 1rem; border: 1px solid; border-left-width: .5rem; border-radius: .3rem; font-size: 1.1rem; font-weight: 600; }
.note { color: var(--soft); font-size: .875rem; }
.members li { padding: 1rem 0; border-top: 1px solid var(--line); }
.head { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.state { font-weight: 600; white-space: nowrap; }
.state.up, .summary.up, .legend .up { color: var(--up); }
.state.degraded, .summary.degraded, .legend .degraded { color: var(--degraded); }
.state.down, .summary.down, .legend .down { color: var(--down); }
.legend .unknown { color: var(--soft); }
.state.drained, .legend .drained { color: var(--drained); }
.bars { display: flex; gap: 1px; height: 2.5rem; margin: .5rem 0 .25rem; }
.bars i { flex: 1 1 0; min-width: 0; display: flex; align-items: flex-end; border-radius: 1px; background: var(--rest); }
.bars b { width: 100%; min-height: 0; background: var(--up); }
.bars i.degraded { background: var(--degraded); }
.bars i.down { background: var(--down); }
.bars i.drained { background: var(--drained); }
.bars i.unknown { background: var(--unknown); }
.hours { height: 5rem; gap: 2px; border-bottom: 1px solid var(--line); }
.hours i { background: none; }
.hours b { background: var(--link); min-height: 1px; }
.legend span { margin-right: .75rem; white-space: nowrap; font-weight: 600; }
.legend .unknown { font-weight: 400; }
.incidents li { padding: .6rem 0; border-top: 1px solid var(--line); }
details { margin: .25rem 0; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; padding: .35rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child { text-align: left; }
@media (min-width: 40rem) { .bars { gap: 2px; } }
`;

// apps/federation-agent/status/page.ts
var WORDS = {
  up: "Up",
  degraded: "Degraded",
  down: "Down",
  drained: "Drained"
};
var SIGNS = { up: "✓", degraded: "!", down: "✕", drained: "–" };
var MINUTES_OF_DAY = 1440;
var SHOWN_HOURS = 24;
var SHOWN_INCIDENTS = 20;
function statusJson({ host, members, history, now }) {
  return JSON.stringify({
    host,
    at: now.toISOString(),
    members: members.map(({ name: name2, url, condition: condition2 }) => ({
      name: name2,
      url,
      ...condition2,
      days: daysBefore(now).map((day2) => ({ day: day2, ...minutesByState(history.days[day2]?.[name2]) }))
    })),
    launches: hoursBefore(now).map((hour) => ({ hour: `${hour}:00Z`, ...history.hours[hour] })),
    incidents: history.incidents
  });
}
function statusPage(view) {
  const { host, members, now } = view;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="120">
<title>Status of ${escaped2(host)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Status of ${escaped2(host)}</h1>
${summary(view)}
<p class="note">As of <time datetime="${now.toISOString()}">${day(now)}, ${clock(now)} UTC</time>. If that is long ago, the source of this page is down; launches do not depend on it.</p>
<h2>Members</h2>
<ul class="members">
${members.map((member) => memberItem(member, view)).join("\n")}
</ul>
<p class="note legend">${STATES.map((state) => `<span class="${state}">${SIGNS[state]} ${WORDS[state]}</span>`).join(" ")} <span class="unknown">▪ No data</span> Each bar is a day, today on the right.</p>
<h2>Launches</h2>
${launches(view)}
<h2>Incidents</h2>
${incidents(view.history.incidents)}
<p class="note">For programs: <a href="/status.json">status.json</a>. Drained: the operators send a member no launches; running sessions continue.</p>
</main>
</body>
</html>
`;
}
function summary({ members }) {
  const taking = members.filter(({ condition: { state } }) => state === "up").length;
  const [kind, sign, text2] = taking === members.length ? ["up", SIGNS.up, `All ${String(members.length)} members take launches.`] : taking > 0 ? [
    "degraded",
    SIGNS.degraded,
    `${String(taking)} of ${String(members.length)} members ${taking === 1 ? "is" : "are"} fully up. Launches go to those that work.`
  ] : ["down", SIGNS.down, "No member is fully up. Launches may fail."];
  const one = members.length === 1 && taking === 1 ? "The only member takes launches." : text2;
  return `<p class="summary ${kind}"><span aria-hidden="true">${sign}</span> ${one}</p>`;
}
function memberItem({ name: name2, url, condition: { state, reason } }, view) {
  const days = daysBefore(view.now).map((date) => ({ date, minutes: view.history.days[date]?.[name2] }));
  const known = days.filter(({ minutes }) => total(minutes) > 0);
  const [up, all] = [
    sum(known.map(({ minutes }) => of(minutes, "up"))),
    sum(known.map(({ minutes }) => total(minutes)))
  ];
  const bad2 = known.filter(({ minutes }) => of(minutes, "up") < total(minutes));
  const share = all === 0 ? "no data yet" : `${percent(up, all)} up in ${count2(known.length, "day")}`;
  const label = `${name2}, last ${String(DAYS)} days: ${share}; ${count2(bad2.length, "day")} not fully up`;
  const rows = [...bad2].reverse().map(
    ({ date, minutes }) => `<tr><th scope="row">${date}</th>${STATES.map((each) => `<td>${duration(of(minutes, each))}</td>`).join("")}</tr>`
  );
  return `<li>
<div class="head"><h3><a href="${escaped2(url)}">${escaped2(name2)}</a></h3> <span class="state ${state}"><span aria-hidden="true">${SIGNS[state]}</span> ${WORDS[state]}</span></div>
${reason === "" ? "" : `<p class="reason">${escaped2(reason)}</p>
`}<div class="bars" role="img" aria-label="${escaped2(label)}">${days.map(({ minutes, date }) => bar(date, minutes)).join("")}</div>
<p class="note share">${share}</p>
${rows.length === 0 ? "" : `<details><summary>${count2(bad2.length, "day")} not fully up</summary><div class="scroll"><table><thead><tr><th scope="col">Day (UTC)</th>${STATES.map((each) => `<th scope="col">${WORDS[each]}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div></details>
`}</li>`;
}
function bar(date, minutes) {
  const all = total(minutes);
  if (all === 0) return `<i class="unknown" title="${date}: no data"></i>`;
  const worst = ["down", "drained", "degraded"].find(
    (state) => of(minutes, state) >= Math.max(5, all / 200)
  );
  const height = Math.min(worst ? 70 : 100, Math.round(100 * (of(minutes, "up") / all)));
  const title = `${date}: ${STATES.filter((state) => of(minutes, state) > 0).map((state) => `${WORDS[state].toLowerCase()} ${duration(of(minutes, state))}`).join(", ")}`;
  return `<i class="${worst ?? "up"}" title="${title}"><b style="height:${String(height)}%"></b></i>`;
}
function launches({ members, history, now }) {
  const hours = hoursBefore(now).map((hour) => {
    const counts = history.hours[hour] ?? {};
    return { hour, sum: sum(members.map(({ name: name2 }) => counts[name2] ?? 0)), counts };
  });
  const most = Math.max(1, ...hours.map((each) => each.sum));
  const all = sum(hours.map((each) => each.sum));
  const bars = hours.map(
    (each) => `<i title="${each.hour.slice(11)}:00 UTC: ${number(each.sum)}"><b style="height:${String(Math.round(100 * each.sum / most))}%"></b></i>`
  );
  const rows = [...hours].reverse().map(
    ({ hour, sum: launched, counts }) => `<tr><th scope="row">${hour.slice(11)}:00</th><td>${number(launched)}</td>${members.map(({ name: name2 }) => `<td>${number(counts[name2] ?? 0)}</td>`).join("")}</tr>`
  );
  const head = ["Hour (UTC)", "All", ...members.map(({ name: name2 }) => escaped2(name2))];
  return `<p>${number(all)} in the last ${String(SHOWN_HOURS)} hours, at most ${number(most === 1 && all === 0 ? 0 : most)} in one.</p>
<div class="bars hours" role="img" aria-label="Launches per hour: ${number(all)} in ${String(SHOWN_HOURS)} hours">${bars.join("")}</div>
<details><summary>By hour and member</summary><div class="scroll"><table><thead><tr>${head.map((each) => `<th scope="col">${each}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div></details>`;
}
function incidents(list) {
  if (list.length === 0) return "<p>None in the last 90 days.</p>";
  const items = list.slice(0, SHOWN_INCIDENTS).map(({ member, state, reason, from, to }) => {
    const [start, end] = [new Date(from), to === void 0 ? void 0 : new Date(to)];
    const lasted = end ? `for ${duration(Math.round((end.getTime() - start.getTime()) / 6e4))}` : "until now";
    return `<li><span class="state ${state}"><span aria-hidden="true">${SIGNS[state]}</span> ${WORDS[state]}</span> <strong>${escaped2(member)}</strong>: ${escaped2(reason)}<br><span class="note"><time datetime="${escaped2(from)}">${day(start)}, ${clock(start)} UTC</time>, ${lasted}</span></li>`;
  });
  return `<ul class="incidents">
${items.join("\n")}
</ul>`;
}
function daysBefore(now) {
  return Array.from(
    { length: DAYS },
    (_, index) => new Date(now.getTime() - (DAYS - 1 - index) * 864e5).toISOString().slice(0, 10)
  );
}
function hoursBefore(now) {
  return Array.from(
    { length: SHOWN_HOURS },
    (_, index) => new Date(now.getTime() - (SHOWN_HOURS - 1 - index) * 36e5).toISOString().slice(0, 13)
  );
}
function of(minutes, state) {
  return minutes?.[STATES.indexOf(state)] ?? 0;
}
function total(minutes) {
  return sum(minutes ?? []);
}
function minutesByState(minutes) {
  return Object.fromEntries(STATES.map((state) => [state, of(minutes, state)]));
}
function sum(numbers) {
  return numbers.reduce((all, each) => all + each, 0);
}
function percent(part, whole) {
  if (part === whole) return "100 %";
  return `${Math.min(99.99, 100 * part / whole).toFixed(2)} %`;
}
function duration(minutes) {
  if (minutes === 0) return "–";
  if (minutes < 60) return `${String(minutes)} min`;
  if (minutes <= MINUTES_OF_DAY) return `${(minutes / 60).toFixed(1)} h`;
  return `${(minutes / MINUTES_OF_DAY).toFixed(1)} days`;
}
function count2(many, what) {
  return `${String(many)} ${what}${many === 1 ? "" : "s"}`;
}
function number(value) {
  return value.toLocaleString("en");
}
function day(date) {
  return date.toISOString().slice(0, 10);
}
function clock(date) {
  return date.toISOString().slice(11, 16);
}
function escaped2(text2) {
  return text2.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

// apps/federation-agent/status/recorder.ts
var import_node_fs5 = require("node:fs");
var import_node_path3 = require("node:path");
var STORE = { name: "federation-status", key: "status.json" };
var PERIOD2 = 60;
var LIMITS2 = { timeoutMs: 1e4, maxBytes: 4 << 20 };
var Recorder = class {
  constructor(server, account2, log2, period = PERIOD2) {
    this.account = account2;
    this.log = log2;
    this.period = period;
    this.api = server === void 0 ? void 0 : new InCluster(server, account2, LIMITS2);
    this.input = new Input(STORE.key, parseHistory, NOTHING, log2);
  }
  account;
  log;
  period;
  api;
  input;
  known = NOTHING;
  before;
  pending = /* @__PURE__ */ new Map();
  busy = false;
  next = 0;
  written = 0;
  failed = 0;
  get history() {
    return this.known;
  }
  /** Counts what HAProxy redirected since the last time; after its restart it begins at 0. */
  count(redirects) {
    const totals = new Map(
      redirects.map(({ member, table, cookie, failover }) => [member, table + cookie + failover])
    );
    for (const [member, total2] of this.before ? totals : []) {
      const last = this.before?.get(member) ?? 0;
      const more = total2 >= last ? total2 - last : total2;
      if (more > 0) this.pending.set(member, (this.pending.get(member) ?? 0) + more);
    }
    this.before = totals;
  }
  /** Begins to write when it is time. Does not wait, so that an API server that hangs holds nothing up. */
  refresh(conditions) {
    if (this.busy || seconds() < this.next || conditions.size === 0) return;
    this.next = seconds() + this.period;
    const { api } = this;
    if (api === void 0 || !(0, import_node_fs5.existsSync)((0, import_node_path3.join)(this.account, "token"))) {
      this.known = recorded(this.known, conditions, this.take(), /* @__PURE__ */ new Date());
      return;
    }
    this.busy = true;
    void this.write(api, conditions).finally(() => {
      this.busy = false;
    });
  }
  async write(api, conditions) {
    const launches2 = this.take();
    try {
      const path = `/api/v1/namespaces/${api.namespace}/configmaps/${STORE.name}`;
      const object = await api.call("GET", path);
      this.input.accept(object.data?.[STORE.key]);
      const history = recorded(this.input.value, conditions, launches2, /* @__PURE__ */ new Date());
      await api.call("PUT", path, {
        ...object,
        data: { ...object.data, [STORE.key]: JSON.stringify(history) }
      });
      this.known = history;
      this.written += 1;
    } catch (error) {
      for (const [member, count3] of launches2) {
        this.pending.set(member, (this.pending.get(member) ?? 0) + count3);
      }
      this.failed += 1;
      this.next = seconds() + this.period / 30 * (1 + 4 * Math.random());
      if (this.failed % 100 === 1) {
        this.log(`status: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  take() {
    const { pending } = this;
    this.pending = /* @__PURE__ */ new Map();
    return pending;
  }
};

// apps/federation-agent/status/status.ts
var WARM_SECONDS = 10;
var Status2 = class {
  constructor(config2, account2, log2) {
    this.config = config2;
    this.recorder = new Recorder(config2.apiServer, account2, log2);
  }
  config;
  recorder;
  conditions = /* @__PURE__ */ new Map();
  // what there is to ask for is published after the first round
  warmed = seconds() - WARM_SECONDS + 2;
  /** Takes the state of this second. Begins what takes longer, and waits for nothing. */
  note(views, traffic, redirects) {
    const now = /* @__PURE__ */ new Date();
    this.conditions = new Map(views.map((view) => [view.member.name, conditionOf(view, traffic, now)]));
    this.recorder.count(redirects);
    this.recorder.refresh(this.conditions);
    this.warm();
  }
  /** What the metrics tell. */
  get counts() {
    return { conditions: this.conditions, statusWrites: this.recorder };
  }
  /** The page /status, and /status.json. */
  texts() {
    const { host = "the federation", members } = this.config;
    const shown = members.flatMap(({ name: name2, url }) => {
      const condition2 = this.conditions.get(name2);
      return condition2 ? [{ name: name2, url, condition: condition2 }] : [];
    });
    const view = { host, members: shown, history: this.recorder.history, now: /* @__PURE__ */ new Date() };
    return { statusPage: statusPage(view), statusJson: statusJson(view) };
  }
  /** Asks HAProxy for the page, so that it has one to serve while we are gone even if nobody asked for it. */
  warm() {
    const { statusUrl } = this.config;
    if (statusUrl === void 0 || seconds() - this.warmed < WARM_SECONDS) return;
    this.warmed = seconds();
    for (const path of ["/status", "/status.json"]) {
      const bounds = { timeoutMs: 2e3, maxBytes: 1 << 20 };
      void askBounded(new URL(path, statusUrl), {}, bounds).catch(() => void 0);
    }
  }
};

// apps/federation-agent/agent.ts
var REDIRECTS = "route:launches";
var TRAFFIC = { name: "federation-traffic", key: "traffic.json" };
var LAUNCHES = { name: "federation-launches", key: "launches.json" };
var BANS = BANS_SECRET;
var Agent = class {
  constructor(paths2, build2, log2) {
    this.paths = paths2;
    this.build = build2;
    this.log = log2;
    this.config = readJson(paths2.config);
    this.runtime = new Runtime(paths2.socket);
    const { apiServer, members, periodSeconds, quotaSeconds } = this.config;
    this.configMaps = new ConfigMaps(
      apiServer,
      paths2.account,
      paths2.input,
      [
        { kind: "configmaps", name: TRAFFIC.name },
        { kind: "configmaps", name: LAUNCHES.name },
        { kind: "secrets", name: BANS.name }
      ],
      log2
    );
    this.traffic = new Input(TRAFFIC.key, parseTraffic, {}, log2);
    this.launches = new Input(LAUNCHES.key, parseLaunches, {}, log2);
    this.bans = new Input(BANS.key, parseBanList, [], log2);
    this.clients = new Clients(paths2.clients, this.runtime, log2);
    this.status = new Status2(this.config, paths2.account, log2);
    const { lookup } = new Names();
    this.watches = new Map(members.map((member) => [member.name, new Watch(member, this.config, lookup)]));
    this.arrivals = new Arrivals(quotaSeconds + periodSeconds);
    const table = (0, import_node_fs6.existsSync)(paths2.table) ? (0, import_node_fs6.readFileSync)(paths2.table, "utf8") : "";
    this.inherited = isWhole(table);
    if (this.inherited) this.goOnFrom(table);
  }
  paths;
  build;
  log;
  config;
  runtime;
  configMaps;
  traffic;
  launches;
  bans;
  clients;
  watches;
  arrivals;
  counters = new Counters();
  status;
  views = [];
  /** What the members were like when any of them answered last. */
  basis = [];
  states = /* @__PURE__ */ new Map();
  owners = [];
  redirects = [];
  roundStarted = -Infinity;
  lastRound = 0;
  made;
  /** Whether a whole table was in place when this agent started. */
  inherited;
  /**
   * Writes what HAProxy starts from: the banned clients, and a table, after a first round of requests, unless there is one
   * already.
   */
  async init() {
    this.readInputs();
    this.clients.write(activeBans(this.bans.value, /* @__PURE__ */ new Date()));
    if (this.inherited) return;
    await this.round();
    const [traffic, now] = [this.traffic.value, /* @__PURE__ */ new Date()];
    this.persist(this.tableOf(decide(this.views, traffic, now) ?? firstPlan(this.config, traffic, now)));
  }
  /** What is to be done each second: read the inputs, ask the members when it is time, commit what follows. */
  async tick() {
    this.configMaps.refresh();
    this.readInputs();
    let answered = seconds();
    if (answered - this.roundStarted >= this.config.periodSeconds) {
      const start = answered;
      await this.round();
      answered = seconds();
      this.counters.rounds.observe(answered - start);
    }
    await this.commit(answered);
    await this.clients.commit(activeBans(this.bans.value, /* @__PURE__ */ new Date()));
    await this.countRedirects();
    this.status.note(this.views, this.traffic.value, this.redirects);
    return this.publish();
  }
  /**
   * Takes the table in place as the first memory: an agent that was started again in the middle of a fault must not judge by
   * one look what it would otherwise judge by several, in either direction.
   */
  goOnFrom(table) {
    this.owners = ownersOf(table);
    if (isFirst(table)) return;
    const taking = stickyOf(table);
    const memory = { against: 0, skewedSince: void 0, failedLook: void 0 };
    this.states = new Map(
      this.config.members.map(({ name: name2 }) => [name2, { ...memory, healthy: taking.has(name2), factor: 1 }])
    );
  }
  readInputs() {
    this.traffic.accept(this.configMaps.text(TRAFFIC.name, TRAFFIC.key));
    this.launches.accept(this.configMaps.text(LAUNCHES.name, LAUNCHES.key));
    this.bans.accept(this.configMaps.text(BANS.name, BANS.key));
  }
  async round() {
    const { config: config2, watches, states } = this;
    this.roundStarted = seconds();
    const asked = [...watches].map(async ([name2, watch]) => [name2, await watch.look()]);
    const views = judgeRound({
      config: config2,
      observations: new Map(await Promise.all(asked)),
      launches: this.launches.value,
      last: states,
      now: /* @__PURE__ */ new Date(),
      time: seconds(),
      arrivals: this.arrivals.peak * config2.replicas
    });
    for (const { member, state, verdict } of views) {
      if (states.get(member.name)?.healthy !== state.healthy) {
        this.log(`${member.name} is ${state.healthy ? "healthy" : `not healthy: ${verdict.reason}`}`);
      }
    }
    this.views = views;
    this.states = new Map(views.map(({ member, state }) => [member.name, state]));
    if (views.some(({ verdict }) => verdict.answers)) this.basis = views;
    this.lastRound = (/* @__PURE__ */ new Date()).getTime() / 1e3;
  }
  async commit(since) {
    const plan = decide(this.basis, this.traffic.value, /* @__PURE__ */ new Date());
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
    this.counters.decisions.observe(seconds() - since);
    this.log(`table ${table.digest} committed, ${String(moved)} slots moved`);
  }
  async countRedirects() {
    try {
      this.redirects = await this.runtime.redirects(REDIRECTS);
    } catch {
      return;
    }
    const total2 = this.redirects.reduce(
      (sum2, { table, cookie, failover }) => sum2 + table + cookie + failover,
      0
    );
    this.arrivals.note(total2, seconds());
  }
  /** The table of a plan, rebuilt only when the plan changes: with 300 members it takes 50 ms. */
  tableOf(plan) {
    const key = JSON.stringify(plan);
    if (this.made?.key !== key) this.made = { key, table: makeTable(plan.candidates, plan.pages) };
    return this.made.table;
  }
  /** What HAProxy starts from the next time. Whole or not at all. */
  persist({ lines }) {
    persistMap(this.paths.table, lines);
  }
  publish() {
    const { views, owners, redirects, lastRound, build: build2 } = this;
    const inputsValid = {
      traffic: this.traffic.valid,
      launches: this.launches.valid,
      bans: this.bans.valid
    };
    return {
      metrics: metricsText(this.counters, {
        views,
        owners,
        redirects,
        inputsValid,
        inputsLive: this.configMaps.live,
        lastRound,
        build: build2,
        bannedClients: this.clients.count,
        ...this.status.counts
      }),
      activeHosts: activeHosts(views, owners),
      ...this.status.texts(),
      rounds: this.counters.rounds.count
    };
  }
};

// apps/federation-agent/supervisor.ts
var import_node_http2 = require("node:http");
var import_node_worker_threads = require("node:worker_threads");
function supervise(options) {
  let published;
  let heard = seconds();
  let progress = seconds();
  let starts = 0;
  let worker;
  const start = () => {
    let rounds = 0;
    starts += 1;
    heard = seconds();
    worker = new import_node_worker_threads.Worker(options.script, {
      argv: [...options.args],
      resourceLimits: { maxOldGenerationSizeMb: 96 }
    });
    worker.on("message", (message) => {
      heard = seconds();
      if (message.rounds > rounds) progress = heard;
      rounds = message.rounds;
      published = message;
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
    if (seconds() - heard < options.silenceSeconds) return;
    options.log(`the agent said nothing for ${String(options.silenceSeconds)} s; it is ended`);
    heard = seconds();
    void worker.terminate();
  }, 1e3).unref();
  const server = (0, import_node_http2.createServer)((request, response) => {
    const answer = (status, type, body) => {
      response.writeHead(status, { "Content-Type": type }).end(body);
    };
    const path = request.url?.split("?")[0];
    if (path === "/healthz") answer(200, "text/plain", "ok\n");
    else if (path === "/livez") {
      const silent = seconds() - progress;
      answer(
        silent < options.stallSeconds ? 200 : 503,
        "text/plain",
        `last round ${silent.toFixed(0)} s ago
`
      );
    } else if (path === "/metrics") {
      const own = metric(
        "federation_agent_starts_total",
        "counter",
        "Starts of the agent in this container",
        [[{}, starts]]
      );
      answer(200, "text/plain; version=0.0.4; charset=utf-8", own + (published?.metrics ?? ""));
    } else if (path === "/active_hosts" && published) answer(200, "application/json", published.activeHosts);
    else if (path === "/status" && published) {
      response.setHeader(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
      );
      answer(200, "text/html; charset=utf-8", published.statusPage);
    } else if (path === "/status.json" && published) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      answer(200, "application/json", published.statusJson);
    } else if (path === "/status" || path === "/status.json") answer(503, "text/plain", "not known yet\n");
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
  table: (0, import_node_path4.join)(run, "table.map"),
  clients: (0, import_node_path4.join)(run, "clients.map"),
  socket: (0, import_node_path4.join)(run, "admin.sock")
};
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var build = (0, import_node_crypto3.createHash)("sha256").update((0, import_node_fs7.readFileSync)(__filename)).digest("hex").slice(0, 12);
async function work() {
  const agent = new Agent(paths, build, log);
  for (; ; ) {
    import_node_worker_threads2.parentPort?.postMessage(await agent.tick());
    await (0, import_promises.setTimeout)(1e3);
  }
}
var PATIENCE = 60;
async function init() {
  const fail = (why) => {
    process.stderr.write(`init wrote no table: ${why}
`);
    process.exit(1);
  };
  const timer = setTimeout(() => fail(`not decided after ${String(PATIENCE)} s`), PATIENCE * 1e3);
  try {
    await new Agent(paths, build, log).init();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  clearTimeout(timer);
}
if (!import_node_worker_threads2.isMainThread) void work();
else if (command === "init") void init();
else {
  const colon = address.lastIndexOf(":");
  supervise({
    script: __filename,
    args: process.argv.slice(2),
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    silenceSeconds: 30,
    stallSeconds: 900,
    log
  });
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
}
