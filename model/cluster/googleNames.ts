import { createHash } from "node:crypto";

/** Google's limit for the length of a service account's id, in characters. */
const ACCOUNT_LIMIT = 30;
const HASH_LENGTH = 6;

/**
 * Id of a service account at Google, `<before><name><after>`. A name that does not fit in 30 characters is cut and ends with
 * a hash of the whole name, so that two long names never share one account.
 */
export function googleAccountId({
  before = "",
  name,
  after = "",
}: {
  readonly before?: string;
  readonly name: string;
  readonly after?: string;
}): string {
  const room = ACCOUNT_LIMIT - before.length - after.length;
  if (name.length <= room) return `${before}${name}${after}`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_LENGTH);
  const start = name.slice(0, room - HASH_LENGTH - 1).replace(/-+$/, "");
  return `${before}${start}-${hash}${after}`;
}

/** Roles of a cluster's nodes: all that a node does itself is to write logs and metrics and to read images. */
export const NODE_ROLES: readonly string[] = [
  "roles/logging.logWriter",
  "roles/monitoring.metricWriter",
  "roles/monitoring.viewer",
  "roles/artifactregistry.reader",
];
