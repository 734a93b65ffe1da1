import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import { podOf } from "../../tools/lab/rehearse/references/referencesOf";

interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly items?: readonly Item[] };
  readonly configMap?: { readonly name: string; readonly items?: readonly Item[] };
}
interface Item {
  readonly key: string;
  readonly path: string;
}
interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: {
      readonly secretKeyRef?: { readonly name: string; readonly key: string };
      readonly configMapKeyRef?: { readonly name: string; readonly key: string };
      readonly fieldRef?: { readonly fieldPath: string };
    };
  }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
}

/** What a container finds when it starts. */
export interface ContainerView {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where files of ConfigMaps and Secrets are mounted. */
  readonly mounts: readonly string[];
}

/**
 * Writes the files that the first container of a Deployment gets from ConfigMaps and Secrets below `folder`, at its own
 * paths, and tells the rest of what it starts with. Throws when it names an object or a key that is not there.
 */
export function containerView(placed: readonly Placed[], deployment: string, folder: string): ContainerView {
  const found = objectNamed(placed, "Deployment", deployment);
  const pod = podOf(found.object);
  const container = pod?.containers?.[0] as unknown as Container;
  const volumes = (pod?.volumes ?? []) as readonly Volume[];
  const mounts = (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
    const volume = volumes.find((one) => one.name === name);
    const source = volume?.secret ?? volume?.configMap;
    if (!volume || !source) return [];
    const contents = volume.secret
      ? contentsOf(placed, "Secret", volume.secret.secretName)
      : contentsOf(placed, "ConfigMap", volume.configMap?.name ?? "");
    const items = source.items ?? Object.keys(contents).map((key) => ({ key, path: key }));
    for (const { key, path } of items) {
      if (subPath !== undefined && subPath !== path) continue;
      const text = contents[key];
      if (text === undefined) throw new Error(`${deployment}: volume ${name} has no key ${key}`);
      const file = join(folder, mountPath, subPath === undefined ? path : "");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return [mountPath.replace(/\/$/, "")];
  });
  const environment = (container.env ?? []).map(({ name, value = "", valueFrom }): [string, string] => {
    const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom ?? {};
    if (fieldRef) {
      return [name, fieldRef.fieldPath === "metadata.namespace" ? found.namespace : fieldRef.fieldPath];
    }
    if (secretKeyRef) return [name, contentsOf(placed, "Secret", secretKeyRef.name)[secretKeyRef.key] ?? ""];
    if (configMapKeyRef) {
      return [name, contentsOf(placed, "ConfigMap", configMapKeyRef.name)[configMapKeyRef.key] ?? ""];
    }
    return [name, value];
  });
  return {
    command: containerArgs(placed, deployment),
    environment: { ...serviceLinks(placed, found.namespace), ...Object.fromEntries(environment) },
    mounts,
  };
}

/** The arguments of a Deployment's first container. */
export function containerArgs(placed: readonly Placed[], deployment: string): readonly string[] {
  const pod = podOf(objectNamed(placed, "Deployment", deployment).object);
  const container = pod?.containers?.[0] as unknown as Container;
  return [...(container.command ?? []), ...(container.args ?? [])];
}

/** The object of that kind and name. Throws when there is none. */
export function objectNamed(placed: readonly Placed[], kind: string, name: string): Placed {
  const found = placed.find(({ object }) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name} was rendered`);
  return found;
}

/** A Secret's or ConfigMap's texts by key. Throws when there is none of that name. */
export function contentsOf(placed: readonly Placed[], kind: string, name: string): Record<string, string> {
  const { data, stringData } = objectNamed(placed, kind, name).object as {
    data?: Record<string, string> | null;
    stringData?: Record<string, string> | null;
  };
  const decode = (text: string): string =>
    kind === "Secret" ? Buffer.from(text, "base64").toString() : text;
  const decoded = Object.entries(data ?? {}).map(([key, text]) => [key, decode(text)]);
  return { ...(Object.fromEntries(decoded) as Record<string, string>), ...stringData };
}

/** The variables by which Kubernetes tells a container of the Services of its namespace. */
function serviceLinks(placed: readonly Placed[], namespace: string): Record<string, string> {
  const links = placed
    .filter(({ object, namespace: own }) => object.kind === "Service" && own === namespace)
    .flatMap(({ object: { metadata, spec = {} } }): [string, string][] => {
      const [port] = (spec["ports"] ?? []) as readonly { port: number }[];
      const name = metadata.name.toUpperCase().replaceAll("-", "_");
      return [
        [`${name}_SERVICE_HOST`, metadata.name],
        [`${name}_SERVICE_PORT`, String(port?.port ?? "")],
      ];
    });
  return Object.fromEntries(links);
}
