import { NODE_PURPOSE_LABEL, type NodePurpose } from "../cluster/nodes";
import { hasUserPool } from "../cluster/pools";
import type { Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";

/** The node selector for a purpose; empty where core and user pods share their nodes. */
export function nodeSelector({ pools }: Stack, purpose: NodePurpose): Record<string, string> {
  return hasUserPool(pools) ? { [NODE_PURPOSE_LABEL]: purpose } : {};
}

/** TLS entries of an ingress whose certificate covers all of `hosts`; none where TLS is off. */
export function ingressTls({ config }: Stack, hosts: readonly string[], secretName: string): Values[] {
  return config.certificates.tls ? [{ hosts, secretName }] : [];
}
