import * as pulumi from "@pulumi/pulumi";

/** What a stack is not to lose. */
export interface GuardArgs {
  readonly protect: boolean;
  /** All that the stack is made of; with a component goes what is in it. */
  readonly everything: readonly (pulumi.Resource | undefined)[];
}

/**
 * The last of a stack, on top of all the others, and nothing else. `pulumi destroy` goes on past what is protected: it spares that
 * and what it depends on, and deletes the rest. The guard depends on everything, so that a destroy of a protected stack is refused
 * whole. To protect each resource instead would also refuse what an update has to do: rotate a secret, replace a node pool.
 */
export class Guard extends pulumi.ComponentResource {
  constructor(name: string, { protect, everything }: GuardArgs) {
    super(
      "mybinder:index:Guard",
      name,
      {},
      { protect, dependsOn: everything.filter((one) => one !== undefined) },
    );
    this.registerOutputs({});
  }
}
