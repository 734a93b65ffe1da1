import type { KubeObject } from "../../../ground/cluster/kubectl";
import { identity, type Reference } from "./reference";
import { referencesOf } from "./referencesOf";

/** An object that a release or the program made, in its namespace; `""` for a kind that has none. */
export interface Placed {
  readonly namespace: string;
  readonly object: KubeObject;
}

/** What every namespace has from Kubernetes itself. */
const IN_EVERY_NAMESPACE = new Set(["ServiceAccount/default", "ConfigMap/kube-root-ca.crt"]);

/**
 * One line for each name that leads nowhere: an object names another one that is not among `placed`, lacks the key or
 * port that is asked for, or is not one of the `provided` (`StorageClass/standard`), which the cluster has by itself.
 */
export function danglingReferences(placed: readonly Placed[], provided: ReadonlySet<string>): string[] {
  const made = new Map(
    placed.map(({ namespace, object }) => [
      identity({ kind: object.kind, namespace, name: object.metadata.name }),
      object,
    ]),
  );
  const lines = placed.flatMap(({ namespace, object }) =>
    referencesOf(object, namespace).flatMap((reference) => {
      const problem = problemOf(reference, made, provided);
      if (problem === undefined) return [];
      const { kind, name, where } = reference;
      return [`${named(object, namespace)} names ${kind} ${name} (${where}), ${problem}`];
    }),
  );
  return [...new Set(lines)];
}

function named({ kind, metadata }: KubeObject, namespace: string): string {
  return `${kind} ${metadata.name}${namespace === "" ? "" : ` in namespace ${namespace}`}`;
}

function problemOf(
  reference: Reference,
  made: ReadonlyMap<string, KubeObject>,
  provided: ReadonlySet<string>,
): string | undefined {
  const { kind, name, parts } = reference;
  const known = identity(reference);
  const object = made.get(known);
  if (!object) {
    if (provided.has(known) || IN_EVERY_NAMESPACE.has(`${kind}/${name}`)) return undefined;
    return "which no release, resource of the program or object of the cluster provides";
  }
  const has = partsOf(object);
  const missing = has && parts.filter((part) => !has.has(part));
  if (!missing || missing.length === 0) return undefined;
  const found = [...has].sort().join(", ");
  return `which has no ${kind === "Service" ? "port" : "key"} ${missing.join(", ")}; it has ${found === "" ? "none" : found}`;
}

interface Contents extends KubeObject {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly stringData?: Readonly<Record<string, unknown>> | null;
  readonly binaryData?: Readonly<Record<string, unknown>> | null;
}

/** A Secret's or ConfigMap's keys, a Service's ports by name and number; `undefined` where nobody asks for parts. */
function partsOf(object: KubeObject): Set<string> | undefined {
  if (object.kind === "Secret" || object.kind === "ConfigMap") {
    const { data, stringData, binaryData } = object as Contents;
    return new Set([data, stringData, binaryData].flatMap((keys) => Object.keys(keys ?? {})));
  }
  if (object.kind !== "Service") return undefined;
  const ports = (object.spec?.["ports"] ?? []) as readonly { name?: string; port: number }[];
  return new Set(ports.flatMap(({ name, port }) => [...(name === undefined ? [] : [name]), String(port)]));
}
