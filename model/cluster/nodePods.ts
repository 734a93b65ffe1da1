import type { USER_PODS } from "./nodes";

/** The fields of a node that decide where pods may run. */
export interface NodeView {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** The fields of a pod that decide whether it may be moved or removed. */
export interface PodView {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly uid: string;
      readonly controller?: boolean;
    }[];
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly state?: { readonly terminated?: { readonly finishedAt?: string | null } };
    }[];
  };
}

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
}

/**
 * How to treat a pod when emptying its node. `user` and `build` end by themselves; `daemon` belongs to its node; `bare` has
 * no controller that would recreate it; `system` may be moved.
 */
export type PodKind = "finished" | "daemon" | "user" | "build" | "bare" | "system";

/** Kinds of the pods that the hub and BinderHub create, by z2jh's label `component`. */
const KINDS: Readonly<Record<string, PodKind> & Record<(typeof USER_PODS)[number], PodKind>> = {
  "singleuser-server": "user",
  "binderhub-build": "build",
  "image-builder": "build",
};

/** Which kind of pod it is. */
export function kindOf(pod: PodView): PodKind {
  const { metadata, status } = pod;
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return "finished";
  const owner = controllerOf(pod);
  if (owner?.kind === "DaemonSet" || owner?.kind === "Node") return "daemon";
  return KINDS[metadata.labels?.["component"] ?? ""] ?? (owner ? "system" : "bare");
}

/** Whether the pod is being deleted. */
export function isGoing({ metadata }: PodView): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether the pod is ready and is not being deleted. */
export function isReady(pod: PodView): boolean {
  return !isGoing(pod) && isTrue(pod.status?.conditions, "Ready");
}

/** Whether the scheduler could place the pod on this node: ready, not cordoned, labels match, taints tolerated. */
export function mayTake({ metadata, spec, status }: NodeView, pod: PodView): boolean {
  const labels = metadata.labels ?? {};
  return (
    spec?.unschedulable !== true &&
    isTrue(status?.conditions, "Ready") &&
    Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value) &&
    (spec?.taints ?? []).every((taint) => isTolerated(taint, pod.spec.tolerations ?? []))
  );
}

/** The owner that recreates a pod when it is gone. */
export function controllerOf({
  metadata,
}: PodView): { readonly kind: string; readonly uid: string } | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}

function isTolerated({ key, value = "", effect }: Taint, tolerations: readonly Toleration[]): boolean {
  return (
    effect === "PreferNoSchedule" ||
    tolerations.some(
      (one) =>
        (one.effect === undefined || one.effect === effect) &&
        (one.operator === "Exists"
          ? one.key === undefined || one.key === key
          : one.key === key && (one.value ?? "") === value),
    )
  );
}

function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}
