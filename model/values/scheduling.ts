import type { Stack } from "../stack/config";
import type { Member } from "../member/member";
import type { Values } from "../schema/plain/mergeValues";
import { addsUserNodes, packsUserPods, placeholders } from "../cluster/scheduling";
import { nodeSelector } from "./placement";

/** JupyterHub's `scheduling`: packing where user pods have several nodes, head room where nodes are added. */
export function schedulingValues(stack: Stack, { launchQuota }: Member): Values {
  const packs = packsUserPods(stack.pools);
  const headRoom = packs && addsUserNodes(stack.config);
  return {
    userScheduler: packs ? { enabled: true, nodeSelector: nodeSelector(stack, "core") } : { enabled: false },
    userPlaceholder: headRoom ? { enabled: true, replicas: placeholders(launchQuota) } : { enabled: false },
  };
}
