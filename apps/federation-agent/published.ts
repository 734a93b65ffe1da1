/** What the agent tells the world after each second. */
export interface Published {
  readonly metrics: string;
  readonly activeHosts: string;
  /** The page /status, and /status.json. */
  readonly statusPage: string;
  readonly statusJson: string;
  /** Rounds that it has completed: the supervisor counts on them to go on. */
  readonly rounds: number;
}
