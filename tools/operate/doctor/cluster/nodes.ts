import type { KubeNode } from "../../nodes/cluster";
import { poolOf } from "../../nodes/list";
import type { Finding } from "../diagnosis";
import { spanText } from "../text";
import type { Target } from "./target";

/** What of a kubelet's pressure ends pods. */
const PRESSURES = ["MemoryPressure", "DiskPressure", "PIDPressure"];
const CORDON_TAINT = "node.kubernetes.io/unschedulable";

/** Nodes that take no pods, or soon end those they have. */
export function nodeFindings(
  { stack, kubectlCommand }: Target,
  nodes: readonly KubeNode[],
  now: Date,
): Finding[] {
  if (nodes.length === 0) {
    const fix = kubectlCommand("get", "nodes");
    return [{ level: "problem", about: `cluster of ${stack.name}`, found: "it has no nodes", fix }];
  }
  return nodes.flatMap((node) => {
    const { name } = node.metadata;
    const about = `node ${name}`;
    const describe = kubectlCommand("describe", "node", name);
    const pressures = PRESSURES.filter((type) => conditionOf(node, type) === "True").map((type): Finding => ({
      level: "problem",
      about,
      found: type,
      fix: describe,
    }));
    const cordon = isCordoned(node)
      ? [cordonFinding(node, nodes, now, kubectlCommand("uncordon", name))]
      : [];
    if (conditionOf(node, "Ready") === "True") return [...cordon, ...pressures];
    const since = spanSince(
      node.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime,
      now,
    );
    return [{ level: "problem", about, found: `not Ready${since}`, fix: describe }, ...cordon, ...pressures];
  });
}

/** A cordoned node is somebody's work, unless no other node of its pool takes its pods. */
function cordonFinding(node: KubeNode, nodes: readonly KubeNode[], now: Date, fix: string): Finding {
  const others = nodes.some(
    (other) => poolOf(other) === poolOf(node) && !isCordoned(other) && conditionOf(other, "Ready") === "True",
  );
  const taints: readonly { key: string; timeAdded?: string }[] = node.spec?.taints ?? [];
  const since = spanSince(taints.find(({ key }) => key === CORDON_TAINT)?.timeAdded, now);
  const found = `cordoned${since}${others ? "" : `, and no other node of pool "${poolOf(node)}" takes pods`}`;
  return { level: others ? "warning" : "problem", about: `node ${node.metadata.name}`, found, fix };
}

function isCordoned({ spec }: KubeNode): boolean {
  return spec?.unschedulable === true;
}

function conditionOf({ status }: KubeNode, type: string): string | undefined {
  return status?.conditions?.find((condition) => condition.type === type)?.status;
}

function spanSince(time: string | null | undefined, now: Date): string {
  return time ? ` for ${spanText(now.getTime() - Date.parse(time))}` : "";
}
