import type { FederationMember } from "./federationMember";
import type { Lifecycle } from "../schema/lifecycles";

/** A member's public facts: an entry of /federation.json, which status pages read. */
export interface PublicMember {
  readonly name: string;
  readonly url: string;
  readonly lifecycle: Lifecycle;
  readonly sponsor?: string;
  readonly grafana?: string;
  readonly prometheus?: string;
}

/** The public list of the members, in the order of the federation. */
export function publicMembers(members: readonly FederationMember[]): PublicMember[] {
  return members.map(({ name, url, lifecycle, sponsor, grafanaUrl, prometheusUrl }) => ({
    name,
    url,
    lifecycle,
    ...(sponsor !== undefined && { sponsor }),
    ...(grafanaUrl !== undefined && { grafana: grafanaUrl }),
    ...(prometheusUrl !== undefined && { prometheus: prometheusUrl }),
  }));
}
