import type { NodePoolShape } from "../cluster/nodes";
import type { MemberConfig } from "../schema/stack";

/**
 * System pods on nodes shared with users (K3s' own four, its upgrade controller and three of cert-manager are some), Harbor's pods
 * there, and system pods on a node that only users have.
 */
export const SYSTEM_PODS = { shared: 32, harbor: 9, dedicated: 10 };
/** Pods that a deploy starts on shared nodes before it ends those that they replace, and those of Harbor. */
export const DEPLOY_PODS = { shared: 12, harbor: 6 };

/** What the pod limit of a member's nodes leaves to sessions. */
export interface PodSlots {
  /** Launches beside which builds and a deploy find room. */
  readonly most: number;
  /** One line when so many launches do not fit beside the builds. */
  readonly problems: (quota: number) => string[];
}

/** The pod limit of the nodes that take launches, less what runs there anyway. `builds`: those that may run at once. */
export function podSlots(config: MemberConfig, nodes: readonly NodePoolShape[], builds: number): PodSlots {
  const dedicated = nodes.every(({ purpose }) => purpose === "user");
  const count = nodes.reduce((sum, node) => sum + node.count, 0);
  const all = nodes.reduce((sum, node) => sum + node.maxPods * node.count, 0);
  const slots = all - (dedicated ? count * SYSTEM_PODS.dedicated : podsOf(SYSTEM_PODS, config));
  const deploy = dedicated ? 0 : podsOf(DEPLOY_PODS, config);
  const most = Math.max(0, Math.min(Math.floor(slots / 1.1), slots - builds - deploy));
  const problems = (quota: number): string[] => {
    const sessions = Math.min(quota, config.binder.activeServerLimit ?? quota);
    // a session that ends has a pod for a while, and a build is one
    const headRoom = Math.max(Math.ceil(sessions * 0.1), builds);
    if (sessions + headRoom <= slots) return [];
    return [
      `mybinder:binder.quota: ${String(sessions)} launches + ${String(headRoom)} headroom (10 %, or the builds) = ` +
        `${String(sessions + headRoom)} pods, but maxPods leaves room for ${String(slots)} beside the system's pods; ` +
        `lower the quota to ${String(most)} or raise maxPods`,
    ];
  };
  return { most, problems };
}

function podsOf(
  of: { readonly shared: number; readonly harbor: number },
  { registry }: MemberConfig,
): number {
  return of.shared + (registry.kind === "harbor" ? of.harbor : 0);
}
