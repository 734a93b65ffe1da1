import { gunzipSync, gzipSync } from "node:zlib";
import { type ClusterAccess, type KubeObject, kubectl } from "../../ground/cluster/kubectl";
import { Failure } from "../../ground/terminal/failure";
import { ask } from "./live";

/** Claims whose volume Helm's records of a release name, and the Secrets that hold those records. */
export interface NamedVolumes {
  readonly records: readonly string[];
  readonly claims: readonly string[];
}

interface Revision {
  readonly manifest: string;
}

type RecordSecret = KubeObject & { readonly data: { readonly release: string } };

/**
 * Claims of a release that name their volume, because its chart looked the name up when it rendered a second revision, as
 * Grafana's does. Ours does not look: Helm would take the name away, which Kubernetes refuses for every bound claim ("spec
 * is immutable after creation"), in a deploy and in a rollback alike. Helm knows what to take away from its record of the
 * last revision alone; with the name in none of them, nothing is.
 */
export async function namedVolumes(access: ClusterAccess, stack: string): Promise<NamedVolumes | undefined> {
  const named = (await recordsOf(access, stack)).map((secret) => ({
    record: secret.metadata.name,
    ...withoutVolumeNames(unpackRecord(secret).manifest),
  }));
  const records = named.filter(({ claims }) => claims.length > 0);
  if (records.length === 0) return undefined;
  return {
    records: records.map(({ record }) => record),
    claims: [...new Set(records.flatMap(({ claims }) => claims))],
  };
}

/** Takes the names of volumes out of Helm's records of a release. No object but those Secrets is changed. */
export async function forgetVolumeNames(access: ClusterAccess, stack: string): Promise<void> {
  for (const secret of await recordsOf(access, stack)) {
    const revision = unpackRecord(secret);
    const { manifest, claims } = withoutVolumeNames(revision.manifest);
    if (claims.length === 0) continue;
    // Refused when somebody deploys meanwhile, by the version that it has; the release's secrets are in it, so on stdin.
    const changed = { ...secret, data: { release: packRecord({ ...revision, manifest }) } };
    const { code, stderr } = await kubectl(access, ["replace", "--filename", "-"], JSON.stringify(changed));
    if (code !== 0) throw new Failure(`kubectl replace secret ${secret.metadata.name}: ${stderr.trim()}`);
  }
}

/** A release's manifest without the volumes of its claims, and the names of those claims. */
export function withoutVolumeNames(manifest: string): { manifest: string; claims: readonly string[] } {
  const claims: string[] = [];
  const documents = manifest.split(/^(?=---\s*$)/m).map((document) => {
    if (!/^kind: PersistentVolumeClaim\s*$/m.test(document)) return document;
    const changed = document.replace(/^ {2}volumeName:.*\n?/m, "");
    const [, name = ""] = /^ {2}name: *["']?([^"'\s]+)/m.exec(document) ?? [];
    if (changed !== document) claims.push(name);
    return changed;
  });
  return { manifest: documents.join(""), claims };
}

async function recordsOf(access: ClusterAccess, stack: string): Promise<RecordSecret[]> {
  const selector = ["--selector", `owner=helm,name=${stack}`];
  const text = await ask(access, "get", "secrets", "--namespace", stack, ...selector, "--output", "json");
  return (JSON.parse(text) as { items: RecordSecret[] }).items;
}

/** A revision as Helm keeps it: gzip in base64, which the Secret has in base64 again. */
function unpackRecord({ data }: RecordSecret): Revision {
  const packed = Buffer.from(Buffer.from(data.release, "base64").toString(), "base64");
  return JSON.parse(gunzipSync(packed).toString()) as Revision;
}

function packRecord(revision: Revision): string {
  return Buffer.from(gzipSync(JSON.stringify(revision)).toString("base64")).toString("base64");
}
