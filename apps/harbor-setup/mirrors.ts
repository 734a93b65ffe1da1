import { createHash } from "node:crypto";
import type { Mirror } from "./config";
import { Refused, Unavailable } from "./harbor";
import { has, MARK, type Run } from "./run";

interface Named {
  readonly id: number;
  readonly name: string;
  readonly description?: string;
}

/**
 * Makes Harbor push to its mirrors, and no more to those of ours that are not wanted. A mirror that does not answer, or does
 * not know us yet, must not stop the rest: it waits for the next run.
 */
export async function ensureMirrors(run: Run): Promise<void> {
  const { mirrors } = run.config;
  for (const mirror of mirrors) {
    try {
      await ensurePolicy(run, mirror, await ensureRegistry(run, mirror));
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unavailable)) throw error;
      run.waits(
        `mirror ${mirror.name} waits for the next run: ${error.message}. Does ${mirror.url} answer, and has its own ` +
          `setup run? Else a mirror key is not that of its stack file: npx mybinder registry key --help`,
      );
    }
  }
  const names = new Set(mirrors.map(({ name }) => objectName(name)));
  await removeOthers(run, "/replication/policies", names);
  await removeOthers(run, "/registries", names);
}

/** Name of the registry and of the policy in Harbor. */
function objectName(mirror: string): string {
  return `mybinder-${mirror}`;
}

async function ensureRegistry(run: Run, mirror: Mirror): Promise<number> {
  const name = objectName(mirror.name);
  const secret = run.secrets(mirror.secret);
  // Harbor shows no password: its mark in the description says whether it is this one.
  const mark = createHash("sha256").update(secret).digest("hex").slice(0, 8);
  const common = { name, url: mirror.url, description: `${MARK}password ${mark}`, insecure: false };
  const wanted = { ...common, credential: { access_key: mirror.username } };
  const found = (await run.harbor.list<Named>("/registries")).find((one) => one.name === name);
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

async function ensurePolicy(run: Run, { name: mirror, project }: Mirror, registry: number): Promise<void> {
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
    enabled: true,
  };
  const found = (await run.harbor.list<Named>("/replication/policies")).find((one) => one.name === name);
  if (found && has(found, body)) return;
  if (found) await run.harbor.request("PUT", `/replication/policies/${String(found.id)}`, { body });
  else await run.harbor.request("POST", "/replication/policies", { body });
  run.changed(`pushes to ${mirror} ${found ? "changed" : "begin"}`);
}

async function removeOthers(run: Run, path: string, wanted: ReadonlySet<string>): Promise<void> {
  for (const { id, name, description } of await run.harbor.list<Named>(path)) {
    if (wanted.has(name) || description?.startsWith(MARK) !== true) continue;
    await run.harbor.request("DELETE", `${path}/${String(id)}`);
    run.changed(`${path.slice(1)} ${name} removed`);
  }
}
