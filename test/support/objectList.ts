import type { KubeObject } from "../../tools/ground/cluster/kubectl";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import { referencesOf } from "../../tools/lab/rehearse/references/referencesOf";

/** One rendered object, and what it names, each as `Kind/name`. */
export interface ListedObject {
  readonly kind: string;
  readonly name: string;
  readonly refers?: readonly string[];
}

/**
 * Objects by kind and name, with what they name and must have, and the Secrets of their certificates. Hooks are among them,
 * tests of a chart are not.
 */
export function objectList(placed: readonly Placed[]): ListedObject[] {
  return placed
    .filter(({ object }) => !(object.metadata.annotations?.["helm.sh/hook"] ?? "").startsWith("test"))
    .map(({ object, namespace }): ListedObject => {
      const { kind, metadata } = object;
      const named = referencesOf(object, namespace).map((one) => `${one.kind}/${one.name}`);
      const refers = [...new Set([...named, ...certificates(object)])].sort();
      return { kind, name: metadata.name, ...(refers.length > 0 && { refers }) };
    })
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function certificates({ kind, spec = {} }: KubeObject): string[] {
  const { tls } = spec as { tls?: readonly { secretName?: string }[] | null };
  return kind === "Ingress" ? (tls ?? []).map(({ secretName = "" }) => `Secret/${secretName}`) : [];
}

function key({ kind, name }: ListedObject): string {
  return `${kind}/${name}`;
}

/** The list as text, an object a line, so that a difference is read as one. */
export function listText(list: readonly ListedObject[]): string {
  return `[\n${list.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`;
}
