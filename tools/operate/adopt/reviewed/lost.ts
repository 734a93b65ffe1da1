/*
 * What a release of the former script has and ours has not, reviewed: what took its place, or what an operator can do. The
 * former chart and configuration are those of jupyterhub/mybinder.org-deploy, read in August 2026. What is not here is a loss
 * that has to be waived by name.
 */

/** What was found when a part of the former release was reviewed. */
export interface Reviewed {
  /** What does it now. Not set: nothing does. */
  readonly by?: string;
  /** Where nothing does it: what is lost as a whole, by whose name it is waived, */
  readonly name?: string;
  /** and what that means for an operator. */
  readonly means?: string;
}

export const SCANNER = {
  name: "minesweeper",
  means:
    "it ended processes of user pods and builds by private rules; rewrite them for the process scanner (secret processRules, docs/abuse.md)",
};
export const POD_LOGS = {
  name: "pod-logs",
  means: "it sent the logs of all pods to the host's syslog; those of a pod that is gone are gone",
};
export const PUBLISHER = {
  name: "analytics-publisher",
  means:
    "it filled the events archive and the list of cloud costs; set mybinder:archivePublisher, or they end",
};
