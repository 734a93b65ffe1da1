import type { StackConfig, K3sConfig } from "../../../model/schema/stack";
import { Failure } from "../../ground/terminal/failure";
import { loadStackFile } from "../../ground/stackFile/stacks";
import type { Machine } from "./ssh";

/** The machine of a K3s stack, and how an operator reaches it. */
export interface Target {
  readonly stack: string;
  readonly config: StackConfig;
  readonly cluster: K3sConfig;
  /** Name or address that its API server's certificate is good for. */
  readonly host: string;
  readonly machine: Machine;
}

/**
 * The machine of the stack of that name. `identity`: file of root's private key. Throws Failure (exit code 2) when the
 * stack has none, or, with `managed`, one that is used as it is.
 */
export function machineOf(
  stack: string,
  identity: string | undefined,
  { managed }: { managed: boolean },
): Target {
  const { config } = loadStackFile(stack).stack;
  const { cluster } = config;
  if (cluster.kind !== "k3s" || cluster.hostKey === undefined || (managed && !cluster.managed)) {
    const what = managed
      ? "that the program manages over SSH (cluster.kind k3s, managed)"
      : "that SSH reaches";
    throw new Failure(`stack ${stack} has no machine ${what}`, 2);
  }
  const host = cluster.host ?? config.domain;
  const machine = { host, port: cluster.sshPort, hostKey: cluster.hostKey, identity };
  return { stack, config, cluster, host, machine };
}
