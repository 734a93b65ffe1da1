import type { Kind, LauncherConfig } from "../apps/synthetic-launcher/config";

/** What is launched, and how patiently. */
export interface LaunchPlan extends Pick<LauncherConfig, "repository" | "ref" | "limits" | "silenceSeconds"> {
  readonly kind: Kind;
  /** Seconds that a kernel may take, from its start to its answer. */
  readonly kernelSeconds: number;
  /** Ends the launch; its server is shut down all the same. */
  readonly signal: AbortSignal;
}
