import { type ClusterAccess, type KubeObject, listObjects } from "./kubectl";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason: string; readonly message?: string } };
}

/** What an object that is not ready waits for. */
export interface Explanation {
  readonly object: KubeObject;
  /** How far it is: `0 of 2 replicas available`. */
  readonly progress: string;
  /** Its last condition, its pods, its events. */
  readonly reasons: readonly string[];
}

/** Says for each object that is not ready what it waits for. */
export async function explainUnready(
  access: ClusterAccess,
  namespace: string,
  objects: readonly KubeObject[],
  seconds: number,
): Promise<string> {
  const blocks = (await explain(access, namespace, objects)).map(
    ({ object: { kind, metadata }, progress: far, reasons }) =>
      `  ${kind} ${metadata.name}: ${far}\n${reasons.map((line) => `    ${line}`).join("\n")}`,
  );
  return `not rolled out within ${String(seconds)} s:\n${blocks.join("\n")}`;
}

/** What each object that is not ready waits for. Throws when the API server does not answer. */
export async function explain(
  access: ClusterAccess,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<Explanation[]> {
  const [pods, events, replicaSets] = await Promise.all([
    listObjects(access, "pods", namespace),
    listObjects(access, "events", namespace),
    listObjects(access, "replicasets", namespace),
  ]);
  return objects.map((object) => {
    const mine = pods.filter((pod) => isOwnedBy(pod, object, replicaSets));
    const names = new Set(
      [object, ...mine, ...replicaSets.filter((set) => isOwner(set, object))].map(
        ({ metadata }) => metadata.name,
      ),
    );
    const lines = [...conditions(object), ...mine.flatMap(podProblems), ...warnings(events, names)];
    return { object, progress: progress(object), reasons: [...new Set(lines)] };
  });
}

function isOwnedBy(pod: KubeObject, object: KubeObject, replicaSets: readonly KubeObject[]): boolean {
  if (isOwner(pod, object)) return true;
  return replicaSets.some((set) => isOwner(pod, set) && isOwner(set, object));
}

function isOwner(owned: KubeObject, owner: KubeObject): boolean {
  return (owned.metadata.ownerReferences ?? []).some(
    ({ kind, name }) => kind === owner.kind && name === owner.metadata.name,
  );
}

function progress({ kind, spec = {}, status = {} }: KubeObject): string {
  const number = (value: unknown): string => String((value as number | undefined) ?? 0);
  switch (kind) {
    case "Deployment":
      return `${number(status["availableReplicas"])} of ${number(spec["replicas"] ?? 1)} replicas available${allOld(spec, status)}`;
    case "StatefulSet":
      return `${number(status["readyReplicas"])} of ${number(spec["replicas"] ?? 1)} replicas ready`;
    case "DaemonSet":
      return `${number(status["numberReady"])} of ${number(status["desiredNumberScheduled"])} pods ready`;
    case "Job":
      return `${number(status["succeeded"])} of ${number(spec["completions"] ?? 1)} completions`;
    case "Service":
      return "no load balancer gave it an address";
    default:
      return `phase ${String(status["phase"])}`;
  }
}

/** What a Deployment's count does not say: its pods serve, but they are those from before the change. */
function allOld(spec: Readonly<Record<string, unknown>>, status: Readonly<Record<string, unknown>>): string {
  const available = Number(status["availableReplicas"] ?? 0);
  return available > 0 && available >= Number(spec["replicas"] ?? 1) ? ", not all of them as it is now" : "";
}

/** Conditions that say why something is not as it should be. */
function conditions({ status = {} }: KubeObject): string[] {
  const all = (status["conditions"] ?? []) as Condition[];
  return all
    .filter(({ type, status: value }) =>
      type === "ReplicaFailure" || type === "Failed" ? value === "True" : value === "False",
    )
    .map(({ type, reason, message }) => `condition ${type}: ${[reason, message].filter(Boolean).join(": ")}`);
}

function podProblems(pod: KubeObject): string[] {
  const { status = {}, metadata } = pod;
  if (status["phase"] === "Succeeded") return [];
  const containers = [
    ...((status["initContainerStatuses"] ?? []) as ContainerStatus[]),
    ...((status["containerStatuses"] ?? []) as ContainerStatus[]),
  ].flatMap(({ name, state }) =>
    state?.waiting
      ? [`container ${name}: ${state.waiting.reason} ${state.waiting.message ?? ""}`.trim()]
      : [],
  );
  const scheduling = ((status["conditions"] ?? []) as Condition[])
    .filter(({ type, status: value }) => type === "PodScheduled" && value === "False")
    .map(({ reason, message }) => `${reason ?? "not scheduled"}: ${message ?? ""}`);
  return [...scheduling, ...containers].map((line) => `pod ${metadata.name}: ${line}`);
}

/** The newest warnings about these objects, at most five. */
function warnings(events: readonly KubeObject[], names: ReadonlySet<string>): string[] {
  return (
    events as unknown as readonly {
      type: string;
      reason: string;
      message: string;
      involvedObject: { kind: string; name: string };
    }[]
  )
    .filter(({ type, involvedObject }) => type === "Warning" && names.has(involvedObject.name))
    .slice(-5)
    .map(
      ({ reason, message, involvedObject: { kind, name } }) =>
        `event on ${kind} ${name}: ${reason}: ${message}`,
    );
}
