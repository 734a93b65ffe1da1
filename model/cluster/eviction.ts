import { controllerOf, isGoing, isReady, kindOf, mayTake, type NodeView, type PodView } from "./nodePods";

/**
 * System pods that may leave their cordoned nodes now. It is one pod of each workload, and only while all its other pods
 * are ready, so that no workload loses two pods at once, even without a disruption budget. Another node must be able to
 * take the pod, so that cordoning a cluster's only node takes nothing down.
 */
export function evictable(nodes: readonly NodeView[], pods: readonly PodView[]): PodView[] {
  const system = pods.filter((pod) => kindOf(pod) === "system");
  const chosen = new Map<string, PodView>();
  for (const pod of onCordoned(nodes, system)) {
    const workload = workloadOf(pod);
    if (isGoing(pod) || chosen.has(workload) || !nodes.some((node) => mayTake(node, pod))) continue;
    const others = system.filter((other) => other !== pod && workloadOf(other) === workload);
    if (others.every(isReady)) chosen.set(workload, pod);
  }
  return [...chosen.values()];
}

/** System pods on cordoned nodes that no other node could take. Evicting them would take them down. */
export function stranded(nodes: readonly NodeView[], pods: readonly PodView[]): PodView[] {
  const system = pods.filter((pod) => kindOf(pod) === "system");
  return onCordoned(nodes, system).filter((pod) => !nodes.some((node) => mayTake(node, pod)));
}

/** Pods that ended at least `minutes` ago. Pods of a Job are excluded, because the Job counts them. */
export function overdue(pods: readonly PodView[], minutes: number, now: Date): PodView[] {
  return pods.filter(
    (pod) =>
      kindOf(pod) === "finished" &&
      !isGoing(pod) &&
      controllerOf(pod)?.kind !== "Job" &&
      now.getTime() - finishedAt(pod) >= minutes * 60_000,
  );
}

function finishedAt({ metadata, status }: PodView): number {
  const ends = [
    ...(status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt),
    ...(status?.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime),
  ].flatMap((time) => (time ? [Date.parse(time)] : []));
  return ends.length > 0 ? Math.max(...ends) : Date.parse(metadata.creationTimestamp ?? "");
}

function onCordoned(nodes: readonly NodeView[], pods: readonly PodView[]): PodView[] {
  const names = nodes.flatMap(({ metadata, spec }) => (spec?.unschedulable ? [metadata.name] : []));
  const cordoned = new Set(names);
  return pods.filter(({ spec }) => cordoned.has(spec.nodeName ?? ""));
}

/** Placeholders serve nobody, so each counts as its own workload and need not wait for the others. */
function workloadOf(pod: PodView): string {
  const { name, labels } = pod.metadata;
  return labels?.["component"] === "user-placeholder" ? name : (controllerOf(pod)?.uid ?? name);
}
