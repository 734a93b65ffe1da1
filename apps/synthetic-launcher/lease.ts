import { seconds } from "../clock";
import { ApiError, find, type InCluster } from "../inCluster";

const NAME = "synthetic-launcher";

interface LeaseObject {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}

/**
 * A Lease of the cluster: of several launchers one launches. By clocks that only go forward: another holder counts as gone when
 * its Lease did not change for as long as it lasts, whatever time it wrote on it.
 */
export class Lease {
  private seen = "";
  private changed = seconds();
  private renewed = -Infinity;
  private readonly path: string;

  constructor(
    private readonly api: Pick<InCluster, "call">,
    private readonly namespace: string,
    private readonly holder: string,
    private readonly lasts: number,
  ) {
    this.path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  }

  /** Whether it is ours now. */
  get held(): boolean {
    return seconds() - this.renewed < this.lasts;
  }

  /** Renews it, or takes it when nobody has it. Rejects when the API server does not answer. */
  async tryToHold(): Promise<void> {
    const asked = seconds();
    const lease = await this.read();
    const holder = lease?.spec?.holderIdentity ?? "";
    const mark = `${holder} ${lease?.spec?.renewTime ?? ""}`;
    if (mark !== this.seen) [this.seen, this.changed] = [mark, asked];
    const free = holder === "" || holder === this.holder || asked - this.changed >= this.lasts;
    if (!free) this.renewed = -Infinity;
    else if (await this.write(lease)) this.renewed = asked;
  }

  /** Gives it back, so that the next one need not wait. */
  async release(): Promise<void> {
    if (!this.held) return;
    this.renewed = -Infinity;
    await this.write(await this.read(), "");
  }

  private read(): Promise<LeaseObject | undefined> {
    return find<LeaseObject>(this.api, `${this.path}/${NAME}`);
  }

  /** Resolves to false when another one was faster. */
  private async write(lease: LeaseObject | undefined, holder = this.holder): Promise<boolean> {
    const object = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { ...lease?.metadata, name: NAME, namespace: this.namespace },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: this.lasts,
        // microseconds, which the API server demands
        renewTime: new Date().toISOString().replace("Z", "000Z"),
      },
    };
    try {
      if (lease) await this.api.call("PUT", `${this.path}/${NAME}`, object);
      else await this.api.call("POST", this.path, object);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return false;
      throw error;
    }
  }
}
