import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { trafficConfigMap } from "../model/federation/traffic";
import type { Stack } from "../model/stack/config";
import type { TrafficTable } from "../model/federation/trafficShare";

/** The traffic table of a stack that answers for the federation. */
export interface FederationProxyArgs {
  readonly namespace: pulumi.Input<string>;
  readonly traffic: TrafficTable;
}

/** The traffic table of a stack; `undefined` where it does not answer for the federation. */
export function federationProxy(
  { federation }: Stack,
  namespace: pulumi.Input<string>,
  opts: pulumi.ComponentResourceOptions,
): FederationProxy | undefined {
  return federation && new FederationProxy("federation", { namespace, traffic: federation.traffic }, opts);
}

/**
 * Weights and drains that hold for a while, as an object of their own: `npx mybinder traffic` applies it alone, so that
 * steering traffic waits for no release, and no release for it. The federation proxy mounts it.
 */
export class FederationProxy extends pulumi.ComponentResource {
  constructor(
    name: string,
    { namespace, traffic }: FederationProxyArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mybinder:index:FederationProxy", name, {}, opts);
    new kubernetes.core.v1.ConfigMap(`${name}-traffic`, trafficConfigMap(namespace, traffic), {
      parent: this,
    });
    this.registerOutputs({});
  }
}
