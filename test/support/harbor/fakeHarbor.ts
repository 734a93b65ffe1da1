import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Incoming, operationOf, violations } from "./check";

type Item = Record<string, unknown> & { id: number };
interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly location?: string;
}

/**
 * As much of Harbor as the setup talks to. Every request is checked against the published description; what the description
 * leaves to the program (what is refused, what is left out of an answer) is as in goharbor/harbor v2.14.1, src/server/v2.0.
 * It replicates nothing, collects nothing, and keeps no image.
 */
export class FakeHarbor {
  /** Requests that are not as described. */
  readonly violations: string[] = [];
  /** `METHOD path` of each request. */
  requests: string[] = [];
  readonly projects: Item[] = [];
  readonly quotas: Item[] = [];
  readonly retentions: Item[] = [];
  readonly robots: Item[] = [];
  readonly registries: Item[] = [];
  readonly policies: Item[] = [];
  readonly repositories = new Map<string, Item[]>();
  readonly passwords = new Map<string, string>([["admin", "Right1admin"]]);
  schedule: Record<string, unknown> | undefined;
  health: unknown = { status: "healthy", components: [] };
  /** Answers in the place of Harbor: a status, or "hang". */
  trouble: (request: string) => number | "hang" | undefined = () => undefined;
  /** Whether another registry takes these credentials. */
  peerTakes: (url: string, username: string, password: string) => boolean = () => true;
  private server: Server | undefined;
  private lastId = 0;

  async start(): Promise<string> {
    const server = createServer((request, response) => void this.handle(request, response));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://harbor");
    const method = request.method ?? "GET";
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const path = decodeURIComponent(url.pathname.replace("/api/v2.0", ""));
    this.requests.push(`${method} ${path}`);
    const trouble = this.trouble(`${method} ${path}`);
    if (trouble === "hang") return;
    const user = this.userOf(request.headers.authorization);
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const incoming = { method, path, query: url.searchParams, headers: request.headers, body };
    const answer =
      trouble !== undefined
        ? problem(trouble, "INTERNAL", "in trouble")
        : url.pathname === "/service/token"
          ? { status: user === undefined ? 401 : 200, body: { token: "eyJ" } }
          : this.answer(incoming, user);
    response.writeHead(answer.status, {
      ...(answer.location !== undefined && { location: answer.location }),
    });
    response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
  }

  private userOf(authorization = ""): string | undefined {
    const [user = "", ...rest] = Buffer.from(authorization.replace("Basic ", ""), "base64")
      .toString()
      .split(":");
    return this.passwords.get(user) === rest.join(":") && user !== "" ? user : undefined;
  }

  private answer(request: Incoming, user: string | undefined): Answer {
    this.violations.push(...violations(request));
    const found = operationOf(request);
    if (!found) return problem(404, "NOT_FOUND", request.path);
    const { operation, values } = found;
    const key = `${operation.method} ${operation.path}`;
    if (key === "GET /health") return { status: 200, body: this.health };
    if (user !== "admin") return problem(401, "UNAUTHORIZED", "unauthorized");
    const body = (request.body ?? {}) as Record<string, unknown>;
    const id = Number(Object.values(values)[0]);
    switch (key) {
      case "POST /projects":
        return this.createProject(body);
      case "GET /projects/{project_name_or_id}": {
        const project = this.projects.find(({ name }) => name === values["project_name_or_id"]);
        return project ? { status: 200, body: project } : problem(404, "NOT_FOUND", "project not found");
      }
      case "PUT /projects/{project_name_or_id}":
        return this.update(this.projects, id, body);
      case "GET /quotas":
        return {
          status: 200,
          body: this.quotas.filter(({ of }) => of === request.query.get("reference_id")),
        };
      case "PUT /quotas/{id}":
        return this.update(this.quotas, id, body);
      case "POST /retentions":
        return this.createRetention(body);
      case "GET /retentions/{id}":
        return { status: 200, body: this.retentions.find((one) => one.id === id) };
      case "PUT /retentions/{id}":
        return this.update(this.retentions, id, body);
      case "GET /robots":
        return this.listRobots(request.query);
      case "POST /robots":
        return this.createRobot(body);
      case "PUT /robots/{robot_id}":
        return this.updateRobot(id, body);
      case "PATCH /robots/{robot_id}":
        return this.setPassword(id, String(body["secret"]));
      case "DELETE /robots/{robot_id}":
        return remove(this.robots, id);
      case "GET /system/gc/schedule":
        return { status: 200, ...(this.schedule && { body: this.schedule }) };
      case "POST /system/gc/schedule":
      case "PUT /system/gc/schedule":
        this.schedule = { schedule: body["schedule"], job_parameters: JSON.stringify(body["parameters"]) };
        return { status: operation.method === "POST" ? 201 : 200 };
      case "GET /registries":
        return paged(this.registries.map(masked), request.query);
      case "POST /registries":
        return this.createRegistry(body);
      case "PUT /registries/{id}":
        return this.updateRegistry(id, body);
      case "DELETE /registries/{id}":
        return this.policies.some((policy) => (policy["dest_registry"] as Item).id === id)
          ? problem(412, "PRECONDITION", "referenced by a replication policy")
          : remove(this.registries, id);
      case "GET /replication/policies":
        return paged(this.policies, request.query);
      case "POST /replication/policies":
        return this.create(this.policies, "/replication/policies", body);
      case "PUT /replication/policies/{id}":
        return this.update(this.policies, id, body);
      case "DELETE /replication/policies/{id}":
        return remove(this.policies, id);
      case "GET /projects/{project_name}/repositories":
        return paged(this.repositories.get(values["project_name"] ?? "") ?? [], request.query);
      case "DELETE /projects/{project_name}/repositories/{repository_name}":
        return this.removeRepository(values["project_name"] ?? "", values["repository_name"] ?? "");
      default:
        throw new Error(`the fake Harbor has no answer for ${key}`);
    }
  }

  private create(items: Item[], path: string, body: Record<string, unknown>): Answer {
    if (items.some(({ name }) => name !== undefined && name === body["name"])) {
      return problem(409, "CONFLICT", `${String(body["name"])} exists`);
    }
    const id = ++this.lastId;
    items.push({ ...withoutFalse(body), id });
    return { status: 201, location: `/api/v2.0${path}/${String(id)}` };
  }

  private update(items: Item[], id: number, body: Record<string, unknown>): Answer {
    const found = items.find((one) => (one["project_id"] ?? one.id) === id);
    if (!found) return problem(404, "NOT_FOUND", String(id));
    const metadata = {
      ...(found["metadata"] as object | undefined),
      ...(body["metadata"] as object | undefined),
    };
    for (const [key, value] of Object.entries(body)) {
      if (value === false && key !== "disable") Reflect.deleteProperty(found, key);
      else found[key] = value;
    }
    if (Object.keys(metadata).length > 0) found["metadata"] = metadata;
    return { status: 200 };
  }

  private createProject(body: Record<string, unknown>): Answer {
    const { project_name: name, storage_limit: storage, metadata } = body;
    if (this.projects.some((one) => one["name"] === name)) return problem(409, "CONFLICT", "exists");
    const id = ++this.lastId;
    this.projects.push({ id, project_id: id, name, metadata: { ...(metadata as object) } });
    this.quotas.push({ id: ++this.lastId, of: String(id), hard: { storage: storage ?? -1 } });
    return { status: 201, location: `/api/v2.0/projects/${String(id)}` };
  }

  private createRetention(body: Record<string, unknown>): Answer {
    const project = this.projects.find(({ id }) => id === (body["scope"] as { ref: number }).ref);
    if (!project) return problem(400, "BAD_REQUEST", "invalid Project id");
    const metadata = project["metadata"] as Record<string, string>;
    if (metadata["retention_id"]) return problem(400, "BAD_REQUEST", "already has retention policy");
    const answer = this.create(this.retentions, "/retentions", body);
    metadata["retention_id"] = String(this.lastId);
    return answer;
  }

  private listRobots(query: URLSearchParams): Answer {
    const [, project] = /^Level=project,ProjectID=(\d+)$/.exec(query.get("q") ?? "") ?? [];
    if (project === undefined) return problem(400, "BAD_REQUEST", "must with project ID");
    return paged(
      this.robots.filter(({ of }) => of === Number(project)),
      query,
    );
  }

  private createRobot(body: Record<string, unknown>): Answer {
    const refusal = this.robotProblem(body);
    if (refusal) return refusal;
    const [{ namespace }] = body["permissions"] as [{ namespace: string }];
    const name = `robot$${namespace}+${String(body["name"])}`;
    if (this.robots.some((one) => one["name"] === name)) return problem(409, "CONFLICT", "exists");
    const of = this.projects.find((project) => project["name"] === namespace)?.id;
    const id = ++this.lastId;
    this.robots.push({ ...body, id, name, of });
    this.passwords.set(name, "Drawn1byHarbor");
    return {
      status: 201,
      body: { id, name, secret: "Drawn1byHarbor" },
      location: `/api/v2.0/robots/${String(id)}`,
    };
  }

  private updateRobot(id: number, body: Record<string, unknown>): Answer {
    const found = this.robots.find((one) => one.id === id);
    if (!found || found["name"] !== body["name"] || found["level"] !== body["level"]) {
      return problem(400, "BAD_REQUEST", "cannot update the level or name of robot");
    }
    return this.robotProblem(body) ?? this.update(this.robots, id, body);
  }

  private robotProblem({ duration, level, permissions }: Record<string, unknown>): Answer | undefined {
    if (!(duration === -1 || Number(duration) > 0)) return problem(400, "BAD_REQUEST", "bad duration");
    if (level !== "project") return problem(400, "BAD_REQUEST", "bad level");
    const one = permissions as { access: unknown[] }[];
    return one.length === 1 && one[0]?.access.length
      ? undefined
      : problem(400, "BAD_REQUEST", "bad permission");
  }

  private setPassword(id: number, secret: string): Answer {
    const found = this.robots.find((one) => one.id === id);
    if (!found) return problem(404, "NOT_FOUND", String(id));
    const good =
      secret.length >= 8 &&
      secret.length <= 128 &&
      [/[A-Z]/, /[a-z]/, /\d/].every((kind) => kind.test(secret));
    if (!good) return problem(400, "BAD_REQUEST", "the secret must be 8-128 characters long");
    this.passwords.set(String(found["name"]), secret);
    return { status: 200, body: {} };
  }

  private createRegistry(body: Record<string, unknown>): Answer {
    const { access_key: user, access_secret: secret } = body["credential"] as Record<string, string>;
    if (!this.peerTakes(String(body["url"]), user ?? "", secret ?? "")) {
      return problem(400, "BAD_REQUEST", "the registry is unhealthy");
    }
    return this.create(this.registries, "/registries", body);
  }

  private updateRegistry(id: number, body: Record<string, unknown>): Answer {
    const { credential_type: type, access_key: user, access_secret: secret, ...rest } = body;
    if (!this.peerTakes(String(rest["url"]), String(user), String(secret))) {
      return problem(400, "BAD_REQUEST", "the registry is unhealthy");
    }
    const credential = { type, access_key: user, access_secret: secret };
    return this.update(this.registries, id, { ...rest, credential });
  }

  private removeRepository(project: string, encoded: string): Answer {
    const items = this.repositories.get(project) ?? [];
    const index = items.findIndex(({ name }) => name === `${project}/${decodeURIComponent(encoded)}`);
    if (index < 0) return problem(404, "NOT_FOUND", encoded);
    items.splice(index, 1);
    return { status: 200 };
  }
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: { errors: [{ code, message }] } };
}

function remove(items: Item[], id: number): Answer {
  const index = items.findIndex((one) => one.id === id);
  if (index < 0) return problem(404, "NOT_FOUND", String(id));
  items.splice(index, 1);
  return { status: 200 };
}

function paged(items: readonly Item[], query: URLSearchParams): Answer {
  const size = Number(query.get("page_size") ?? 10);
  const first = (Number(query.get("page") ?? 1) - 1) * size;
  return { status: 200, body: items.slice(first, first + size) };
}

/** Harbor shows no password of another registry. */
function masked(registry: Item): Item {
  return { ...registry, credential: { ...(registry["credential"] as object), access_secret: "*****" } };
}

/** Harbor's answers leave out most of what is false. */
function withoutFalse(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== false));
}
