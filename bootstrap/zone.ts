import { ManagedZone } from "@pulumi/gcp/dns";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings";

/** The zone at Cloud DNS, where there is to be one, signed with DNSSEC. The stacks make its records (`mybinder:dns`). */
export function zone(
  { project, protect, dns }: Settings,
  opts: pulumi.CustomResourceOptions,
): ManagedZone | undefined {
  if (!dns) return undefined;
  return new ManagedZone(
    "zone",
    {
      project,
      name: dns.zone,
      dnsName: `${dns.domain}.`,
      description: `Hosts below ${dns.domain}`,
      dnssecConfig: { state: "on", nonExistence: "nsec3" },
      labels: { "part-of": "mybinder" },
    },
    { ...opts, protect, retainOnDelete: true },
  );
}
