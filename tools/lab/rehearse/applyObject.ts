import type { Action } from "./messages";
import { type ClusterAccess, kubectl, type KubeObject } from "../../ground/cluster/kubectl";

/** The name under which a rehearsal owns fields of objects. */
const FIELD_MANAGER = "mybinder-rehearsal";

/**
 * Applies one object on the server's side. Throws with the API server's reason and the object when it is refused.
 * An object is `unchanged` when the server left its resource version as it was.
 */
export async function applyObject(
  access: ClusterAccess,
  object: Readonly<Record<string, unknown>>,
): Promise<{ action: Action; live: KubeObject }> {
  const manifest = JSON.stringify(object);
  const before = await kubectl(
    access,
    [
      "get",
      "--filename",
      "-",
      "--output",
      "jsonpath={.metadata.resourceVersion}{.items[*].metadata.resourceVersion}",
      "--ignore-not-found",
    ],
    manifest,
  );
  const known = before.code === 0 ? before.stdout.trim() : "";
  const applied = await kubectl(
    access,
    [
      "apply",
      "--server-side",
      "--force-conflicts",
      "--field-manager",
      FIELD_MANAGER,
      "--output",
      "json",
      "--filename",
      "-",
    ],
    manifest,
  );
  if (applied.code !== 0) throw new Error(`${refusal(applied.stderr)}\n${indent(masked(object))}`);
  const live = JSON.parse(applied.stdout) as KubeObject;
  return { action: actionOf(known, live), live };
}

function actionOf(before: string, after: KubeObject): Action {
  if (before === "") return "created";
  return before === after.metadata.resourceVersion ? "unchanged" : "updated";
}

/** What the API server said, without kubectl's own words. */
export function refusal(stderr: string): string {
  return stderr
    .trim()
    .replace(/^Error from server \([A-Za-z]+\): (error when [^:]*: )?/, "")
    .replace(/^error: /, "");
}

/** An object as readable JSON, with a Secret's values hidden. */
export function masked(object: Readonly<Record<string, unknown>>): string {
  const hide = (value: unknown): unknown =>
    value !== null && typeof value === "object"
      ? Object.fromEntries(Object.keys(value).map((key) => [key, "(hidden)"]))
      : value;
  const secret = object["kind"] === "Secret";
  return JSON.stringify(
    secret ? { ...object, data: hide(object["data"]), stringData: hide(object["stringData"]) } : object,
    undefined,
    2,
  );
}

export function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
