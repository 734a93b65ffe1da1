import { NODE_PURPOSE_LABEL, type NodePurpose } from "../cluster/nodes";
import { hasUserPool } from "../cluster/pools";
import type { PublicService } from "../member/hosts";
import { publicRoutes } from "../member/routes";
import type { Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";

/** The node selector for a purpose; empty where core and user pods share their nodes. */
export function nodeSelector({ pools }: Stack, purpose: NodePurpose): Record<string, string> {
  return hasUserPool(pools) ? { [NODE_PURPOSE_LABEL]: purpose } : {};
}

/** TLS entries of the ingress of a service: the hosts of each certificate; none where TLS is off. */
export function ingressTls({ name, config }: Stack, service: PublicService): Values[] {
  const routes = publicRoutes(name, config).filter((route) => route.service === service);
  const secrets = [...new Set(routes.flatMap(({ certificate }) => certificate ?? []))];
  return secrets.map((secretName) => ({
    hosts: routes.filter(({ certificate }) => certificate === secretName).map(({ host }) => host),
    secretName,
  }));
}
