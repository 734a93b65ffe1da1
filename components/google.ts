import { answersForFederation } from "../model/federation/federation";
import type { StackConfig } from "../model/schema/stack";
import type * as module from "./googleServices";

/** What the members need from Google, where the stack answers for the federation and keeps it. */
export function googleServices(config: StackConfig): module.GoogleServices | undefined {
  if (!answersForFederation(config) || !config.google?.managed) return undefined;
  const members = config.federation.members.flatMap(({ name, external }) => (external ? [] : [name]));
  // Loaded here alone, so that no other stack pays for @pulumi/gcp.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { launchEvents } = require("./googleServices") as typeof module;
  const { google, archivePublisher, protect } = config;
  const publisher = archivePublisher && { costsBucket: archivePublisher.costs?.bucket };
  return launchEvents("events", { google, members, publisher, protect });
}
