import type { Reference } from "./reference";

interface KeySelector {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}
interface Whole {
  readonly name: string;
  readonly optional?: boolean;
}
interface Items {
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}
interface Source {
  readonly secret?: Items & { readonly secretName?: string; readonly name?: string };
  readonly configMap?: Items & { readonly name: string };
}
interface Volume extends Source {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources?: readonly Source[] };
}
interface Container {
  readonly name: string;
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef?: KeySelector; readonly configMapKeyRef?: KeySelector };
  }[];
  readonly envFrom?: readonly { readonly secretRef?: Whole; readonly configMapRef?: Whole }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly subPath?: string }[];
}

/** The parts of a pod's spec that name other objects. */
export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly priorityClassName?: string;
  readonly runtimeClassName?: string;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly volumes?: readonly Volume[];
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/** What a pod in `namespace` names and must have. What it calls optional is left out. */
export function podReferences(pod: PodSpec, namespace: string): Reference[] {
  const containers = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  const to = (
    kind: string,
    name: string | undefined,
    where: string,
    parts: readonly string[] = [],
  ): Reference[] => (name === undefined || name === "" ? [] : [{ kind, name, namespace, parts, where }]);
  const ofSource = (
    { secret, configMap }: Source,
    where: string,
    mounted: readonly string[],
  ): Reference[] => [
    ...(secret && secret.optional !== true
      ? to("Secret", secret.secretName ?? secret.name, where, parts(secret, mounted))
      : []),
    ...(configMap && configMap.optional !== true
      ? to("ConfigMap", configMap.name, where, parts(configMap, mounted))
      : []),
  ];
  return [
    ...to("ServiceAccount", pod.serviceAccountName, "serviceAccountName"),
    ...to("PriorityClass", pod.priorityClassName, "priorityClassName"),
    ...to("RuntimeClass", pod.runtimeClassName, "runtimeClassName"),
    ...(pod.imagePullSecrets ?? []).flatMap(({ name }) => to("Secret", name, "imagePullSecrets")),
    ...(pod.volumes ?? []).flatMap((volume) => {
      const where = `volume ${volume.name}`;
      return [
        ...ofSource(volume, where, subPaths(volume.name, containers)),
        ...(volume.projected?.sources ?? []).flatMap((source) => ofSource(source, where, [])),
        ...to("PersistentVolumeClaim", volume.persistentVolumeClaim?.claimName, where),
      ];
    }),
    ...containers.flatMap(({ env = [], envFrom = [], name: container }) => [
      ...env.flatMap(({ name, valueFrom: { secretKeyRef, configMapKeyRef } = {} }) => [
        ...required(secretKeyRef, ({ name: of, key }) => to("Secret", of, `variable ${name}`, [key])),
        ...required(configMapKeyRef, ({ name: of, key }) => to("ConfigMap", of, `variable ${name}`, [key])),
      ]),
      ...envFrom.flatMap(({ secretRef, configMapRef }) => [
        ...required(secretRef, ({ name }) => to("Secret", name, `envFrom of ${container}`)),
        ...required(configMapRef, ({ name }) => to("ConfigMap", name, `envFrom of ${container}`)),
      ]),
    ]),
  ];
}

function required<T extends { readonly optional?: boolean }>(
  of: T | undefined,
  make: (of: T) => Reference[],
): Reference[] {
  return of === undefined || of.optional === true ? [] : make(of);
}

/** The keys that a volume must find: those it lists, else those that are mounted one by one. */
function parts({ items }: Items, mounted: readonly string[]): readonly string[] {
  return items ? items.map(({ key }) => key) : mounted;
}

/** First names of the paths under which containers mount a volume in part. */
function subPaths(volume: string, containers: readonly Container[]): string[] {
  return containers.flatMap(({ volumeMounts = [] }) =>
    volumeMounts.flatMap(({ name, subPath }) =>
      name === volume && subPath !== undefined && subPath !== "" && !subPath.includes("/") ? [subPath] : [],
    ),
  );
}
