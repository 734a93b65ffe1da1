// Made from apps/build-pruner/main.ts by: npx mybinder bundle
"use strict";

// apps/build-pruner/main.ts
var import_node_perf_hooks = require("node:perf_hooks");
var import_promises = require("node:timers/promises");

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

// apps/build-pruner/docker.ts
var import_node_http2 = require("node:http");
var VERSION = "/v1.47";
var MAX_BYTES = 16 << 20;
var DockerError = class extends Error {
  constructor(status, asked, reason) {
    super(`${asked}: ${String(status)} ${reason}`);
    this.status = status;
    this.reason = reason;
  }
  status;
  reason;
  name = "DockerError";
};
var Docker = class {
  constructor(socket2, maxBytes = MAX_BYTES) {
    this.socket = socket2;
    this.maxBytes = maxBytes;
  }
  socket;
  maxBytes;
  /**
   * Resolves to the parsed answer, undefined when it is empty. Rejects with a DockerError, or with what was asked and why
   * there is no answer; at the latest when `limit` is up, whatever the daemon does.
   */
  async call(method, path, limit) {
    const asked = `${method} ${path.split("?")[0] ?? ""}`;
    const { status, text } = await this.ask(method, path, limit).catch((error) => {
      const why = limit.aborted ? "no answer in time" : error instanceof Error ? error.message : String(error);
      throw new Error(`${asked}: ${why}`, { cause: error });
    });
    if (status < 200 || status >= 300) throw new DockerError(status, asked, reasonOf(text));
    if (text === "") return void 0;
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${asked}: the answer is not JSON`);
    }
  }
  async ask(method, path, signal) {
    signal.throwIfAborted();
    const headers = { host: "docker", accept: "application/json" };
    const options = {
      socketPath: this.socket,
      path: `${VERSION}${path}`,
      method,
      headers,
      agent: false,
      signal
    };
    const answer = await new Promise((resolve, reject) => {
      const outgoing = (0, import_node_http2.request)(options, resolve);
      outgoing.on("error", reject);
      outgoing.on("upgrade", (_, stream) => {
        stream.destroy();
        reject(new Error("it changed the protocol"));
      });
      outgoing.end();
    });
    return { status: answer.statusCode ?? 0, text: await textOf(answer, this.maxBytes) };
  }
};
async function textOf(answer, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is larger than ${String(maxBytes)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
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

// apps/clock.ts
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

// apps/build-pruner/images.ts
function candidates(images, used, cutoff) {
  return images.filter(({ Id, Created }) => !used.has(Id) && Created * 1e3 < cutoff);
}
function namedSince({ Metadata }, cutoff) {
  return Date.parse(Metadata?.LastTagTime ?? "") >= cutoff;
}
function namesOf({ Id, RepoTags, RepoDigests }) {
  const names = [...RepoTags ?? [], ...RepoDigests ?? []].filter((name) => !name.startsWith("<none>"));
  return names.length > 0 ? names : [Id];
}

// apps/build-pruner/pruner.ts
var KINDS = ["containers", "images", "build_cache"];
var STEP_MS = 3e5;
var Pruner = class {
  constructor(config2, docker, log2, stepMs = STEP_MS, clock = new CautiousClock(config2.keepMinutes * 6e4)) {
    this.config = config2;
    this.docker = docker;
    this.log = log2;
    this.stepMs = stepMs;
    this.clock = clock;
  }
  config;
  docker;
  log;
  stepMs;
  clock;
  freed = {
    containers: { bytes: 0, removed: 0 },
    images: { bytes: 0, removed: 0 },
    build_cache: { bytes: 0, removed: 0 }
  };
  /** Bytes that only the build cache holds, as of the last round. */
  cacheBytes;
  /** Whether Docker has answered anything yet. */
  answered = false;
  /**
   * Removes stopped containers, then images that nothing uses, then of the build cache what is above its bound, the least
   * recently used first; Docker keeps what a running build uses. A step that fails does not keep the next from its work.
   * Rejects at the end with what failed, after three times `stepMs` at most.
   */
  async round() {
    const failures = [];
    for (const kind of KINDS) {
      try {
        const before = { ...this.freed[kind] };
        await this.step(kind, AbortSignal.timeout(this.stepMs));
        this.say(kind, before);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    if (failures.length > 0) throw new Error(failures.join("; "));
  }
  /** Milliseconds since 1970: what was made before is no longer kept. */
  cutoff() {
    return Math.max(0, this.clock.now() - this.config.keepMinutes * 6e4);
  }
  step(kind, limit) {
    switch (kind) {
      case "containers":
        return this.pruneContainers(limit);
      case "images":
        return this.pruneImages(limit);
      case "build_cache":
        return this.pruneCache(limit);
    }
  }
  async pruneContainers(limit) {
    const filters = JSON.stringify({ until: [String(Math.floor(this.cutoff() / 1e3))] });
    const { ContainersDeleted, SpaceReclaimed } = await this.ask("POST", `/containers/prune?filters=${encodeURIComponent(filters)}`, limit);
    this.count("containers", ContainersDeleted?.length ?? 0, SpaceReclaimed ?? 0);
  }
  async pruneImages(limit) {
    const cutoff = this.cutoff();
    const containers = await this.ask("GET", "/containers/json?all=1", limit);
    const used = new Set(containers.map(({ ImageID }) => ImageID));
    const old = candidates(
      await this.ask("GET", "/images/json", limit),
      used,
      cutoff
    );
    if (old.length === 0) return;
    const before = await this.usage(limit);
    let removed = 0;
    try {
      for (const image of old) if (await this.removeImage(image, cutoff, limit)) removed += 1;
    } finally {
      const after = removed === 0 ? before : await this.usage(AbortSignal.timeout(this.stepMs));
      this.count("images", removed, Math.max(0, before.images + before.cache - after.images - after.cache));
    }
  }
  /** Whether the image is gone. It is not where a build has named it meanwhile, or a container uses it after all. */
  async removeImage({ Id }, cutoff, limit) {
    try {
      const details = await this.ask("GET", `/images/${Id}/json`, limit);
      if (namedSince(details, cutoff)) return false;
      for (const name of namesOf(details)) await this.removeName(name, limit);
      return true;
    } catch (error) {
      if (isStatus(error, 404) || isStatus(error, 409)) return false;
      throw error;
    }
  }
  /** The last tag of a repository takes its digests along, so that a name may be gone already. */
  async removeName(name, limit) {
    try {
      await this.ask("DELETE", `/images/${encodeURI(name)}`, limit);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }
  async pruneCache(limit) {
    const path = `/build/prune?all=1&keep-storage=${String(this.config.cacheBytes)}`;
    const { CachesDeleted, SpaceReclaimed } = await this.ask("POST", path, limit);
    this.count("build_cache", CachesDeleted?.length ?? 0, SpaceReclaimed ?? 0);
    this.cacheBytes = (await this.usage(limit)).cache;
  }
  /** Bytes of the layers of all images, and of those that only the build cache holds. */
  async usage(limit) {
    const { LayersSize, BuildCache } = await this.ask("GET", "/system/df?type=image&type=build-cache", limit);
    const own = (BuildCache ?? []).filter(({ Shared }) => !Shared);
    return { images: LayersSize ?? 0, cache: own.reduce((total, { Size }) => total + Size, 0) };
  }
  async ask(method, path, limit) {
    const answer = await this.docker.call(method, path, limit);
    this.answered = true;
    return answer;
  }
  count(kind, removed, bytes) {
    this.freed[kind].removed += removed;
    this.freed[kind].bytes += bytes;
  }
  say(kind, before) {
    const removed = this.freed[kind].removed - before.removed;
    if (removed === 0) return;
    const megabytes = Math.round((this.freed[kind].bytes - before.bytes) / 1e6);
    this.log(`${kind}: removed ${String(removed)}, ${String(megabytes)} MB`);
  }
};
function isStatus(error, status) {
  return error instanceof DockerError && error.status === status;
}

// apps/build-pruner/exposition.ts
function exposition({ freed, cacheBytes }, cacheLimitBytes, rounds2) {
  const name = (short) => `build_pruner_${short}`;
  const ofKinds = (value) => KINDS.map((kind) => [{ what: kind }, freed[kind][value]]);
  return [
    metric(
      name("last_success_timestamp_seconds"),
      "gauge",
      "When a round last did all of its work; 0: not yet since the start.",
      [[{}, rounds2.lastSuccess]]
    ),
    metric(name("rounds_total"), "counter", "Rounds that ended, by result.", [
      [{ result: "ok" }, rounds2.ok],
      [{ result: "failed" }, rounds2.failed]
    ]),
    metric(name("freed_bytes_total"), "counter", "Disk space that was freed.", ofKinds("bytes")),
    metric(name("removed_total"), "counter", "What was removed, in pieces.", ofKinds("removed")),
    metric(
      name("cache_bytes"),
      "gauge",
      "What the build cache alone holds, as of the last round.",
      cacheBytes === void 0 ? [] : [[{}, cacheBytes]]
    ),
    metric(name("cache_limit_bytes"), "gauge", "What the build cache may keep.", [[{}, cacheLimitBytes]])
  ].join("");
}

// apps/build-pruner/main.ts
var [file = "", socket = "", address = "0.0.0.0:8408"] = process.argv.slice(2);
var config = readJson(file);
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var pruner = new Pruner(config, new Docker(socket), log);
var rounds = { ok: 0, failed: 0, lastSuccess: 0 };
var ended = import_node_perf_hooks.performance.now();
var SILENCE_MS = KINDS.length * STEP_MS + config.periodSeconds * 1e3 + 2 * STEP_MS;
async function work() {
  for (; ; ) {
    try {
      await pruner.round();
      rounds.ok += 1;
      rounds.lastSuccess = (/* @__PURE__ */ new Date()).getTime() / 1e3;
    } catch (error) {
      rounds.failed += 1;
      log(`round failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    ended = import_node_perf_hooks.performance.now();
    await (0, import_promises.setTimeout)(pruner.answered ? config.periodSeconds * 1e3 : Math.min(5, config.periodSeconds) * 1e3);
  }
}
serveState(address, {
  metrics: () => exposition(pruner, config.cacheBytes, rounds),
  alive: () => import_node_perf_hooks.performance.now() - ended < SILENCE_MS,
  ready: () => pruner.answered
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
void work();
