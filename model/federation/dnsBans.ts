import type { StackConfig } from "../schema/stack";
import { servesLaunches } from "./federation";

/** Whether bans of host names reach a stack's resolver: where user pods run, on K3s, whose CoreDNS reads a ConfigMap of additions. */
export function hasDnsBans({ config }: { readonly config: StackConfig }): boolean {
  return servesLaunches(config) && config.cluster.kind === "k3s";
}
