import type { RulePlace } from "../../model/member/processRules";
import type { InCluster } from "../inCluster";

/** What is read of a pod. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly containers: readonly {
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
}

/** A pod that may be scanned, and as what. */
export interface Scanned {
  readonly pod: Pod;
  readonly place: RulePlace;
  /** Where Docker builds: of it, only what it runs in containers is looked at, and it is never deleted. */
  readonly docker: boolean;
}

/** Values of the label `component` of JupyterHub's and BinderHub's charts; nothing with another one is ever touched. */
const COMPONENTS: Readonly<Record<string, Omit<Scanned, "pod">>> = {
  "singleuser-server": { place: "user", docker: false },
  "binderhub-build": { place: "build", docker: false },
  "image-builder": { place: "build", docker: true },
};

/** The pods of a node that may be scanned, by UID. Rejects when the API server does not answer, or refuses. */
export async function podsOf(
  api: Pick<InCluster, "call">,
  namespace: string,
  node: string,
): Promise<Map<string, Scanned>> {
  const query = new URLSearchParams({
    fieldSelector: `spec.nodeName=${node}`,
    labelSelector: `component in (${Object.keys(COMPONENTS).join(",")})`,
  });
  const path = `/api/v1/namespaces/${namespace}/pods?${query.toString()}`;
  const { items } = await api.call<{ items: Pod[] }>("GET", path);
  return new Map(
    items.flatMap((pod) => {
      const as = COMPONENTS[pod.metadata.labels?.["component"] ?? ""];
      return as && pod.metadata.namespace === namespace ? [[pod.metadata.uid, { ...as, pod }]] : [];
    }),
  );
}

/** What of a pod leads to whoever started it, as far as it is known. */
export function originOf({ metadata, spec }: Pod): { repository?: string; client?: string } {
  const env = new Map(spec.containers.flatMap(({ env = [] }) => env).map(({ name, value }) => [name, value]));
  const repository =
    env.get("BINDER_REF_URL") ?? env.get("BINDER_REPO_URL") ?? metadata.annotations?.["binder-repo"];
  const client = env.get("BINDER_CLIENT_IP");
  return { ...(repository !== undefined && { repository }), ...(client !== undefined && { client }) };
}
