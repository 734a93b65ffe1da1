import { createHash } from "node:crypto";
import { parseAllDocuments, type Tags } from "yaml";
import type { KubeObject } from "./kubectl";

/** The text of one object, and the namespace that it is in where it names none. */
export interface ManifestDocument {
  /** YAML, of which JSON is a part. */
  readonly text: string;
  readonly namespace: string;
}

/** An object with the namespace that it is in; `""` where its kind has none. */
export interface PlacedObject {
  readonly namespace: string;
  readonly object: KubeObject;
}

/** `apiVersion` of what is no object of Kubernetes, but of the program: a release's settings, a machine's step, a node pool. */
export const PULUMI = "pulumi";

/** The documents of a manifest with several, as helm prints it. */
export function splitManifest(manifest: string, namespace: string): ManifestDocument[] {
  return manifest
    .split(/^---$/m)
    .filter((text) => /^kind:/m.test(text))
    .map((text) => ({ text, namespace }));
}

/** Kubernetes and helm read YAML 1.1, where 0440 is octal; of its types they know neither times nor sets. */
const AS_KUBERNETES = {
  version: "1.1",
  merge: true,
  logLevel: "silent",
  customTags: (tags: Tags): Tags =>
    tags.filter(
      (tag) => typeof tag === "string" || !(tag.tag.endsWith(":timestamp") || tag.format === "TIME"),
    ),
} as const;

/** The objects of a document: several when it is a list. Throws when the text is no YAML. */
export function objectsOf({ text, namespace }: ManifestDocument): PlacedObject[] {
  return parseAllDocuments(text, AS_KUBERNETES).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(error.message);
    return placedIn(document.toJS({ maxAliasCount: -1 }) as unknown, namespace);
  });
}

function placedIn(value: unknown, namespace: string): PlacedObject[] {
  if (value === null || typeof value !== "object" || !("kind" in value)) return [];
  const { kind, items } = value as { kind: unknown; items?: unknown };
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    return items.flatMap((item: unknown) => placedIn(item, namespace));
  }
  const object = value as KubeObject;
  return [{ object, namespace: object.metadata.namespace ?? namespace }];
}

/** A digest by which two texts are told apart where neither may be shown. */
export function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
