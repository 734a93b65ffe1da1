import type { Lifecycle } from "./lifecycles";

/** A member as the federation proxy needs it. */
export interface FederationMember {
  readonly name: string;
  readonly url: string;
  /** Share of new repositories; 0 while it is paused. */
  readonly weight: number;
  readonly lifecycle: Lifecycle;
  /** Launches at the same time; `undefined` when the member is run by others and does not tell. */
  readonly launchQuota: number | undefined;
  readonly prometheusUrl: string | undefined;
  readonly grafanaUrl: string | undefined;
  /** Who gives the machine. */
  readonly sponsor: string | undefined;
}
