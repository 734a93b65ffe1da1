/** The parts of a launch, in their order. What goes wrong, goes wrong in one of them. */
export const PHASES = ["page", "queued", "building", "pushing", "launching", "ready", "stopping"] as const;
export type Phase = (typeof PHASES)[number];

/** `cached`: the image is there already. `uncached`: it is built and pushed first. */
export const KINDS = ["cached", "uncached"] as const;
export type Kind = (typeof KINDS)[number];

/** A member to launch at. */
export interface LaunchMember {
  readonly name: string;
  /** Scheme and host, without a slash at the end. */
  readonly url: string;
}

/** `launcher.json`: the part of the chart's values that the launcher needs. */
export interface LauncherConfig {
  readonly members: readonly LaunchMember[];
  /** A public repository at GitHub, as owner/name. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly ref: string;
  /** Minutes between two launches of the image that is there already, at each member. */
  readonly cachedMinutes: number;
  /** Minutes between two builds, at each member. */
  readonly uncachedMinutes: number;
  /** Seconds that each phase may take. */
  readonly limits: Readonly<Record<Phase, number>>;
  /** Seconds without a byte of a stream; BinderHub sends a comment each 25 s (its builder.py, KEEPALIVE_INTERVAL). */
  readonly silenceSeconds: number;
  /** Part of its quota that a member must have free. The launcher leaves the rest to people. */
  readonly headroom: number;
  /** Seconds without a sign of life after which another replica takes over. */
  readonly leaseSeconds: number;
}
