// Made from apps/ban-keeper/main.ts by: npx mybinder bundle
"use strict";

// apps/ban-keeper/main.ts
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
async function find(api, path) {
  try {
    return await api.call("GET", path);
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
function serveState(address, { metrics, alive, ready }) {
  return listenAt(address, ({ url }, answer) => {
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
function listenAt(address, listener) {
  const colon = address.lastIndexOf(":");
  return (0, import_node_http2.createServer)(listener).listen(Number(address.slice(colon + 1)), address.slice(0, colon));
}

// model/federation/bans/network.ts
var import_node_net = require("node:net");
var BITS = { 4: 32, 6: 128 };
function parseNetwork(text) {
  const [, address = "", prefix] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = (0, import_node_net.isIPv4)(address) ? 4 : (0, import_node_net.isIPv6)(address) ? 6 : void 0;
  if (family === void 0 || family === 6 && address.includes(".")) return void 0;
  const length = prefix === void 0 ? BITS[family] : Number(prefix);
  if (length > BITS[family]) return void 0;
  const first = family === 4 ? numberOf4(address) : numberOf6(address);
  return (first & hostMask(family, length)) === 0n ? { family, first, length } : void 0;
}
function networkText({ family, first, length }) {
  const address = family === 4 ? text4(first) : text6(first);
  return length === BITS[family] ? address : `${address}/${String(length)}`;
}
function cidrText(network) {
  const text = networkText(network);
  return text.includes("/") ? text : `${text}/${String(network.length)}`;
}
function isWithin(inner, outer) {
  return inner.family === outer.family && inner.length >= outer.length && (inner.first & ~hostMask(outer.family, outer.length)) === outer.first;
}
function addressesOf({ family, first, length }) {
  const count = 1 << BITS[family] - length;
  return Array.from(
    { length: count },
    (_, index) => networkText({ family, first: first + BigInt(index), length: BITS[family] })
  );
}
function hostMask(family, length) {
  return (1n << BigInt(BITS[family] - length)) - 1n;
}
function numberOf4(address) {
  return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}
function numberOf6(address) {
  const [head = "", tail] = address.split("::");
  const groups = (text) => text ? text.split(":") : [];
  const [left, right] = [groups(head), groups(tail)];
  const middle = tail === void 0 ? 0 : 8 - left.length - right.length;
  return [...left, ...new Array(middle).fill("0"), ...right].reduce(
    (sum, group) => sum * 65536n + BigInt(`0x${group}`),
    0n
  );
}
function text4(number) {
  return [24n, 16n, 8n, 0n].map((shift) => String(number >> shift & 255n)).join(".");
}
function text6(number) {
  const groups = Array.from(
    { length: 8 },
    (_, index) => (number >> BigInt((7 - index) * 16) & 65535n).toString(16)
  );
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

// model/federation/bans/effects.ts
var FLOW_LENGTH = 24;
function bannedClients(bans) {
  return networksOf(bans, "client").map(networkText);
}
function bannedHosts(bans) {
  const hosts = new Set(whatOf(bans, "host"));
  return [...hosts].filter((host) => !parentsOf(host).some((parent) => hosts.has(parent))).sort();
}
function bannedRepositories(bans) {
  const patterns = {};
  for (const { kind, provider, what } of bans) {
    if (kind === "repository" && provider) (patterns[provider] ??= []).push(what);
  }
  return patterns;
}
function coreDnsServers(bans) {
  const hosts = bannedHosts(bans);
  if (hosts.length === 0) return "# no host name is banned\n";
  return `${hosts.map((host) => `${host}:53`).join(" ")} {
    errors
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`;
}
function flowAddresses(bans) {
  const small = networksOf(bans, "destination").filter(
    ({ family, length }) => family === 4 && length >= FLOW_LENGTH
  );
  return [...new Set(small.flatMap(addressesOf)), ""].join("\n") || "\n";
}
function egressExcept(cidr, own, bans) {
  const outer = parseNetwork(cidr);
  const banned = networksOf(bans, "destination").filter((one) => outer !== void 0 && isWithin(one, outer));
  return [.../* @__PURE__ */ new Set([...own, ...banned.map(cidrText)])].sort();
}
function traefikConfig(bans) {
  const clients = bannedClients(bans);
  const router = {
    rule: clients.map((client) => `ClientIP(\`${client}\`)`).join(" || "),
    // above every rule's length, which is a router's priority by default
    priority: 1e9,
    middlewares: ["refuse"],
    service: "nobody"
  };
  return {
    http: {
      ...clients.length > 0 && {
        routers: {
          "banned-web": { ...router, entryPoints: ["web"] },
          "banned-websecure": { ...router, entryPoints: ["websecure"], tls: {} }
        }
      },
      // lets nobody through: 255.255.255.255 sends nothing
      middlewares: { refuse: { ipAllowList: { sourceRange: ["255.255.255.255/32"] } } },
      services: { nobody: { loadBalancer: { servers: [{ url: "http://127.0.0.1:9" }] } } }
    }
  };
}
function networksOf(bans, kind) {
  const texts = new Set(whatOf(bans, kind));
  return [...texts].sort().flatMap((text) => parseNetwork(text) ?? []);
}
function whatOf(bans, kind) {
  return bans.filter((ban) => ban.kind === kind).map(({ what }) => what);
}
function parentsOf(host) {
  const labels2 = host.split(".");
  return labels2.slice(1).map((_, index) => labels2.slice(index + 1).join("."));
}

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
function parseBanList(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
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

// model/federation/bans/objects.ts
var BANS_SECRET = { name: "bans", key: "bans.json" };
var FLOW_BANS = { name: "flow-bans", key: "bans.txt" };
var DNS_BANS = {
  name: "coredns-custom",
  namespace: "kube-system",
  key: "mybinder-bans.server"
};
var labels = { "app.kubernetes.io/part-of": "mybinder", "app.kubernetes.io/component": "bans" };
var annotations = { "pulumi.com/patchForce": "true" };
function flowBansConfigMap(namespace, bans) {
  return {
    metadata: { name: FLOW_BANS.name, namespace, labels, annotations },
    data: { [FLOW_BANS.key]: flowAddresses(bans) }
  };
}
function dnsBansConfigMap(bans) {
  const { name, namespace, key } = DNS_BANS;
  return { metadata: { name, namespace, labels, annotations }, data: { [key]: coreDnsServers(bans) } };
}

// apps/metrics.ts
function metric(name, type, help, samples) {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels2, value]) => `${name}${labelText(labels2)} ${String(value)}`);
  return `# HELP ${name} ${help}
# TYPE ${name} ${type}
${lines.join("\n")}
`;
}
function labelText(labels2) {
  const pairs = Object.entries(labels2).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
function escaped(value) {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

// apps/ban-keeper/targets.ts
var import_node_crypto = require("node:crypto");
function targetsOf(config, api) {
  const { namespace, egress, flowKiller, dns } = config;
  return [
    ...(egress?.policies ?? []).map((policy) => policyTarget(api, namespace, policy, egress)),
    ...flowKiller === void 0 ? [] : [flowTarget(api, namespace, flowKiller)],
    ...dns ? [dnsTarget(api)] : []
  ];
}
function policyTarget(api, namespace, name, egress) {
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`;
  const { cidr, except } = egress ?? { cidr: "", except: [] };
  return {
    name: `networkpolicy/${name}`,
    keep: async (bans) => {
      const { metadata, spec } = await api.call("GET", path);
      const wanted = egressExcept(cidr, except, bans);
      const changes = (spec.egress ?? []).flatMap(
        ({ to = [] }, rule) => to.flatMap(({ ipBlock }, peer) => {
          if (ipBlock?.cidr !== cidr || ipBlock.except?.join() === wanted.join()) return [];
          const at = `/spec/egress/${String(rule)}/to/${String(peer)}/ipBlock/except`;
          return [{ op: "add", path: at, value: wanted }];
        })
      );
      if (changes.length === 0) return false;
      const unchanged = { op: "replace", path: "/metadata/resourceVersion", value: metadata.resourceVersion };
      await api.call("PATCH", path, [unchanged, ...changes], "application/json-patch+json");
      return true;
    }
  };
}
async function keepKey(api, path, key, text) {
  const { data } = await api.call("GET", path);
  if (data?.[key] === text) return false;
  await api.call("PATCH", path, { data: { [key]: text } }, "application/merge-patch+json");
  return true;
}
var LIST = "mybinder.org/flow-bans";
function flowTarget(api, namespace, daemonSet) {
  return {
    name: `daemonset/${daemonSet}`,
    keep: async (bans) => {
      const text = flowBansConfigMap(namespace, bans).data[FLOW_BANS.key] ?? "";
      const changed = await keepKey(
        api,
        `/api/v1/namespaces/${namespace}/configmaps/${FLOW_BANS.name}`,
        FLOW_BANS.key,
        text
      );
      const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${daemonSet}`;
      const digest = (0, import_node_crypto.createHash)("sha256").update(text).digest("hex").slice(0, 16);
      const { spec } = await api.call("GET", path);
      if (spec.template.metadata.annotations?.[LIST] === digest) return changed;
      const template = { metadata: { annotations: { [LIST]: digest } } };
      await api.call("PATCH", path, { spec: { template } }, "application/merge-patch+json");
      return true;
    }
  };
}
function dnsTarget(api) {
  const { namespace, name, key } = DNS_BANS;
  return {
    name: `configmap/${name}`,
    keep: (bans) => keepKey(
      api,
      `/api/v1/namespaces/${namespace}/configmaps/${name}`,
      key,
      dnsBansConfigMap(bans).data[key] ?? ""
    )
  };
}

// apps/ban-keeper/keeper.ts
var REVIEW = 10;
var Keeper = class {
  constructor({ namespace, ...config }, api, log2) {
    this.api = api;
    this.log = log2;
    this.targets = targetsOf({ namespace, ...config }, api);
    this.path = `/api/v1/namespaces/${namespace}/secrets/${BANS_SECRET.name}`;
  }
  api;
  log;
  targets;
  path;
  bans = [];
  text;
  valid = true;
  kept = "";
  looked = -Infinity;
  applied = /* @__PURE__ */ new Map();
  said = /* @__PURE__ */ new Map();
  /** One look. Rejects when the API server does not answer; what was known before stays then. */
  async round() {
    this.accept(await this.read());
    const active = this.active();
    const list = JSON.stringify(active);
    if (list === this.kept && seconds() - this.looked < REVIEW) return;
    this.looked = seconds();
    const outcomes = await Promise.all(this.targets.map((target) => this.keep(target, active)));
    this.kept = outcomes.every(Boolean) ? list : "";
  }
  /** Traefik's dynamic configuration now. */
  traefik() {
    return JSON.stringify(traefikConfig(this.active()));
  }
  /** BinderHub's patterns now, by the class of their provider. */
  repositories() {
    return JSON.stringify(bannedRepositories(this.active()));
  }
  /** How much there is, never what. */
  metrics() {
    const active = this.active();
    return [
      metric(
        "bans_active",
        "gauge",
        "Bans that hold now.",
        BAN_KINDS.map((kind) => [{ kind }, active.filter((ban) => ban.kind === kind).length])
      ),
      metric(
        "bans_applied",
        "gauge",
        "1 while an object of the cluster is as the list says.",
        [...this.applied].map(([object, ok]) => [{ object }, Number(ok)])
      ),
      metric("bans_list_valid", "gauge", "0 while the list is malformed, and the last good one holds.", [
        [{}, Number(this.valid)]
      ])
    ].join("");
  }
  active() {
    return activeBans(this.bans, /* @__PURE__ */ new Date());
  }
  async read() {
    const secret = await find(this.api, this.path);
    const encoded = secret?.data?.[BANS_SECRET.key];
    return encoded === void 0 ? void 0 : Buffer.from(encoded, "base64").toString();
  }
  accept(text) {
    if (text === this.text) return;
    this.text = text;
    try {
      this.bans = text === void 0 ? [] : parseBanList(text);
      this.valid = true;
      this.log(`the list has ${String(this.bans.length)} bans, ${String(this.active().length)} of them hold`);
    } catch (error) {
      this.valid = false;
      this.log(
        `the list: ${error instanceof Error ? error.message : String(error)}; the last good one holds`
      );
    }
  }
  async keep({ name, keep }, active) {
    try {
      if (await keep(active)) this.log(`${name} changed`);
      this.applied.set(name, true);
      this.say(name, "");
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return false;
      this.applied.set(name, false);
      this.say(name, error instanceof ApiError ? String(error.status) : "the API server does not answer");
      return false;
    }
  }
  /** Says what is wrong once, and nothing of a refused object: it holds bans. */
  say(name, problem) {
    if ((this.said.get(name) ?? "") === problem) return;
    this.said.set(name, problem);
    this.log(problem === "" ? `${name} is kept again` : `${name} is not kept: ${problem}`);
  }
};

// apps/ban-keeper/main.ts
var [file = "", server = "", access = "", lists = "0.0.0.0:8409", state = "0.0.0.0:8410"] = process.argv.slice(2);
var log = (line) => {
  process.stdout.write(`${line}
`);
};
var LIMITS = { timeoutMs: 5e3, maxBytes: 4 << 20 };
var keeper = new Keeper(readJson(file), new InCluster(server, access, LIMITS), log);
var lastRound = seconds();
var started = false;
var said = "";
var SILENCE = 120;
async function work() {
  for (; ; ) {
    const before = said;
    try {
      await keeper.round();
      lastRound = seconds();
      started = true;
      said = "";
    } catch (error) {
      said = error instanceof Error ? error.message : String(error);
    }
    if (said !== before) log(said === "" ? "the API server answers" : `the API server: ${said}`);
    await (0, import_promises.setTimeout)(1e3);
  }
}
listenAt(lists, ({ url }, answer) => {
  const body = url === "/traefik" ? keeper.traefik() : url === "/repositories" ? keeper.repositories() : void 0;
  if (body === void 0) answer.writeHead(404).end();
  else if (!started) answer.writeHead(503).end();
  else answer.setHeader("content-type", "application/json").end(body);
});
serveState(state, {
  metrics: () => keeper.metrics(),
  alive: () => seconds() - lastRound < SILENCE
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
void work();
