import { EVENTS_SECRET } from "../../../model/values/member";
import { ISSUERS } from "../../../model/schema/certificates";
import { providerUrn } from "../../ground/cluster/pulumiCli";
import type { KubeObject } from "../../ground/cluster/kubectl";

/** What a cluster has of the releases made by the script before this program. */
export interface Live {
  /** Releases that Helm calls deployed, as `namespace/name`. */
  readonly releases: readonly string[];
  /** Namespaces, ClusterIssuers, CRDs, the stack's volume claims and its events Secret, without values. */
  readonly objects: readonly KubeObject[];
}

/** An entry of `pulumi import --file`. */
export interface ImportEntry {
  readonly type: string;
  readonly name: string;
  readonly logicalName?: string;
  readonly component?: true;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
}

/** What takes over a stack, in order. */
export interface AdoptPlan {
  /** The stack's release, `namespace/name`; missing on the cluster of another stack. */
  readonly release?: string;
  /** Arguments of kubectl: what must survive the next upgrade, and what Helm must own before it. */
  readonly kubectl: readonly (readonly string[])[];
  readonly importFile: {
    readonly nameTable: Readonly<Record<string, string>>;
    readonly resources: readonly ImportEntry[];
  };
  /** URN of the provider, which is made before the imports. */
  readonly provider: string;
  /** What is not there and is left out; the next `pulumi up` makes it. */
  readonly missing: readonly string[];
}

const RELEASE_NAME = "meta.helm.sh/release-name";
const KEEP = "helm.sh/resource-policy=keep";

/** The plan for a stack; `events`: the program writes the Secret of the events archiver. */
export function adoptPlan(stack: string, events: boolean, live: Live): AdoptPlan {
  const provider = providerUrn(stack);
  const wanted = wantedResources(stack, events);
  const found = wanted.filter(({ there }) => there(live));
  const release = live.releases.find((one) => one === `${stack}/${stack}`);
  return {
    ...(release !== undefined && { release }),
    kubectl: [...keepCommands(stack, live), ...ownCommands(live)],
    importFile: {
      nameTable: { provider },
      resources: [
        { type: "mybinder:index:Certificates", name: "certificates", component: true },
        { type: "mybinder:index:MetaChart", name: "metaChart", logicalName: "mybinder", component: true },
        ...found.map(({ entry }) => ({ ...entry, provider: "provider" })),
      ],
    },
    provider,
    missing: wanted.filter((one) => !found.includes(one)).map(({ entry: { type, id } }) => `${type} ${id}`),
  };
}

/** Our objects that the old release owns and a new one does not have: Helm would delete them with its next upgrade. */
function keepCommands(stack: string, { objects }: Live): string[][] {
  const kept = ["ClusterIssuer", "Secret", "PersistentVolumeClaim"];
  return objects
    .filter(({ kind, metadata }) => kept.includes(kind) && metadata.annotations?.[RELEASE_NAME] === stack)
    .map(({ kind, metadata: { name, namespace } }) => [
      ...["annotate", "--overwrite", kind.toLowerCase(), name],
      ...(namespace === undefined ? [] : ["--namespace", namespace]),
      KEEP,
    ]);
}

/** cert-manager's CRDs were applied by kubectl: Helm refuses to have them in a release until they say that it may. */
function ownCommands({ objects }: Live): string[][] {
  return objects
    .filter(
      ({ kind, metadata: { name } }) =>
        kind === "CustomResourceDefinition" && name.endsWith("cert-manager.io"),
    )
    .filter(({ metadata }) => metadata.annotations?.[RELEASE_NAME] === undefined)
    .flatMap(({ metadata: { name } }) => [
      [
        ...["annotate", "--overwrite", "customresourcedefinition", name],
        ...[`${RELEASE_NAME}=cert-manager`, "meta.helm.sh/release-namespace=cert-manager"],
      ],
      ["label", "--overwrite", "customresourcedefinition", name, "app.kubernetes.io/managed-by=Helm"],
    ]);
}

interface Wanted {
  readonly entry: ImportEntry & { readonly id: string };
  readonly there: (live: Live) => boolean;
}

function wantedResources(stack: string, events: boolean): Wanted[] {
  const object = (type: string, kind: string, name: string, id: string, parent: string): Wanted => ({
    entry: { type: `kubernetes:${type}:${kind}`, name, id, parent },
    there: ({ objects }) =>
      objects.some(
        ({ kind: its, metadata }) =>
          its === kind && [metadata.namespace, metadata.name].filter(Boolean).join("/") === id,
      ),
  });
  const release = (name: string, id: string, parent: string): Wanted => ({
    entry: { type: "kubernetes:helm.sh/v3:Release", name, id, parent },
    there: ({ releases }) => releases.includes(id),
  });
  return [
    object("core/v1", "Namespace", "certificates-namespace", "cert-manager", "certificates"),
    release("certificates-cert-manager", "cert-manager/cert-manager", "certificates"),
    ...ISSUERS.map((issuer) =>
      object("cert-manager.io/v1", "ClusterIssuer", `certificates-${issuer}`, issuer, "certificates"),
    ),
    object("core/v1", "Namespace", "mybinder-namespace", stack, "metaChart"),
    ...(events
      ? [object("core/v1", "Secret", "mybinder-events", `${stack}/${EVENTS_SECRET}`, "metaChart")]
      : []),
    release("mybinder", `${stack}/${stack}`, "metaChart"),
  ];
}
