import { type ClusterAccess, kubectl, type KubeObject, listObjects } from "./kubectl";
import { explainUnready } from "./explain";

/** Kinds that have a rollout, or something else that takes time, to wait for. */
export const ROLLOUT_KINDS = "deployments,daemonsets,statefulsets,jobs,persistentvolumeclaims,services";

const POLL_MS = 300;

/**
 * Waits until everything that a release made is rolled out. Throws when `seconds` have passed, saying for each
 * object that is not ready what it waits for: unschedulable pods, failing containers, unbound volumes, events.
 */
export async function waitForRollout(
  access: ClusterAccess,
  namespace: string,
  objects: readonly KubeObject[],
  seconds: number,
): Promise<void> {
  const wanted = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const crds = objects
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .map(({ metadata }) => metadata.name);
  const deadline = performance.now() + seconds * 1000;
  if (crds.length > 0) await waitForDefinitions(access, crds, seconds);
  for (;;) {
    const live = await listObjects(access, ROLLOUT_KINDS, namespace);
    const waiting = live.filter(
      (object) => wanted.has(`${object.kind}/${object.metadata.name}`) && !isReady(object),
    );
    if (waiting.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(await explainUnready(access, namespace, waiting, seconds));
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function waitForDefinitions(
  access: ClusterAccess,
  names: readonly string[],
  seconds: number,
): Promise<void> {
  const { code, stderr } = await kubectl(access, [
    "wait",
    "--for=condition=Established",
    `--timeout=${String(seconds)}s`,
    ...names.map((name) => `customresourcedefinition/${name}`),
  ]);
  if (code !== 0) throw new Error(`custom resource definitions are not established: ${stderr.trim()}`);
}

/** Whether the controllers have brought an object to what it asks for. Kinds without a rollout are ready. */
export function isReady({ kind, metadata, spec = {}, status = {} }: KubeObject): boolean {
  const observed = Number(status["observedGeneration"] ?? 0) >= (metadata.generation ?? 0);
  const count = (field: string): number => Number(status[field] ?? 0);
  const replicas = Number(spec["replicas"] ?? 1);
  switch (kind) {
    case "Deployment":
      return (
        observed &&
        count("updatedReplicas") === replicas &&
        count("availableReplicas") >= replicas &&
        count("replicas") === replicas
      );
    case "StatefulSet":
      return observed && count("updatedReplicas") === replicas && count("readyReplicas") === replicas;
    case "DaemonSet":
      return (
        observed &&
        count("updatedNumberScheduled") === count("desiredNumberScheduled") &&
        count("numberReady") === count("desiredNumberScheduled")
      );
    case "Job":
      return count("succeeded") >= Number(spec["completions"] ?? 1);
    case "PersistentVolumeClaim":
      return status["phase"] === "Bound";
    case "Service":
      return spec["type"] !== "LoadBalancer" || hasAddress(status);
    default:
      return true;
  }
}

function hasAddress(status: Readonly<Record<string, unknown>>): boolean {
  const balancer = status["loadBalancer"] as { ingress?: unknown[] } | undefined;
  return (balancer?.ingress?.length ?? 0) > 0;
}
