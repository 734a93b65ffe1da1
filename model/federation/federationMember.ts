import type { StatedCost } from "../schema/cost";
import type { Lifecycle } from "../schema/lifecycles";

/** A member as the federation proxy needs it. */
export interface FederationMember {
  readonly name: string;
  readonly url: string;
  /** Share of new repositories; 0 while it is paused. */
  readonly weight: number;
  readonly lifecycle: Lifecycle;
  /** Concurrent launches; `undefined` when others run the member and its capacity is unknown. */
  readonly launchQuota: number | undefined;
  readonly prometheusUrl: string | undefined;
  readonly grafanaUrl: string | undefined;
  /** Who provides the machine. */
  readonly sponsor: string | undefined;
  /** What it costs a month, where its stack file says so. */
  readonly cost?: StatedCost | undefined;
}
