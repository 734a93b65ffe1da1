/** The lifecycles of a member, from serving to removed. */
export const LIFECYCLES = ["active", "draining", "paused", "gone"] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];
