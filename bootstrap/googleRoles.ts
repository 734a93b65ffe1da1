import { NODE_ROLES } from "../model/cluster/googleNames";
import type { StackConfig } from "../model/schema/stack";

/** A role in a project. */
export interface ProjectRole {
  readonly project: string;
  readonly role: string;
  /** For the role that gives roles to others: the only ones that it may give. */
  readonly grants?: readonly string[];
}

const GRANTS = "roles/resourcemanager.projectIamAdmin";
const ACCOUNTS = ["roles/iam.serviceAccountAdmin"];

/** Reads what the role writes, for previews. */
const READERS: Readonly<Record<string, string>> = {
  "roles/container.admin": "roles/container.viewer",
  "roles/compute.networkAdmin": "roles/compute.networkViewer",
  "roles/compute.securityAdmin": "roles/compute.networkViewer",
  "roles/compute.instanceAdmin.v1": "roles/compute.viewer",
  "roles/iam.serviceAccountAdmin": "roles/iam.serviceAccountViewer",
  "roles/iam.serviceAccountUser": "roles/iam.serviceAccountViewer",
  "roles/storage.admin": "roles/iam.securityReviewer",
  "roles/logging.configWriter": "roles/logging.viewer",
  "roles/artifactregistry.admin": "roles/artifactregistry.reader",
  "roles/dns.admin": "roles/dns.reader",
  [GRANTS]: "roles/iam.securityReviewer",
};

/** The roles that a deploy of the stack needs at Google: none, unless the program makes something there. */
export function deployRoles(config: StackConfig): ProjectRole[] {
  return [
    ...clusterRoles(config),
    ...registryRoles(config),
    ...eventRoles(config),
    ...(config.dns.zone ? [{ project: config.dns.zone.project, role: "roles/dns.admin" }] : []),
  ];
}

/** The roles that a preview of the stack needs at Google, which change nothing. */
export function previewRoles(config: StackConfig): ProjectRole[] {
  return deployRoles(config).map(({ project, role }) => ({ project, role: READERS[role] ?? role }));
}

function clusterRoles({ cluster }: StackConfig): ProjectRole[] {
  if (cluster.kind === "gke" && cluster.managed) {
    const roles = ["roles/container.admin", "roles/compute.networkAdmin", "roles/iam.serviceAccountUser"];
    return inProject(cluster.project, [...roles, ...ACCOUNTS], NODE_ROLES);
  }
  if (cluster.kind === "k3s" && cluster.managed && cluster.googleVm) {
    return inProject(cluster.googleVm.project, [
      "roles/compute.instanceAdmin.v1",
      "roles/compute.networkAdmin",
      "roles/compute.securityAdmin",
    ]);
  }
  return [];
}

function registryRoles(config: StackConfig): ProjectRole[] {
  if (config.role === "proxy" || config.registry.kind !== "googleArtifactRegistry") return [];
  return inProject(config.registry.project, ["roles/artifactregistry.admin", ...ACCOUNTS]);
}

function eventRoles(config: StackConfig): ProjectRole[] {
  if (config.role === "member" || !config.google?.managed) return [];
  const roles = ["roles/storage.admin", "roles/logging.configWriter", ...ACCOUNTS];
  return inProject(config.google.project, roles, ["roles/logging.logWriter"]);
}

function inProject(project: string, roles: readonly string[], grants?: readonly string[]): ProjectRole[] {
  return [
    ...roles.map((role) => ({ project, role })),
    ...(grants === undefined ? [] : [{ project, role: GRANTS, grants }]),
  ];
}

/** Each role once for each project; what may be given is what all of them may give. */
export function mergedRoles(roles: readonly ProjectRole[]): ProjectRole[] {
  const merged = new Map<string, ProjectRole>();
  for (const one of roles) {
    const key = `${one.project} ${one.role}`;
    const grants = [...new Set([...(merged.get(key)?.grants ?? []), ...(one.grants ?? [])])].sort();
    merged.set(key, { project: one.project, role: one.role, ...(grants.length > 0 && { grants }) });
  }
  return [...merged.values()];
}
