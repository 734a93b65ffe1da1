import type { Project } from "./config";
import { Refused } from "./harbor";
import { has, type Run } from "./run";

interface FoundProject {
  readonly project_id: number;
  readonly metadata?: { readonly public?: string; readonly retention_id?: string };
}

interface Quota {
  readonly id: number;
  readonly hard: { readonly storage?: number };
}

/** Makes the project what it has to be, its quota and its retention with it; gives its id. */
export async function ensureProject(run: Run, project: Project): Promise<number> {
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

async function findProject({ harbor }: Run, name: string): Promise<FoundProject | undefined> {
  try {
    const headers = { "x-is-resource-name": "true" };
    return (await harbor.request<FoundProject>("GET", `/projects/${name}`, { headers })).body;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}

async function ensureQuota(run: Run, name: string, id: number, storage: number): Promise<void> {
  const query = { reference: "project", reference_id: String(id) };
  const [quota] = (await run.harbor.request<Quota[]>("GET", "/quotas", { query })).body;
  if (!quota || quota.hard.storage === storage) return;
  await run.harbor.request("PUT", `/quotas/${String(quota.id)}`, { body: { hard: { storage } } });
  run.changed(`quota of ${name} set to ${String(storage / 2 ** 30)} GiB`);
}

async function ensureRetention(run: Run, project: Project, found: FoundProject): Promise<void> {
  const body = retention(project, found.project_id, run.config.retentionSchedule);
  const id = found.metadata?.retention_id;
  if (id === undefined) {
    await run.harbor.request("POST", "/retentions", { body });
    run.changed(`retention of ${project.name} created`);
    return;
  }
  if (has((await run.harbor.request("GET", `/retentions/${id}`)).body, body)) return;
  await run.harbor.request("PUT", `/retentions/${id}`, { body });
  run.changed(`retention of ${project.name} changed`);
}

/** An image stays when one of the rules holds: it was pulled, or pushed, within these days. */
function retention({ keepDays }: Project, id: number, cron: string): unknown {
  return {
    algorithm: "or",
    rules: ["nDaysSinceLastPull", "nDaysSinceLastPush"].map((template) => ({
      disabled: false,
      action: "retain",
      template,
      params: { [template]: keepDays },
      tag_selectors: [
        { kind: "doublestar", decoration: "matches", pattern: "**", extras: '{"untagged":false}' },
      ],
      scope_selectors: {
        repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
      },
    })),
    trigger: { kind: "Schedule", settings: { cron } },
    scope: { level: "project", ref: id },
  };
}
