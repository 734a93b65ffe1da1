// Made from apps/node-janitor/main.ts by: npx mybinder bundle
"use strict";

// apps/node-janitor/main.ts
var import_promises = require("node:timers/promises");

// apps/clock.ts
function seconds() {
  return performance.now() / 1e3;
}
var CautiousClock = class {
  constructor(windowMs, wall = () => (/* @__PURE__ */ new Date()).getTime(), steady = () => performance.now()) {
    this.windowMs = windowMs;
    this.wall = wall;
    this.steady = steady;
    this.now();
  }
  windowMs;
  wall;
  steady;
  readings = [];
  /** Milliseconds since 1970. */
  now() {
    const at = this.steady();
    this.readings.push({ at, offset: this.wall() - at });
    this.readings = this.readings.filter(
      (_, index) => (this.readings[index + 1]?.at ?? Infinity) > at - this.windowMs
    );
    return at + Math.min(...this.readings.map(({ offset }) => offset));
  }
};

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
function serveState(address2, { metrics: metrics2, alive, ready }) {
  return listenAt(address2, ({ url }, answer) => {
    const well = (is) => {
      answer.writeHead(is ? 200 : 503).end();
    };
    if (url === "/metrics") {
      answer.setHeader("content-type", "text/plain; version=0.0.4").end(metrics2());
    } else if (url === "/healthz") well(alive());
    else if (url === "/readyz" && ready) well(ready());
    else answer.writeHead(404).end();
  });
}
function listenAt(address2, listener) {
  const colon = address2.lastIndexOf(":");
  return (0, import_node_http2.createServer)(listener).listen(Number(address2.slice(colon + 1)), address2.slice(0, colon));
}

// model/cluster/nodePods.ts
var KINDS = {
  "singleuser-server": "user",
  "binderhub-build": "build",
  "image-builder": "build"
};
function kindOf(pod) {
  const { metadata, status } = pod;
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return "finished";
  const owner = controllerOf(pod);
  if (owner?.kind === "DaemonSet" || owner?.kind === "Node") return "daemon";
  return KINDS[metadata.labels?.["component"] ?? ""] ?? (owner ? "system" : "bare");
}
function isGoing({ metadata }) {
  return metadata.deletionTimestamp !== void 0;
}
function isReady(pod) {
  return !isGoing(pod) && isTrue(pod.status?.conditions, "Ready");
}
function mayTake({ metadata, spec, status }, pod) {
  const labels = metadata.labels ?? {};
  return spec?.unschedulable !== true && isTrue(status?.conditions, "Ready") && Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value) && (spec?.taints ?? []).every((taint) => isTolerated(taint, pod.spec.tolerations ?? []));
}
function controllerOf({
  metadata
}) {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}
function isTolerated({ key, value = "", effect }, tolerations) {
  return effect === "PreferNoSchedule" || tolerations.some(
    (one) => (one.effect === void 0 || one.effect === effect) && (one.operator === "Exists" ? one.key === void 0 || one.key === key : one.key === key && (one.value ?? "") === value)
  );
}
function isTrue(conditions, type) {
  return conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}

// model/cluster/eviction.ts
function evictable(nodes, pods) {
  const system = pods.filter((pod) => kindOf(pod) === "system");
  const chosen = /* @__PURE__ */ new Map();
  for (const pod of onCordoned(nodes, system)) {
    const workload = workloadOf(pod);
    if (isGoing(pod) || chosen.has(workload) || !nodes.some((node) => mayTake(node, pod))) continue;
    const others = system.filter((other) => other !== pod && workloadOf(other) === workload);
    if (others.every(isReady)) chosen.set(workload, pod);
  }
  return [...chosen.values()];
}
function stranded(nodes, pods) {
  const system = pods.filter((pod) => kindOf(pod) === "system");
  return onCordoned(nodes, system).filter((pod) => !nodes.some((node) => mayTake(node, pod)));
}
function overdue(pods, minutes, now) {
  return pods.filter(
    (pod) => kindOf(pod) === "finished" && !isGoing(pod) && controllerOf(pod)?.kind !== "Job" && now.getTime() - finishedAt(pod) >= minutes * 6e4
  );
}
function finishedAt({ metadata, status }) {
  const ends = [
    ...(status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt),
    ...(status?.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime)
  ].flatMap((time) => time ? [Date.parse(time)] : []);
  return ends.length > 0 ? Math.max(...ends) : Date.parse(metadata.creationTimestamp ?? "");
}
function onCordoned(nodes, pods) {
  const names = nodes.flatMap(({ metadata, spec }) => spec?.unschedulable ? [metadata.name] : []);
  const cordoned = new Set(names);
  return pods.filter(({ spec }) => cordoned.has(spec.nodeName ?? ""));
}
function workloadOf(pod) {
  const { name, labels } = pod.metadata;
  return labels?.["component"] === "user-placeholder" ? name : controllerOf(pod)?.uid ?? name;
}

// apps/node-janitor/janitor.ts
var Janitor = class {
  constructor(config2, api, log2, clock = new CautiousClock(config2.finishedMinutes * 6e4)) {
    this.config = config2;
    this.api = api;
    this.log = log2;
    this.clock = clock;
    this.pods = `/api/v1/namespaces/${config2.namespace}/pods`;
  }
  config;
  api;
  log;
  clock;
  counts = { evicted: 0, refused: 0, removed: 0 };
  pods;
  said = "";
  /** Removes finished pods and moves system pods off cordoned nodes. Rejects when the API server does not answer. */
  async round() {
    const { items: nodes } = await this.api.call("GET", "/api/v1/nodes");
    const { items: pods } = await this.api.call("GET", this.pods);
    const now = new Date(this.clock.now());
    for (const pod of overdue(pods, this.config.finishedMinutes, now)) await this.remove(pod);
    for (const pod of evictable(nodes, pods)) await this.evict(pod);
    this.sayStranded(stranded(nodes, pods));
  }
  async remove({ metadata: { name } }) {
    if (await this.gone(this.api.call("DELETE", `${this.pods}/${name}`))) return;
    this.counts.removed += 1;
    this.log(`removed ${name}, which had finished`);
  }
  async evict({ metadata: { name, namespace }, spec: { nodeName } }) {
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    try {
      if (await this.gone(this.api.call("POST", `${this.pods}/${name}/eviction`, eviction))) return;
      this.counts.evicted += 1;
      this.log(`evicted ${name} from ${nodeName ?? ""}, which is cordoned`);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429) throw error;
      this.counts.refused += 1;
      this.log(`${name} stays on ${nodeName ?? ""} for now: ${error.reason}`);
    }
  }
  /** Whether somebody else was faster. */
  async gone(call) {
    try {
      await call;
      return false;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return true;
      throw error;
    }
  }
  /** Says what stays because it has nowhere to go; once, until that is something else. */
  sayStranded(pods) {
    const names = pods.map(({ metadata }) => metadata.name).join(", ");
    if (names !== "" && names !== this.said) this.log(`no other node could take, so they stay: ${names}`);
    this.said = names;
  }
};

// apps/node-janitor/main.ts
var [file = "", server = "", access = "", address = "0.0.0.0:8407"] = process.argv.slice(2);
var config = readJson(file);
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var LIMITS = { timeoutMs: 2e4, maxBytes: 16 << 20 };
var janitor = new Janitor(config, new InCluster(server, access, LIMITS), log);
var lastRound = seconds();
var failures = 0;
var SILENCE = Math.max(120, config.periodSeconds * 6);
async function work() {
  for (; ; ) {
    try {
      await janitor.round();
      lastRound = seconds();
    } catch (error) {
      failures += 1;
      log(`round failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    await (0, import_promises.setTimeout)(config.periodSeconds * 1e3);
  }
}
function metrics() {
  const { evicted, refused, removed } = janitor.counts;
  return [
    metric(
      "node_janitor_evictions_total",
      "counter",
      "Evictions asked for, by result; refused: by a disruption budget.",
      [
        [{ result: "evicted" }, evicted],
        [{ result: "refused" }, refused]
      ]
    ),
    metric("node_janitor_finished_pods_removed_total", "counter", "Finished pods that were removed.", [
      [{}, removed]
    ]),
    metric(
      "node_janitor_failed_rounds_total",
      "counter",
      "Rounds that the API server did not answer, or refused.",
      [[{}, failures]]
    )
  ].join("");
}
serveState(address, { metrics, alive: () => seconds() - lastRound < SILENCE });
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
void work();
