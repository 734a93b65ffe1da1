import type { KubeObject } from "../../../ground/cluster/kubectl";
import { type PodSpec, podReferences } from "./pod";
import type { Reference } from "./reference";

interface Ingress {
  readonly ingressClassName?: string;
  readonly defaultBackend?: Backend;
  readonly rules?: readonly {
    readonly http?: { readonly paths: readonly { readonly backend: Backend }[] };
  }[];
  readonly tls?: readonly { readonly secretName?: string }[];
}
interface Backend {
  readonly service?: {
    readonly name: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
}
interface Issuer {
  readonly ca?: { readonly secretName: string };
  readonly acme?: {
    readonly solvers?: readonly { readonly http01?: { readonly ingress?: { ingressClassName?: string } } }[];
  };
}
interface IssuerName {
  readonly name: string;
  readonly kind?: string;
}
interface Binding extends KubeObject {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}
interface Account extends KubeObject {
  readonly imagePullSecrets?: readonly { readonly name: string }[];
}
interface Webhooks extends KubeObject {
  readonly webhooks?: readonly {
    readonly name: string;
    readonly clientConfig: { readonly service?: { readonly name: string; readonly namespace: string } };
  }[];
}

const CLUSTER_ISSUER = "cert-manager.io/cluster-issuer";
const ISSUER = "cert-manager.io/issuer";

/**
 * Every object that a manifest (in `namespace`, where its kind has one) names and cannot do without, by Kubernetes' and
 * cert-manager's own fields. What a reference calls optional, and a Secret that cert-manager fills, is left out.
 */
export function referencesOf(manifest: KubeObject, namespace: string): Reference[] {
  const object = withoutNulls(manifest) as KubeObject;
  const { kind, spec = {} } = object;
  const to = (
    of: string,
    name: string | undefined,
    where: string,
    more: { namespace?: string; parts?: readonly string[] } = {},
  ): Reference[] =>
    name === undefined || name === "" ? [] : [{ kind: of, name, where, namespace, parts: [], ...more }];
  const pod = podOf(object);
  if (pod) {
    const claims = (spec["volumeClaimTemplates"] ?? []) as readonly KubeObject[];
    return [
      ...podReferences(withoutClaims(pod, claims), namespace),
      ...claims.flatMap((claim) => to("StorageClass", storageClass(claim), "volumeClaimTemplates")),
    ];
  }
  switch (kind) {
    case "PersistentVolumeClaim":
      return to("StorageClass", storageClass(object), "storageClassName");
    case "ServiceAccount":
      return ((object as Account).imagePullSecrets ?? []).flatMap(({ name }) =>
        to("Secret", name, "imagePullSecrets"),
      );
    case "RoleBinding":
    case "ClusterRoleBinding": {
      const { roleRef, subjects = [] } = object as Binding;
      const accounts = subjects.filter((subject) => subject.kind === "ServiceAccount");
      return [
        ...to(roleRef.kind, roleRef.name, "roleRef"),
        ...accounts.flatMap(({ name, namespace: own = namespace }) =>
          to("ServiceAccount", name, "subjects", { namespace: own }),
        ),
      ];
    }
    case "Ingress":
      return ingressReferences(object, to);
    case "MutatingWebhookConfiguration":
    case "ValidatingWebhookConfiguration":
      return ((object as Webhooks).webhooks ?? []).flatMap(({ name, clientConfig: { service } }) =>
        service ? to("Service", service.name, `webhook ${name}`, { namespace: service.namespace }) : [],
      );
    case "Issuer":
    case "ClusterIssuer": {
      const { ca, acme } = spec as Issuer;
      return [
        ...to("Secret", ca?.secretName, "ca"),
        ...(acme?.solvers ?? []).flatMap(({ http01 }) =>
          to("IngressClass", http01?.ingress?.ingressClassName, "solver http01"),
        ),
      ];
    }
    case "Certificate": {
      const { name, kind: of = "Issuer" } = spec["issuerRef"] as IssuerName;
      return to(of, name, "issuerRef");
    }
    case "HorizontalPodAutoscaler": {
      const { kind: of, name } = spec["scaleTargetRef"] as { kind: string; name: string };
      return to(of, name, "scaleTargetRef");
    }
    case "Plan":
      return to("ServiceAccount", spec["serviceAccountName"] as string | undefined, "serviceAccountName");
    default:
      return [];
  }
}

/** A null in a manifest is an absent field. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}

type To = (kind: string, name: string | undefined, where: string, more?: { parts?: string[] }) => Reference[];

function ingressReferences({ metadata, spec = {} }: KubeObject, to: To): Reference[] {
  const { ingressClassName, defaultBackend, rules = [], tls = [] } = spec as Ingress;
  const { annotations = {} } = metadata;
  const backends = [
    ...(defaultBackend ? [defaultBackend] : []),
    ...rules.flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? []),
  ];
  const issued =
    annotations["kubernetes.io/tls-acme"] === "true" ||
    CLUSTER_ISSUER in annotations ||
    ISSUER in annotations;
  return [
    ...to("IngressClass", ingressClassName, "ingressClassName"),
    ...backends.flatMap(({ service }) => {
      const port = service?.port?.name ?? service?.port?.number;
      return to("Service", service?.name, "backend", { parts: port === undefined ? [] : [String(port)] });
    }),
    ...to("ClusterIssuer", annotations[CLUSTER_ISSUER], `annotation ${CLUSTER_ISSUER}`),
    ...to("Issuer", annotations[ISSUER], `annotation ${ISSUER}`),
    ...(issued ? [] : tls.flatMap(({ secretName }) => to("Secret", secretName, "tls"))),
  ];
}

/** The spec of the pods that an object makes, or is. */
export function podOf({ kind, spec = {}, ...object }: KubeObject): PodSpec | undefined {
  const template = (of: unknown): PodSpec | undefined =>
    (of as { template?: { spec?: PodSpec } } | undefined)?.template?.spec;
  switch (kind) {
    case "Pod":
      return spec;
    case "CronJob":
      return template((spec["jobTemplate"] as { spec?: unknown } | undefined)?.spec);
    case "PodTemplate":
      return template(object);
    default:
      return template(spec);
  }
}

function storageClass({ spec = {} }: KubeObject): string | undefined {
  return spec["storageClassName"] as string | undefined;
}

/** A StatefulSet's pods name the claims that it makes for them. */
function withoutClaims(pod: PodSpec, claims: readonly KubeObject[]): PodSpec {
  const made = new Set(claims.map(({ metadata }) => metadata.name));
  return { ...pod, volumes: (pod.volumes ?? []).filter(({ name }) => !made.has(name)) };
}
