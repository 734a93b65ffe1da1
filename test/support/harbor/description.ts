/**
 * What Harbor's published description says of the requests that we make: methods, paths, query parameters and the fields of
 * bodies with their types. Only the facts that are needed, in a form of our own.
 * Source: https://github.com/goharbor/harbor/blob/v2.14.1/api/v2.0/swagger.yaml
 */

export type Type =
  "string" | "integer" | "boolean" | "object" | "array" | "map" | `${string}[]` | `#${string}`;
export type Fields = Readonly<Record<string, Type>>;

/** One operation. Path parameters are strings unless `integers` names them. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly integers?: readonly string[];
  readonly query?: Fields;
  readonly headers?: readonly string[];
  /** Definition of the body, which then is required. */
  readonly body?: string;
}

const paging: Fields = { page: "integer", page_size: "integer", sort: "string", q: "string" };
const byName = ["x-is-resource-name"];

export const operations: readonly Operation[] = [
  { method: "GET", path: "/health" },
  { method: "POST", path: "/projects", body: "ProjectReq" },
  { method: "GET", path: "/projects/{project_name_or_id}", headers: byName },
  { method: "PUT", path: "/projects/{project_name_or_id}", headers: byName, body: "ProjectReq" },
  { method: "GET", path: "/projects/{project_name}/repositories", query: paging },
  { method: "DELETE", path: "/projects/{project_name}/repositories/{repository_name}" },
  {
    method: "GET",
    path: "/quotas",
    query: {
      page: "integer",
      page_size: "integer",
      reference: "string",
      reference_id: "string",
      sort: "string",
    },
  },
  { method: "PUT", path: "/quotas/{id}", integers: ["id"], body: "QuotaUpdateReq" },
  { method: "POST", path: "/retentions", body: "RetentionPolicy" },
  { method: "GET", path: "/retentions/{id}", integers: ["id"] },
  { method: "PUT", path: "/retentions/{id}", integers: ["id"], body: "RetentionPolicy" },
  { method: "GET", path: "/robots", query: paging },
  { method: "POST", path: "/robots", body: "RobotCreate" },
  { method: "PUT", path: "/robots/{robot_id}", integers: ["robot_id"], body: "Robot" },
  { method: "PATCH", path: "/robots/{robot_id}", integers: ["robot_id"], body: "RobotSec" },
  { method: "DELETE", path: "/robots/{robot_id}", integers: ["robot_id"] },
  { method: "GET", path: "/system/gc/schedule" },
  { method: "POST", path: "/system/gc/schedule", body: "Schedule" },
  { method: "PUT", path: "/system/gc/schedule", body: "Schedule" },
  { method: "GET", path: "/registries", query: { ...paging, name: "string" } },
  { method: "POST", path: "/registries", body: "Registry" },
  { method: "PUT", path: "/registries/{id}", integers: ["id"], body: "RegistryUpdate" },
  { method: "DELETE", path: "/registries/{id}", integers: ["id"] },
  { method: "GET", path: "/replication/policies", query: { ...paging, name: "string" } },
  { method: "POST", path: "/replication/policies", body: "ReplicationPolicy" },
  { method: "PUT", path: "/replication/policies/{id}", integers: ["id"], body: "ReplicationPolicy" },
  { method: "DELETE", path: "/replication/policies/{id}", integers: ["id"] },
];

/** `page_size` has a maximum. */
export const MAX_PAGE_SIZE = 100;

export const definitions: Readonly<Record<string, Fields>> = {
  ProjectReq: {
    project_name: "string",
    public: "boolean",
    metadata: "#ProjectMetadata",
    cve_allowlist: "object",
    storage_limit: "integer",
    registry_id: "integer",
  },
  ProjectMetadata: { public: "string", auto_scan: "string", severity: "string", retention_id: "string" },
  QuotaUpdateReq: { hard: "map" },
  RetentionPolicy: {
    id: "integer",
    algorithm: "string",
    rules: "#RetentionRule[]",
    trigger: "#RetentionRuleTrigger",
    scope: "#RetentionPolicyScope",
  },
  RetentionRule: {
    id: "integer",
    priority: "integer",
    disabled: "boolean",
    action: "string",
    template: "string",
    params: "object",
    tag_selectors: "#RetentionSelector[]",
    scope_selectors: "object",
  },
  RetentionRuleTrigger: { kind: "string", settings: "object", references: "object" },
  RetentionPolicyScope: { level: "string", ref: "integer" },
  RetentionSelector: { kind: "string", decoration: "string", pattern: "string", extras: "string" },
  RobotCreate: {
    name: "string",
    description: "string",
    secret: "string",
    level: "string",
    disable: "boolean",
    duration: "integer",
    permissions: "#RobotPermission[]",
  },
  Robot: {
    id: "integer",
    name: "string",
    description: "string",
    secret: "string",
    level: "string",
    duration: "integer",
    editable: "boolean",
    disable: "boolean",
    expires_at: "integer",
    permissions: "#RobotPermission[]",
  },
  RobotPermission: { kind: "string", namespace: "string", access: "#Access[]" },
  Access: { resource: "string", action: "string", effect: "string" },
  RobotSec: { secret: "string" },
  Schedule: { schedule: "#ScheduleObj", parameters: "object" },
  ScheduleObj: { type: "string", cron: "string" },
  Registry: {
    id: "integer",
    url: "string",
    name: "string",
    credential: "#RegistryCredential",
    type: "string",
    insecure: "boolean",
    description: "string",
    status: "string",
  },
  RegistryCredential: { type: "string", access_key: "string", access_secret: "string" },
  RegistryUpdate: {
    name: "string",
    description: "string",
    url: "string",
    credential_type: "string",
    access_key: "string",
    access_secret: "string",
    insecure: "boolean",
  },
  ReplicationPolicy: {
    id: "integer",
    name: "string",
    description: "string",
    src_registry: "#Registry",
    dest_registry: "#Registry",
    dest_namespace: "string",
    dest_namespace_replace_count: "integer",
    trigger: "#ReplicationTrigger",
    filters: "#ReplicationFilter[]",
    replicate_deletion: "boolean",
    deletion: "boolean",
    override: "boolean",
    enabled: "boolean",
    speed: "integer",
    copy_by_chunk: "boolean",
    single_active_replication: "boolean",
  },
  ReplicationTrigger: { type: "string", trigger_settings: "object" },
  // its value is described as an object, but is a text for every filter that there is
  ReplicationFilter: { type: "string", value: "string", decoration: "string" },
};
