// Made from apps/harbor-setup/main.ts by: npx mybinder bundle
"use strict";

// apps/harbor-setup/apply.ts
var import_promises2 = require("node:timers/promises");

// apps/clock.ts
function seconds() {
  return performance.now() / 1e3;
}

// apps/harbor-setup/garbage.ts
async function ensureGarbageCollection(run) {
  const cron = run.config.garbageCollectionSchedule;
  const { body } = await run.harbor.request("GET", "/system/gc/schedule");
  const { type, cron: current } = body?.schedule ?? {};
  const none = type === void 0 || type === "None";
  const { delete_untagged: untagged } = JSON.parse(body?.job_parameters ?? "{}");
  if (type === "Custom" && current === cron && untagged === true) return;
  await run.harbor.request(none ? "POST" : "PUT", "/system/gc/schedule", {
    body: { schedule: { type: "Custom", cron }, parameters: { delete_untagged: true, dry_run: false } }
  });
  run.changed(`garbage collection scheduled: ${cron}`);
}

// apps/harbor-setup/harbor.ts
var Refused = class extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
  status;
  name = "Refused";
};
var Unavailable = class extends Error {
  name = "Unavailable";
};
var Harbor = class {
  constructor(access) {
    this.access = access;
  }
  access;
  /** Asks for `path` below /api/v2.0. Throws Refused or Unavailable. */
  async request(method, path, details = {}) {
    const { url, username, password } = this.access;
    const query = details.query ? `?${new URLSearchParams(details.query).toString()}` : "";
    const what = `${method} /api/v2.0${path}`;
    const response = await this.fetch(`${url}/api/v2.0${path}${query}`, {
      method,
      headers: {
        authorization: basic(username, password),
        ...details.body !== void 0 && { "content-type": "application/json" },
        ...details.headers
      },
      ...details.body !== void 0 && { body: JSON.stringify(details.body) }
    });
    const text = await response.text().catch(() => "");
    if (response.status >= 500 || response.status === 429) {
      throw new Unavailable(`${what}: ${String(response.status)} ${reasonIn(text)}`);
    }
    if (!response.ok) {
      throw new Refused(`${what}: ${String(response.status)} ${reasonIn(text)}`, response.status);
    }
    const created = Number(/\/(\d+)$/.exec(response.headers.get("location") ?? "")?.[1] ?? 0);
    return { body: text === "" ? void 0 : JSON.parse(text), created };
  }
  /** All items of a list, page by page. */
  async list(path, query = {}) {
    const items = [];
    for (let page = 1; ; page += 1) {
      const paged = { ...query, page: String(page), page_size: "100" };
      const { body } = await this.request("GET", path, { query: paged });
      items.push(...body ?? []);
      if ((body ?? []).length < 100) return items;
    }
  }
  /**
   * Whether a user may log in: asks the service that gives docker its tokens. `/v2/` refuses every robot account with a password
   * alone (seen with Harbor 2.14.1).
   */
  async knows(username, password) {
    const response = await this.fetch(`${this.access.url}/service/token?service=harbor-registry`, {
      headers: { authorization: basic(username, password) }
    });
    await response.body?.cancel();
    if (response.status === 200) return true;
    if (response.status === 401) return false;
    throw new Unavailable(`GET /service/token: ${String(response.status)}`);
  }
  async fetch(url, init) {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(this.access.timeoutSeconds * 1e3) });
    } catch (error) {
      const { message, cause } = error;
      throw new Unavailable(
        `${init.method ?? "GET"} ${url}: ${cause instanceof Error ? cause.message : message}`
      );
    }
  }
};
function basic(username, password) {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
function reasonIn(text) {
  try {
    const { errors = [] } = JSON.parse(text);
    return errors.map(({ code = "", message = "" }) => `${code} ${message}`.trim()).join("; ");
  } catch {
    return "";
  }
}

// apps/harbor-setup/mirrors.ts
var import_node_crypto = require("node:crypto");

// apps/harbor-setup/run.ts
var import_promises = require("node:timers/promises");

// apps/harbor-setup/config.ts
var import_node_fs = require("node:fs");
var import_node_path = require("node:path");
var ADMIN = "admin";
function secretsIn(folder) {
  return (name) => (0, import_node_fs.readFileSync)((0, import_node_path.join)(folder, name), "utf8");
}

// apps/harbor-setup/run.ts
var Run = class {
  constructor(config2, secrets2, log2, pauses = [1, 2, 4, 8, 15, 30]) {
    this.config = config2;
    this.secrets = secrets2;
    this.log = log2;
    this.pauses = pauses;
    this.harbor = new Harbor({
      url: config2.url,
      username: "admin",
      password: secrets2(ADMIN),
      timeoutSeconds: 30
    });
  }
  config;
  secrets;
  log;
  pauses;
  harbor;
  /** What was created, changed or removed, one line each. */
  changes = [];
  /** What could not be done and is tried again by the next run, one line each. */
  waiting = [];
  /** Notes a change that was made. */
  changed(line) {
    this.changes.push(line);
    this.log(line);
  }
  /** Notes what the next run has to try again. */
  waits(line) {
    this.waiting.push(line);
    this.log(line);
  }
  /**
   * Does `step` until Harbor answers. The whole step is done again, since it asks first what there is: a request alone might
   * have been carried out although its answer was lost. Throws what it threw last.
   */
  async persistently(step) {
    for (const pause of this.pauses) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.log(`${error.message}; again in ${String(pause)} s`);
      }
      await (0, import_promises.setTimeout)(pause * 1e3);
    }
    return step();
  }
};
var MARK = "mybinder: ";
function has(found, wanted) {
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && found.length === wanted.length && wanted.every((item, index) => has(found[index], item));
  }
  if (wanted !== null && typeof wanted === "object") {
    return found !== null && typeof found === "object" && Object.entries(wanted).every(([key, value]) => has(found[key], value));
  }
  return wanted === false ? found === false || found === void 0 : found === wanted;
}

// apps/harbor-setup/mirrors.ts
async function ensureMirrors(run) {
  const { mirrors } = run.config;
  for (const mirror of mirrors) {
    try {
      await ensurePolicy(run, mirror, await ensureRegistry(run, mirror));
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unavailable)) throw error;
      run.waits(
        `mirror ${mirror.name} waits for the next run: ${error.message}. Does ${mirror.url} answer, and has its own setup run? Else a mirror key is not that of its stack file: npx mybinder registry key --help`
      );
    }
  }
  const names = new Set(mirrors.map(({ name }) => objectName(name)));
  await removeOthers(run, "/replication/policies", names);
  await removeOthers(run, "/registries", names);
}
function objectName(mirror) {
  return `mybinder-${mirror}`;
}
async function ensureRegistry(run, mirror) {
  const name = objectName(mirror.name);
  const secret = run.secrets(mirror.secret);
  const mark = (0, import_node_crypto.createHash)("sha256").update(secret).digest("hex").slice(0, 8);
  const common = { name, url: mirror.url, description: `${MARK}password ${mark}`, insecure: false };
  const wanted = { ...common, credential: { access_key: mirror.username } };
  const found = (await run.harbor.list("/registries")).find((one) => one.name === name);
  if (!found) {
    const credential = { type: "basic", access_key: mirror.username, access_secret: secret };
    const body = { ...common, type: "harbor", credential };
    const { created } = await run.harbor.request("POST", "/registries", { body });
    run.changed(`mirror ${mirror.name} registered`);
    return created;
  }
  if (!has(found, wanted)) {
    const body = { ...common, credential_type: "basic", access_key: mirror.username, access_secret: secret };
    await run.harbor.request("PUT", `/registries/${String(found.id)}`, { body });
    run.changed(`mirror ${mirror.name} changed`);
  }
  return found.id;
}
async function ensurePolicy(run, { name: mirror, project }, registry) {
  const name = objectName(mirror);
  const body = {
    name,
    description: `${MARK}pushes every image as it comes`,
    dest_registry: { id: registry },
    dest_namespace: project,
    // the project's own name is replaced, what follows it stays
    dest_namespace_replace_count: 1,
    trigger: { type: "event_based" },
    filters: [{ type: "name", value: `${project}/**` }],
    deletion: false,
    override: false,
    enabled: true
  };
  const found = (await run.harbor.list("/replication/policies")).find((one) => one.name === name);
  if (found && has(found, body)) return;
  if (found) await run.harbor.request("PUT", `/replication/policies/${String(found.id)}`, { body });
  else await run.harbor.request("POST", "/replication/policies", { body });
  run.changed(`pushes to ${mirror} ${found ? "changed" : "begin"}`);
}
async function removeOthers(run, path, wanted) {
  for (const { id, name, description } of await run.harbor.list(path)) {
    if (wanted.has(name) || description?.startsWith(MARK) !== true) continue;
    await run.harbor.request("DELETE", `${path}/${String(id)}`);
    run.changed(`${path.slice(1)} ${name} removed`);
  }
}

// apps/harbor-setup/projects.ts
async function ensureProject(run, project) {
  const { harbor } = run;
  const storage = project.quotaGiB * 2 ** 30;
  const found = await findProject(run, project.name);
  if (!found) {
    const body = { project_name: project.name, storage_limit: storage, metadata: { public: "false" } };
    await harbor.request("POST", "/projects", { body });
    run.changed(`project ${project.name} created`);
    return ensureProject(run, project);
  }
  if (found.metadata?.public !== "false") {
    const body = { metadata: { public: "false" } };
    await harbor.request("PUT", `/projects/${String(found.project_id)}`, { body });
    run.changed(`project ${project.name} made private`);
  }
  await ensureQuota(run, project.name, found.project_id, storage);
  await ensureRetention(run, project, found);
  return found.project_id;
}
async function findProject({ harbor }, name) {
  try {
    const headers = { "x-is-resource-name": "true" };
    return (await harbor.request("GET", `/projects/${name}`, { headers })).body;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return void 0;
    throw error;
  }
}
async function ensureQuota(run, name, id, storage) {
  const query = { reference: "project", reference_id: String(id) };
  const [quota] = (await run.harbor.request("GET", "/quotas", { query })).body;
  if (!quota || quota.hard.storage === storage) return;
  await run.harbor.request("PUT", `/quotas/${String(quota.id)}`, { body: { hard: { storage } } });
  run.changed(`quota of ${name} set to ${String(storage / 2 ** 30)} GiB`);
}
async function ensureRetention(run, project, found) {
  const body = retention(project, found.project_id, run.config.retentionSchedule);
  const id = found.metadata?.retention_id;
  if (id === void 0) {
    await run.harbor.request("POST", "/retentions", { body });
    run.changed(`retention of ${project.name} created`);
    return;
  }
  if (has((await run.harbor.request("GET", `/retentions/${id}`)).body, body)) return;
  await run.harbor.request("PUT", `/retentions/${id}`, { body });
  run.changed(`retention of ${project.name} changed`);
}
function retention({ keepDays }, id, cron) {
  return {
    algorithm: "or",
    rules: ["nDaysSinceLastPull", "nDaysSinceLastPush"].map((template) => ({
      disabled: false,
      action: "retain",
      template,
      params: { [template]: keepDays },
      tag_selectors: [
        { kind: "doublestar", decoration: "matches", pattern: "**", extras: '{"untagged":false}' }
      ],
      scope_selectors: {
        repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }]
      }
    })),
    trigger: { kind: "Schedule", settings: { cron } },
    scope: { level: "project", ref: id }
  };
}

// model/member/registry.ts
function robotAccount(project, name) {
  return `robot$${project}+${name}`;
}

// apps/harbor-setup/robots.ts
async function ensureRobots(run, project, projectId) {
  const query = { q: `Level=project,ProjectID=${String(projectId)}` };
  const found = await run.harbor.list("/robots", query);
  for (const robot of project.robots) await ensureRobot(run, project.name, robot, found);
  const wanted = new Set(project.robots.map(({ name }) => robotAccount(project.name, name)));
  for (const { id, name, description } of found) {
    if (wanted.has(name) || description?.startsWith(MARK) !== true) continue;
    await run.harbor.request("DELETE", `/robots/${String(id)}`);
    run.changed(`${name} removed`);
  }
}
async function ensureRobot(run, project, robot, robots) {
  const name = robotAccount(project, robot.name);
  const actions = robot.access === "push" ? ["pull", "push"] : ["pull"];
  const body = {
    description: `${MARK}may ${robot.access} images`,
    level: "project",
    disable: false,
    duration: -1,
    permissions: [
      {
        kind: "project",
        namespace: project,
        access: actions.map((action) => ({ resource: "repository", action }))
      }
    ]
  };
  const found = robots.find((one) => one.name === name);
  if (found && !has(sorted(found), body)) {
    const { id: id2 } = found;
    await run.harbor.request("PUT", `/robots/${String(id2)}`, { body: { ...body, id: id2, name } });
    run.changed(`${name} changed`);
  }
  let id = found?.id;
  if (id === void 0) {
    const created = { ...body, name: robot.name };
    id = (await run.harbor.request("POST", "/robots", { body: created })).body.id;
    run.changed(`${name} created`);
  }
  const secret = run.secrets(robot.secret);
  if (found && await run.harbor.knows(name, secret)) return;
  await run.harbor.request("PATCH", `/robots/${String(id)}`, { body: { secret } });
  run.changed(`${name} got its password`);
}
function sorted(robot) {
  const permissions = robot.permissions?.map((permission) => ({
    ...permission,
    access: [...permission.access].sort((a, b) => a.action < b.action ? -1 : 1)
  }));
  return { ...robot, ...permissions && { permissions } };
}

// apps/harbor-setup/apply.ts
async function apply(run) {
  await waitUntilHealthy(run);
  for (const project of run.config.projects) {
    await run.persistently(
      () => asAdmin(async () => {
        await ensureRobots(run, project, await ensureProject(run, project));
      })
    );
  }
  await run.persistently(() => ensureGarbageCollection(run));
  await ensureMirrors(run);
}
async function asAdmin(work2) {
  try {
    await work2();
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error;
    throw new Error(
      "Harbor does not take the administrator's password of this deploy. Harbor keeps the password of its first start in its database: change it there to the one of the Secret harbor-setup, key admin (docs/registry.md, Passwords)",
      { cause: error }
    );
  }
}
async function waitUntilHealthy(run) {
  const until = seconds() + run.config.waitSeconds;
  for (; ; ) {
    const trouble = await troubleOf(run);
    if (trouble === void 0) return;
    if (seconds() >= until) {
      throw new Error(`Harbor is not healthy after ${String(run.config.waitSeconds)} s: ${trouble}`);
    }
    await (0, import_promises2.setTimeout)(Math.min(5e3, Math.max(0, (until - seconds()) * 1e3)));
  }
}
async function troubleOf({ harbor }) {
  try {
    const { status, components = [] } = (await harbor.request("GET", "/health")).body;
    if (status === "healthy") return void 0;
    const ill = components.filter((component) => component.status !== "healthy").map(({ name }) => name);
    return `${ill.join(", ")} ${ill.length === 1 ? "is" : "are"} not`;
  } catch (error) {
    if (error instanceof Refused || error instanceof Unavailable) return error.message;
    throw error;
  }
}

// apps/readJson.ts
var import_node_fs2 = require("node:fs");
function readJson(file) {
  const text = (0, import_node_fs2.readFileSync)(file, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON`);
  }
}

// apps/harbor-setup/prune.ts
var REST_HOURS = 24;
async function prune(run, now = /* @__PURE__ */ new Date()) {
  const before = now.getTime() - REST_HOURS * 36e5;
  for (const { name: project } of run.config.projects) {
    const path = `/projects/${project}/repositories`;
    const found = await run.persistently(() => run.harbor.list(path, { sort: "update_time" }));
    const empty = found.filter(
      ({ artifact_count: images, update_time: time }) => images === 0 && time !== void 0 && Date.parse(time) < before
    );
    for (const { name } of empty) {
      const inProject = encodeURIComponent(encodeURIComponent(name.slice(project.length + 1)));
      await run.persistently(() => run.harbor.request("DELETE", `${path}/${inProject}`));
      run.changed(`repository ${name} removed: it was empty`);
    }
  }
}

// apps/harbor-setup/main.ts
var [command = "", config = "", secrets = ""] = process.argv.slice(2);
var log = (line) => {
  process.stdout.write(`${line}
`);
};
async function work() {
  const run = new Run(readJson(config), secretsIn(secrets), log);
  if (command === "apply") await apply(run);
  else if (command === "prune") await prune(run);
  else throw new Error(`there is no command ${command}; commands: apply, prune`);
  log(run.changes.length === 0 ? "nothing to change" : `${String(run.changes.length)} changes`);
}
work().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}
`);
  process.exitCode = 1;
});
