// Made from apps/process-scanner/main.ts by: npx mybinder bundle
"use strict";

// apps/process-scanner/main.ts
var import_promises = require("node:timers/promises");

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
  constructor(server2, account, limits) {
    this.server = server2;
    this.account = account;
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
    const { status, text } = await this.ask(method, path, body, type).catch((error) => {
      throw new Error(`${asked}: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (status < 200 || status >= 300) throw new ApiError(status, asked, reasonOf(text));
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
function serveState(address2, { metrics, alive, ready: ready2 }) {
  return listenAt(address2, ({ url }, answer) => {
    const well = (is) => {
      answer.writeHead(is ? 200 : 503).end();
    };
    if (url === "/metrics") {
      answer.setHeader("content-type", "text/plain; version=0.0.4").end(metrics());
    } else if (url === "/healthz") well(alive());
    else if (url === "/readyz" && ready2) well(ready2());
    else answer.writeHead(404).end();
  });
}
function listenAt(address2, listener) {
  const colon = address2.lastIndexOf(":");
  return (0, import_node_http2.createServer)(listener).listen(Number(address2.slice(colon + 1)), address2.slice(0, colon));
}

// apps/metrics.ts
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

// apps/process-scanner/cpu.ts
var CpuHistory = class {
  /** `windowSeconds`: the longest time that is asked for. */
  constructor(windowSeconds) {
    this.windowSeconds = windowSeconds;
  }
  windowSeconds;
  readings = /* @__PURE__ */ new Map();
  /** Takes what a scan saw at `at` seconds, and forgets processes that are gone. */
  add(processes, at) {
    this.readings = new Map(
      processes.map((process2) => {
        const earlier = this.readings.get(keyOf(process2)) ?? [];
        const kept = earlier.filter(
          (_, index) => (earlier[index + 1]?.at ?? Infinity) > at - this.windowSeconds
        );
        return [keyOf(process2), [...kept, { at, used: process2.ownCpuSeconds }]];
      })
    );
  }
  /**
   * CPUs that a process used on average over the last `seconds`: nothing before it started. 0 while that is unknown,
   * since this program started later than that.
   */
  cores(process2, seconds2) {
    const readings = this.readings.get(keyOf(process2)) ?? [];
    const now = readings.at(-1);
    if (!now) return 0;
    if (process2.ageSeconds <= seconds2) return now.used / seconds2;
    const base = readings.findLast(({ at }) => at <= now.at - seconds2);
    return base ? (now.used - base.used) / (now.at - base.at) : 0;
  }
};
function keyOf({ pid, started }) {
  return `${String(pid)} ${started}`;
}

// apps/process-scanner/limit.ts
var PerMinute = class {
  constructor(most, seconds2) {
    this.most = most;
    this.seconds = seconds2;
  }
  most;
  seconds;
  taken = [];
  /** Takes one, where there is one left. */
  take() {
    const now = this.seconds();
    this.taken = this.taken.filter((at) => at > now - 60);
    if (this.taken.length >= this.most) return false;
    this.taken.push(now);
    return true;
  }
};

// model/member/processRules.ts
var RULE_PLACES = ["user", "build"];
function rulePattern(pattern) {
  return new RegExp(pattern, "iu");
}

// apps/process-scanner/patterns.ts
var import_node_vm = require("node:vm");
var TEXT_MS = 100;
var MOST_SLOW = 20;
var SCRIPT = new import_node_vm.Script("for (; next < texts.length; next++) hits[next] = pattern.test(texts[next]);");
var context = (0, import_node_vm.createContext)({});
function matchAll(pattern, texts) {
  const work2 = Object.assign(context, { pattern, texts, hits: texts.map(() => false), next: 0 });
  let slow = 0;
  while (work2.next < texts.length && slow < MOST_SLOW) {
    try {
      SCRIPT.runInContext(context, { timeout: TEXT_MS });
    } catch (error) {
      if (error.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      slow += 1;
      work2.next += 1;
    }
  }
  return { hits: work2.hits, slow };
}

// apps/process-scanner/match.ts
function ready(rule) {
  const part = (pattern, text, matches = true) => {
    if (pattern === void 0) return [];
    try {
      return [{ pattern: rulePattern(pattern), text, matches }];
    } catch {
      throw new Error(`rule ${rule.name}: a pattern is not a regular expression`);
    }
  };
  return {
    rule,
    patterns: [
      ...part(rule.commandLine, ({ commandLine }) => commandLine),
      ...part(rule.exceptCommandLine, ({ commandLine }) => commandLine, false),
      ...part(rule.processName, ({ name }) => name),
      ...part(rule.parentCommandLine, ({ parentCommandLine }) => parentCommandLine)
    ]
  };
}
function matchesOf({ rule, patterns }, processes, history) {
  const places = rule.in ?? RULE_PLACES;
  let selected = processes.filter(({ scanned }) => places.includes(scanned.place));
  let slow = 0;
  for (const { pattern, text, matches: matches2 } of patterns) {
    const found = matchAll(
      pattern,
      selected.map(({ process: process2 }) => text(process2))
    );
    slow += found.slow;
    selected = selected.filter((_, index) => found.hits[index] === matches2);
  }
  const pods = [...new Set(selected.map(({ process: process2 }) => process2.podUid))];
  const groups = rule.scope === "pod" ? pods.map((uid) => selected.filter(({ process: process2 }) => process2.podUid === uid)) : selected.map((one) => [one]);
  const matches = groups.flatMap((group) => {
    const [first] = group;
    const all = group.map(({ process: process2 }) => process2);
    return first && enough(rule, all, history) ? [{ rule, scanned: first.scanned, processes: all }] : [];
  });
  return { matches, slow };
}
function enough(rule, processes, history) {
  const total = (of) => processes.reduce((sum2, process2) => sum2 + of(process2), 0);
  const { cpu, cpuSeconds = 0, memoryMB = 0, processes: least = 1 } = rule;
  return processes.length >= least && total((process2) => process2.cpuSeconds) >= cpuSeconds && total(({ memoryBytes }) => memoryBytes) >= memoryMB * 1e6 && (!cpu || total((process2) => history.cores(process2, cpu.seconds)) >= cpu.cores);
}

// apps/process-scanner/pods.ts
var COMPONENTS = {
  "singleuser-server": { place: "user", docker: false },
  "binderhub-build": { place: "build", docker: false },
  "image-builder": { place: "build", docker: true }
};
async function podsOf(api, namespace, node2) {
  const query = new URLSearchParams({
    fieldSelector: `spec.nodeName=${node2}`,
    labelSelector: `component in (${Object.keys(COMPONENTS).join(",")})`
  });
  const path = `/api/v1/namespaces/${namespace}/pods?${query.toString()}`;
  const { items } = await api.call("GET", path);
  return new Map(
    items.flatMap((pod) => {
      const as = COMPONENTS[pod.metadata.labels?.["component"] ?? ""];
      return as && pod.metadata.namespace === namespace ? [[pod.metadata.uid, { ...as, pod }]] : [];
    })
  );
}
function originOf({ metadata, spec }) {
  const env = new Map(spec.containers.flatMap(({ env: env2 = [] }) => env2).map(({ name, value }) => [name, value]));
  const repository = env.get("BINDER_REF_URL") ?? env.get("BINDER_REPO_URL") ?? metadata.annotations?.["binder-repo"];
  const client = env.get("BINDER_CLIENT_IP");
  return { ...repository !== void 0 && { repository }, ...client !== void 0 && { client } };
}

// apps/process-scanner/scanner.ts
var OUTCOMES = ["reported", "deleted", "ended", "limited", "gone"];
var Scanner = class {
  /** Throws where a rule cannot be used, or the namespace is one of the cluster's own. */
  constructor(config2, node2, means) {
    this.config = config2;
    this.node = node2;
    this.means = means;
    const { namespace, rules, limits } = config2;
    if (namespace.startsWith("kube-")) throw new Error(`namespace ${namespace}: it is the cluster's own`);
    this.clock = means.clock ?? seconds;
    this.rules = rules.map(ready);
    this.history = new CpuHistory(Math.max(0, ...rules.map(({ cpu }) => cpu?.seconds ?? 0)));
    this.deletions = new PerMinute(limits.deletionsPerMinute, this.clock);
    this.endings = new PerMinute(limits.endingsPerMinute, this.clock);
    const none = Object.fromEntries(OUTCOMES.map((one) => [one, 0]));
    this.seen = {
      matches: new Map(rules.map(({ name }) => [name, 0])),
      outcomes: none,
      slow: 0,
      pods: 0,
      processes: 0
    };
  }
  config;
  node;
  means;
  seen;
  rules;
  history;
  deletions;
  endings;
  clock;
  said = /* @__PURE__ */ new Set();
  /** One scan. Rejects when the API server does not answer or /proc cannot be read, and at the end with what could not be done. */
  async scan() {
    const pods = await podsOf(this.means.api, this.config.namespace, this.node);
    const found = this.means.table.of(new Set(pods.keys())).flatMap((process2) => {
      const scanned = pods.get(process2.podUid);
      return scanned && (!scanned.docker || process2.docker) ? [{ process: process2, scanned }] : [];
    });
    this.seen.pods = pods.size;
    this.seen.processes = found.length;
    this.history.add(
      found.map(({ process: process2 }) => process2),
      this.clock()
    );
    const matches = this.rules.flatMap((rule) => {
      const { matches: matches2, slow } = matchesOf(rule, found, this.history);
      this.seen.slow += slow;
      return matches2;
    });
    await this.act(matches);
  }
  async act(matches) {
    const before = this.said;
    this.said = /* @__PURE__ */ new Set();
    const deleted = /* @__PURE__ */ new Set();
    const failures = /* @__PURE__ */ new Set();
    for (const match of [...matches].sort(byWeight)) {
      const { rule } = match;
      this.seen.matches.set(rule.name, (this.seen.matches.get(rule.name) ?? 0) + 1);
      try {
        if (rule.action === "report") this.say(match, "reported", before);
        else await this.stop(match, deleted, before);
      } catch (error) {
        failures.add(error instanceof Error ? error.message : String(error));
      }
    }
    if (failures.size > 0) throw new Error([...failures].join("; "));
  }
  /** Deletes the pod, or ends the processes: all that is ever done where Docker builds, since its pod is ours. */
  async stop(match, deleted, before) {
    const { rule, scanned, processes } = match;
    const { uid, deletionTimestamp } = scanned.pod.metadata;
    if (deleted.has(uid) || deletionTimestamp !== void 0) return;
    if (rule.action === "delete-pod" && !scanned.docker) {
      deleted.add(uid);
      this.say(match, await this.delete(scanned), before);
      return;
    }
    for (const process2 of processes) this.say({ ...match, processes: [process2] }, this.end(process2), before);
  }
  async delete({ pod: { metadata } }) {
    if (!this.deletions.take()) return "limited";
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    try {
      await this.means.api.call("DELETE", path, { preconditions: { uid: metadata.uid } });
      return "deleted";
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return "gone";
      throw error;
    }
  }
  end(process2) {
    if (!this.endings.take()) return "limited";
    if (!this.means.table.is(process2)) return "gone";
    try {
      this.means.end(process2.pid);
      return "ended";
    } catch (error) {
      if (error.code === "ESRCH") return "gone";
      throw error;
    }
  }
  /**
   * Counts what came of a match, and says it; a report of the same thing only once. Of matches beyond the limit one for each rule
   * and pod: whoever starts processes decides how many there are.
   */
  say({ rule, scanned, processes }, outcome, before) {
    this.seen.outcomes[outcome] += 1;
    const { pod } = scanned;
    const [first] = rule.scope === "pod" ? [] : processes;
    const of = outcome === "limited" ? [] : [first?.pid, first?.started];
    const key = [rule.name, outcome, pod.metadata.uid, ...of].join(" ");
    const isSaid = before.has(key) || this.said.has(key);
    this.said.add(key);
    if (isSaid) return;
    const line = {
      action: rule.action,
      outcome,
      rule: rule.name,
      pod: pod.metadata.name,
      ...originOf(pod),
      ...first ? { pid: first.pid } : { processes: processes.length },
      cpuSeconds: Math.round(sum(processes.map(({ cpuSeconds }) => cpuSeconds))),
      memoryMB: Math.round(sum(processes.map(({ memoryBytes }) => memoryBytes)) / 1e6)
    };
    this.means.log(JSON.stringify(line));
  }
};
function byWeight(a, b) {
  const weight = { "delete-pod": 0, "end-process": 1, report: 2 };
  return weight[a.rule.action] - weight[b.rule.action];
}
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

// apps/process-scanner/exposition.ts
function exposition(seen, scans2) {
  const name = (short) => `process_scanner_${short}`;
  return [
    metric(
      name("last_success_timestamp_seconds"),
      "gauge",
      "When a scan last was completed; 0: not yet since the start.",
      [[{}, scans2.lastSuccess]]
    ),
    metric(name("scans_total"), "counter", "Scans that ended, by result.", [
      [{ result: "ok" }, scans2.ok],
      [{ result: "failed" }, scans2.failed]
    ]),
    metric(
      name("matches_total"),
      "counter",
      "Matches by rule; the same one again at each scan.",
      [...seen.matches].map(([rule, count]) => [{ rule }, count])
    ),
    metric(
      name("outcomes_total"),
      "counter",
      "What came of matches; limited: too many in a minute, so only reported.",
      OUTCOMES.map((outcome) => [{ outcome }, seen.outcomes[outcome]])
    ),
    metric(name("slow_texts_total"), "counter", "Texts that took a pattern too long to be looked at.", [
      [{}, seen.slow]
    ]),
    metric(name("pods"), "gauge", "Pods that the last scan looked into.", [[{}, seen.pods]]),
    metric(name("processes"), "gauge", "Processes that the last scan looked at.", [[{}, seen.processes]])
  ].join("");
}

// apps/process-scanner/processes.ts
var import_node_fs3 = require("node:fs");
var import_node_path2 = require("node:path");

// apps/process-scanner/cgroup.ts
var UID = /[/-]pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})(?:\.slice)?(\/.*)?$/;
function groupOf(text) {
  const paths = text.split("\n").map((line) => line.split(":").slice(2).join(":"));
  for (const path of paths) {
    const [, uid, below = ""] = UID.exec(path) ?? [];
    if (uid !== void 0) return { podUid: uid.replaceAll("_", "-"), docker: inDocker(below) };
  }
  return { docker: paths.some(inDocker) };
}
function inDocker(path) {
  return path.includes("/docker/");
}

// apps/process-scanner/processes.ts
var TICKS = 100;
var MOST_BYTES = 4096;
var MOST_ANCESTORS = 64;
var ProcessTable = class {
  constructor(folder = "/proc") {
    this.folder = folder;
  }
  folder;
  /** The processes of pods with these UIDs. One that ends meanwhile is left out. Throws where /proc cannot be read. */
  of(pods) {
    const uptime = Number((0, import_node_fs3.readFileSync)((0, import_node_path2.join)(this.folder, "uptime"), "utf8").split(" ")[0]);
    const pids = (0, import_node_fs3.readdirSync)(this.folder).filter((name) => /^\d+$/.test(name));
    const all = new Map(pids.flatMap((pid) => this.entry(Number(pid))));
    return [...all.values()].flatMap(({ stat, group }) => {
      const place = placeOf(stat.pid, all);
      const { ownTicks, ticks, ended, ...known } = stat;
      if (!place || ended || !pods.has(place.podUid)) return [];
      return {
        ...known,
        commandLine: this.commandLine(stat.pid),
        parentCommandLine: this.commandLine(stat.parent),
        ageSeconds: uptime - Number(stat.started) / TICKS,
        ownCpuSeconds: ownTicks / TICKS,
        cpuSeconds: ticks / TICKS,
        memoryBytes: this.memory(stat.pid),
        podUid: place.podUid,
        docker: group.docker
      };
    });
  }
  /** Whether a process is still the one that was seen: another may have its number by now. */
  is({ pid, started, podUid, docker }) {
    const [found] = this.entry(pid);
    if (found?.[1].stat.started !== started) return false;
    const { group } = found[1];
    return group.docker === docker && (group.podUid === podUid || group.podUid === void 0);
  }
  entry(pid) {
    const text = this.read(pid, "stat");
    const group = this.read(pid, "cgroup");
    return text === "" ? [] : [[pid, { stat: statOf(pid, text), group: groupOf(group) }]];
  }
  commandLine(pid) {
    const text = this.read(pid, "cmdline", firstBytes);
    let end = text.length;
    while (end > 0 && text[end - 1] === "\0") end -= 1;
    return text.slice(0, end).replaceAll("\0", " ");
  }
  memory(pid) {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(this.read(pid, "status"))?.[1] ?? 0) * 1024;
  }
  /** Empty when the process is gone. */
  read(pid, file2, how = (path) => (0, import_node_fs3.readFileSync)(path, "utf8")) {
    try {
      return how((0, import_node_path2.join)(this.folder, String(pid), file2));
    } catch (error) {
      const { code } = error;
      if (code === "ENOENT" || code === "ESRCH") return "";
      throw error;
    }
  }
};
function firstBytes(path) {
  const file2 = (0, import_node_fs3.openSync)(path, "r");
  try {
    const bytes = Buffer.alloc(MOST_BYTES);
    return bytes.toString("utf8", 0, (0, import_node_fs3.readSync)(file2, bytes));
  } finally {
    (0, import_node_fs3.closeSync)(file2);
  }
}
function statOf(pid, text) {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const number = (field) => Number(fields[field - 3]);
  const ownTicks = number(14) + number(15);
  return {
    pid,
    name: text.slice(text.indexOf("(") + 1, end),
    parent: number(4),
    started: fields[22 - 3] ?? "",
    ended: fields[0] === "Z" || fields[0] === "X",
    ownTicks,
    ticks: ownTicks + number(16) + number(17)
  };
}
function placeOf(pid, all) {
  let next = all.get(pid);
  if (next?.group.podUid === void 0 && next?.group.docker !== true) return void 0;
  for (let left = MOST_ANCESTORS; next && left > 0; left--) {
    const { podUid } = next.group;
    if (podUid !== void 0) return { podUid };
    next = all.get(next.stat.parent);
  }
  return void 0;
}

// apps/process-scanner/main.ts
var [file = "", server = "", access = "", node = "", address = "0.0.0.0:8411"] = process.argv.slice(2);
var config = readJson(file);
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var LIMITS = { timeoutMs: 2e4, maxBytes: 16 << 20 };
var scanner = new Scanner(config, node, {
  api: new InCluster(server, access, LIMITS),
  table: new ProcessTable(),
  end: (pid) => process.kill(pid, "SIGKILL"),
  log
});
var scans = { ok: 0, failed: 0, lastSuccess: 0 };
var lastScan = seconds();
var SILENCE = Math.max(300, config.periodSeconds * 6);
async function work() {
  for (; ; ) {
    try {
      await scanner.scan();
      scans.ok += 1;
      scans.lastSuccess = (/* @__PURE__ */ new Date()).getTime() / 1e3;
      lastScan = seconds();
    } catch (error) {
      scans.failed += 1;
      log(`scan failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    await (0, import_promises.setTimeout)(config.periodSeconds * 1e3);
  }
}
serveState(address, {
  metrics: () => exposition(scanner.seen, scans),
  alive: () => seconds() - lastScan < SILENCE
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
void work();
